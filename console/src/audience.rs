//! Who may be answered from something, in words and in forms; and as whom something is tried.

use bot::Asker;
use chat::InboxId;
use knowledge::{Audience, Fault, Reader};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::handle::Console;
use crate::locale::Locale;
use crate::web::form::Form;
use crate::web::visit::Seat;
use crate::words::Words;

/// The fields of a form that say who may read something.
pub const FIELDS: [&str; 3] = ["audience", "attribute", "attribute_value"];

/// An audience as pages show it.
#[derive(Clone, Debug, Serialize)]
pub struct AudienceText {
    /// `all`, `verified`, `with`, `staff`.
    pub kind: &'static str,
    /// In words.
    pub label: String,
}

impl AudienceText {
    /// An audience in words.
    #[must_use]
    pub fn of(words: &Words, locale: Locale, audience: &Audience) -> Self {
        let label = match audience.proven() {
            None => words.plain(locale, &format!("audience-{}", audience.kind())),
            Some(proven) if proven.value.is_empty() => words.with(locale, "audience-known", &[("name", &proven.name)]),
            Some(proven) => words.with(locale, "audience-is", &[("name", &proven.name), ("value", &proven.value)]),
        };
        Self { kind: audience.kind(), label }
    }
}

/// A form with the audience in it.
#[must_use]
pub fn filled(form: Form, audience: &Audience) -> Form {
    let (name, value) = audience.proven().map(|proven| (proven.name.clone(), proven.value.clone())).unwrap_or_default();
    form.with("audience", audience.kind()).with("attribute", name).with("attribute_value", value)
}

/// The audience that a form names.
///
/// # Errors
/// None is chosen, or what must be known of a visitor is not said.
pub fn read(form: &Form) -> Result<Audience, Fault> {
    match form.value("audience") {
        "all" => Ok(Audience::All),
        "verified" => Ok(Audience::Verified),
        "with" => Audience::with(form.value("attribute"), form.value("attribute_value")),
        "staff" => Ok(Audience::Staff),
        _ => Err(Fault::of("fault-choose")),
    }
}

/// Checks the audience of a form: the one it names, or everybody with the fault noted beside the field.
pub fn checked(form: &mut Form) -> Option<Audience> {
    match read(form) {
        Ok(audience) => Some(audience),
        Err(_) if form.value("audience") == "with" => {
            form.fault("attribute", "fault-attribute");
            None
        }
        Err(_) => {
            form.fault("audience", "fault-choose");
            None
        }
    }
}

/// As whom something is tried: the part of a query that says it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct As {
    /// `all`, `verified` or `staff`.
    audience: String,
    /// What is proven of a verified visitor: `name=value`, with commas or lines between.
    proven: String,
    /// The inbox it is asked in; empty: in all libraries.
    inbox: String,
}

/// The same for the page, with the inboxes to choose from.
#[derive(Clone, Debug, Serialize)]
pub struct AsText {
    audience: &'static str,
    proven: String,
    inbox: String,
    inboxes: Vec<InboxText>,
}

#[derive(Clone, Debug, Serialize)]
struct InboxText {
    id: String,
    name: String,
}

impl As {
    /// Who that is.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader::read(&self.audience, &self.proven).unwrap_or_default()
    }
}

impl Console {
    /// Who asks and where is looked, and the same for the page.
    pub async fn asked_as(&self, seat: &Seat, asked: &As) -> Result<(Asker, AsText), Error> {
        let inboxes = chat::inbox::list(self.chat.store(), seat.workspace()).await?;
        let chosen = InboxId::parse(&asked.inbox).and_then(|id| inboxes.iter().find(|inbox| inbox.id == id));
        let reader = asked.reader();
        let text = AsText {
            audience: match reader {
                Reader::Anyone => "all",
                Reader::Proven(_) => "verified",
                Reader::Staff => "staff",
            },
            proven: asked.proven.chars().take(Reader::PROVEN).collect(),
            inbox: chosen.map(|inbox| inbox.id.text()).unwrap_or_default(),
            inboxes: inboxes.iter().map(|inbox| InboxText { id: inbox.id.text(), name: inbox.name.clone() }).collect(),
        };
        Ok((Asker { reader, libraries: chosen.and_then(|inbox| inbox.libraries.clone()) }, text))
    }
}

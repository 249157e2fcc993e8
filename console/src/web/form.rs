//! A form on its way back to the page: what was typed, and what is wrong with it.

use std::collections::BTreeMap;

use knowledge::Fault;
use serde::Serialize;

use crate::locale::Locale;
use crate::web::fields::Fields;
use crate::words::Words;

/// Values and faults by field; every field of the form is always there.
#[derive(Clone, Debug, Default)]
pub struct Form {
    values: BTreeMap<&'static str, String>,
    faults: BTreeMap<&'static str, Fault>,
    fault: Option<Fault>,
}

/// A form as templates take it.
#[derive(Clone, Debug, Serialize)]
pub struct FormText {
    /// What was typed, by field.
    pub values: BTreeMap<&'static str, String>,
    /// What is wrong, in words, by field; empty: nothing.
    pub errors: BTreeMap<&'static str, String>,
    /// What is wrong with all of it; empty: nothing.
    pub error: String,
}

impl Form {
    /// An empty form with these fields.
    #[must_use]
    pub fn empty(names: &[&'static str]) -> Form {
        Form { values: names.iter().map(|name| (*name, String::new())).collect(), ..Form::default() }
    }

    /// A form with what was typed, trimmed.
    #[must_use]
    pub fn filled(names: &[&'static str], fields: &Fields) -> Form {
        Form { values: names.iter().map(|name| (*name, fields.text(name).trim().to_owned())).collect(), ..Form::default() }
    }

    /// Puts a value in.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Form {
        self.values.insert(name, value.into());
        self
    }

    /// What was typed in a field.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// Forgets a value that must not travel back: passwords, keys.
    pub fn forget(&mut self, name: &'static str) {
        self.values.insert(name, String::new());
    }

    /// Notes what is wrong with a field: the key of a sentence that says how to mend it.
    pub fn fault(&mut self, name: &'static str, key: &'static str) {
        self.fault_with(name, Fault::of(key));
    }

    /// The same with what the sentence names.
    pub fn fault_with(&mut self, name: &'static str, fault: Fault) {
        self.faults.entry(name).or_insert(fault);
    }

    /// Notes a fault unless `fine`.
    pub fn check(&mut self, fine: bool, name: &'static str, key: &'static str) {
        if !fine {
            self.fault(name, key);
        }
    }

    /// A field that must have between 1 and `most` characters.
    pub fn length(&mut self, name: &'static str, most: usize) {
        let length = self.value(name).chars().count();
        if length == 0 {
            self.fault(name, "fault-required");
        } else if length > most {
            self.fault(name, "fault-long");
        }
    }

    /// Notes what is wrong with the form as a whole.
    pub fn refuse(&mut self, key: &'static str) {
        self.fault = Some(Fault::of(key));
    }

    /// The same as another crate has found it, or in words.
    pub fn refuse_with(&mut self, fault: impl Into<Fault>) {
        self.fault = Some(fault.into());
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.faults.is_empty() && self.fault.is_none()
    }

    /// With its faults in words.
    #[must_use]
    pub fn text(&self, words: &Words, locale: Locale) -> FormText {
        let said = |name: &str| self.faults.get(name).map(|fault| words.fault(locale, fault)).unwrap_or_default();
        FormText {
            errors: self.values.keys().map(|name| (*name, said(name))).collect(),
            values: self.values.clone(),
            error: self.fault.as_ref().map(|fault| words.fault(locale, fault)).unwrap_or_default(),
        }
    }
}

/// Whether a text can be an e-mail address: something, an @, a name with a dot or `localhost`.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let plain = |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control());
    let dotted = domain == "localhost" || (domain.contains('.') && domain.split('.').all(|label| !label.is_empty()));
    plain(local) && plain(domain) && dotted && !local.contains('@') && text.len() <= 254
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn addresses_are_told_from_other_text() {
        for (text, expected) in [
            ("mira@alder.example", true),
            ("a@localhost", true),
            ("mira@", false),
            ("@x.example", false),
            ("mira", false),
            ("a b@x.example", false),
            ("a@x..example", false),
            ("a@b@x.example", false),
            ("王@例子.example", true),
        ] {
            assert_eq!(is_email(text), expected, "{text}");
        }
    }
}

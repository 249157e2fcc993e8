//! What admins set for the bot of a workspace. Kept as the setting `bot`.

mod keys;
mod style;

use chat::{Chat, News, Topic, WorkspaceId};
use knowledge::Fault;
use serde::{Deserialize, Serialize};

use crate::{
    Error, Result,
    budget::Budget,
    intent::{self, Intent},
    model::Price,
    rules::Rule,
    verdict::Policy,
};

pub(crate) use self::keys::Keys;
pub use self::style::{Length, Style, Term, Tone};
pub use chat::Secret;

const NAME: &str = "bot";

/// The bot of a workspace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// What it is called.
    pub name: String,
    /// What it says first, in English and Chinese; empty: the house's own words.
    pub greeting: Words,
    /// How it speaks and what it pays attention to, told to the model.
    pub guidance: String,
    /// Tone, length and words, told to the model.
    pub style: Style,
    /// From this confidence on it answers, 0 to 1.
    pub answer_from: f64,
    /// From this confidence on the model may try, 0 to 1.
    pub model_from: f64,
    /// This many failed answers in a row hand over.
    pub max_failed: u32,
    /// What visitors want, and who knows about it.
    pub intents: Vec<Intent>,
    /// What decides before anything is looked up; the first that holds counts.
    pub rules: Vec<Rule>,
    /// Topics it never answers: their words hand over.
    pub forbidden: Vec<String>,
    /// What happens when it would hand over and nobody is there.
    pub offline: Offline,
    /// Its model.
    pub model: Endpoint,
    /// When its own model fails, those of the configuration are asked.
    pub fail_over: bool,
    /// E-mail addresses, phone, card and identity numbers are hidden from models.
    pub redact: bool,
    /// What it may spend on models.
    pub budget: Budget,
    /// Switched off, every message goes to people.
    pub enabled: bool,
    /// Who speaks, while it is switched on.
    pub voice: Voice,
}

/// Who speaks to visitors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Voice {
    /// The bot.
    #[default]
    Bot,
    /// People, who send what the bot has drafted.
    Draft,
    /// People; the bot answers silently beside them.
    Shadow,
}

/// What the bot does as a whole: one choice for admins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It answers visitors.
    Live,
    /// It writes drafts, and people send them.
    Draft,
    /// People answer, and it is compared.
    Shadow,
    /// Everything goes to people.
    Off,
}

impl Mode {
    /// In the order of a choice.
    pub const ALL: [Self; 4] = [Self::Live, Self::Draft, Self::Shadow, Self::Off];

    /// As forms and the record name it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Draft => "draft",
            Self::Shadow => "shadow",
            Self::Off => "off",
        }
    }

    /// By that name; what is unknown does not speak.
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|mode| mode.text() == text).unwrap_or(Self::Off)
    }
}

/// A text in the languages of the house.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Words {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

/// What happens when the bot would hand over and nobody is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offline {
    /// A ticket waits in the queue, and the visitor is asked for an e-mail address.
    #[default]
    Queue,
    /// The bot says so and keeps the conversation, unless a person was asked for.
    Stay,
}

/// An OpenAI-compatible model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Endpoint {
    /// The base address, such as `https://api.openai.com/v1`; empty: the configuration's.
    pub url: String,
    /// The model's name.
    pub name: String,
    /// The server's key.
    pub key: Secret,
    /// Money for a million tokens of prompts.
    pub input_price: f64,
    /// Money for a million tokens of answers.
    pub output_price: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: "Warbler".into(),
            greeting: Words::default(),
            guidance: String::new(),
            style: Style::default(),
            answer_from: 0.32,
            model_from: 0.2,
            max_failed: 3,
            intents: Vec::new(),
            rules: Vec::new(),
            forbidden: Vec::new(),
            offline: Offline::Queue,
            model: Endpoint::default(),
            fail_over: false,
            redact: true,
            budget: Budget::default(),
            enabled: true,
            voice: Voice::Bot,
        }
    }
}

impl Settings {
    /// The workspace's settings; the defaults when nobody has set any.
    ///
    /// # Errors
    /// The record's.
    pub async fn get(chat: &Chat, workspace: WorkspaceId) -> Result<Self> {
        Ok(chat::setting::get(chat.store(), workspace, NAME).await?.unwrap_or_default())
    }

    /// Keeps the settings and tells everybody.
    ///
    /// # Errors
    /// [`Error::Invalid`] with a sentence for the admin, or the record's.
    pub async fn put(&self, chat: &Chat, workspace: WorkspaceId) -> Result<()> {
        self.validate().map_err(Error::Invalid)?;
        let old = Self::get(chat, workspace).await?;
        Keys::keep(chat, workspace, [&old.model, &self.model]).await?;
        chat::setting::put(chat.store(), workspace, NAME, self, chat.now()).await?;
        for topic in [Topic::Workspace(workspace), Topic::Bot] {
            chat.bus().publish(topic, News::Settings { workspace });
        }
        Ok(())
    }

    /// Checks values and combinations.
    ///
    /// # Errors
    /// A sentence for the admin.
    pub fn validate(&self) -> Result<(), Fault> {
        if self.name.trim().is_empty() || self.name.chars().count() > 60 {
            return Err(Fault::of("fault-bot-name"));
        }
        if !(0.0..=1.0).contains(&self.answer_from) || !(0.0..=1.0).contains(&self.model_from) {
            return Err(Fault::of("fault-zero-to-one"));
        }
        if !(1..=10).contains(&self.max_failed) {
            return Err(Fault::of("fault-bot-failed"));
        }
        if self.guidance.chars().count() > 4_000 {
            return Err(Fault::of("fault-bot-guidance"));
        }
        intent::validate(&self.intents, &self.rules)?;
        if !self.model.url.is_empty() {
            check_url(&self.model.url).map_err(|_| Fault::of("fault-model-url"))?;
            if self.model.name.trim().is_empty() {
                return Err(Fault::of("fault-model-name"));
            }
        }
        if !(Price { input: self.model.input_price, output: self.model.output_price }).is_fine() {
            return Err(Fault::of("fault-model-price"));
        }
        self.style.validate()?;
        self.budget.validate()
    }

    /// For pages: the same without the key.
    pub fn public(&self) -> Self {
        let mut public = self.clone();
        public.model.key = Secret::default();
        public
    }

    /// Takes over from a form that does not know the key: an empty key keeps the old one while the address stays.
    pub fn keep_key(&mut self, old: &Self) {
        if self.model.key.is_empty() && self.model.url == old.model.url {
            self.model.key = old.model.key.clone();
        }
    }

    /// What the bot does as a whole.
    pub fn mode(&self) -> Mode {
        match (self.enabled, self.voice) {
            (false, _) => Mode::Off,
            (true, Voice::Bot) => Mode::Live,
            (true, Voice::Draft) => Mode::Draft,
            (true, Voice::Shadow) => Mode::Shadow,
        }
    }

    /// Chooses that.
    pub fn set_mode(&mut self, mode: Mode) {
        self.enabled = mode != Mode::Off;
        self.voice = match mode {
            Mode::Draft => Voice::Draft,
            Mode::Shadow => Voice::Shadow,
            // Switched on again, the bot speaks.
            Mode::Live | Mode::Off => Voice::Bot,
        };
    }

    /// What the verdict needs of it.
    pub fn policy(&self) -> Policy {
        Policy {
            answer_from: self.answer_from,
            model_from: self.model_from.min(self.answer_from),
            max_failed: self.max_failed,
            enabled: self.mode() == Mode::Live,
            beside: matches!(self.mode(), Mode::Draft | Mode::Shadow),
            rules: self.rules.clone(),
            stay_when_offline: self.offline == Offline::Stay,
        }
    }

    /// The words and phrases of rules that the text holds.
    pub fn words_in(&self, text: &str) -> Vec<String> {
        let folded = text.to_lowercase();
        let mut words: Vec<String> =
            self.rules.iter().flat_map(|rule| &rule.keywords).filter(|word| holds(&folded, word)).cloned().collect();
        words.sort();
        words.dedup();
        words
    }

    /// The intent of that name.
    pub fn intent(&self, name: &str) -> Option<&Intent> {
        self.intents.iter().find(|intent| intent.name == name)
    }

    /// Whether the text is about a topic the bot never answers.
    pub fn forbids(&self, text: &str) -> bool {
        let folded = text.to_lowercase();
        self.forbidden.iter().any(|topic| holds(&folded, topic))
    }
}

/// Whether a text holds a word or phrase: whole words in scripts with spaces, anywhere in those without.
fn holds(folded: &str, phrase: &str) -> bool {
    let phrase = phrase.trim().to_lowercase();
    let spaced = |c: char| c.is_alphanumeric() && !knowledge::language::is_han(c) && !knowledge::language::is_unspaced(c);
    !phrase.is_empty()
        && folded.match_indices(&phrase).any(|(at, _)| {
            let (before, after) = (&folded[..at], &folded[at + phrase.len()..]);
            let open = |edge: Option<char>, outside: Option<char>| edge.is_some_and(spaced) && outside.is_some_and(spaced);
            !open(phrase.chars().next(), before.chars().next_back()) && !open(phrase.chars().next_back(), after.chars().next())
        })
}

/// A model's address must be one that can be called.
pub(crate) fn check_url(url: &str) -> Result<(), String> {
    match reqwest::Url::parse(url) {
        Ok(parsed) if matches!(parsed.scheme(), "http" | "https") && parsed.has_host() => Ok(()),
        _ => Err("The model's address must begin with http:// or https://, such as https://api.openai.com/v1.".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_never_shown() {
        let settings = Settings { model: Endpoint { key: Secret::new("sk-very-secret"), ..Endpoint::default() }, ..Settings::default() };
        assert!(!format!("{settings:?}").contains("very-secret"));
        assert!(!serde_json::to_string(&settings.public()).expect("settings are JSON").contains("very-secret"));
        assert!(serde_json::to_string(&settings).expect("settings are JSON").contains("very-secret"), "the record keeps it");
    }

    #[test]
    fn an_unknown_key_stays_while_the_address_stays() {
        let model = Endpoint { url: "https://a.example/v1".into(), name: "m".into(), key: Secret::new("k"), ..Endpoint::default() };
        let old = Settings { model, ..Settings::default() };
        let mut same = old.public();
        same.keep_key(&old);
        assert_eq!(same, old);
        let mut moved = old.public();
        moved.model.url = "https://b.example/v1".into();
        moved.keep_key(&old);
        assert!(moved.model.key.is_empty(), "a key must not go to another server");
    }

    #[test]
    fn words_are_found_as_words() {
        for (text, phrase, expected) in [
            ("I want a refund now", "refund", true),
            ("refundable?", "refund", false),
            ("my Legal Question", "legal question", true),
            ("我要投诉你们", "投诉", true),
            ("我的VIP账户", "vip", true),
            ("prefund", "refund", false),
            ("anything", "  ", false),
        ] {
            assert_eq!(holds(&text.to_lowercase(), phrase), expected, "{text} / {phrase}");
        }
    }

    #[test]
    fn wrong_settings_get_a_sentence() {
        let rule = Rule { keywords: vec!["x".into()], priority: 9, ..Rule::default() };
        for wrong in [
            Settings { name: " ".into(), ..Settings::default() },
            Settings { answer_from: 1.5, ..Settings::default() },
            Settings { max_failed: 0, ..Settings::default() },
            Settings { rules: vec![Rule::default()], ..Settings::default() },
            Settings { rules: vec![rule], ..Settings::default() },
            Settings { model: Endpoint { url: "api.openai.com".into(), ..Endpoint::default() }, ..Settings::default() },
            Settings { model: Endpoint { url: "https://api.openai.com/v1".into(), ..Endpoint::default() }, ..Settings::default() },
        ] {
            assert!(wrong.validate().is_err(), "{wrong:?}");
        }
        assert_eq!(Settings::default().validate(), Ok(()));
    }
}

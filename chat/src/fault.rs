//! What is wrong with something that somebody has written, to be said in their language.

use std::fmt;

/// A sentence: by its key and what it names when pages say it in two languages, and as it is when an operator reads it at the
/// command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Pages keep the sentence under this key.
    Keyed {
        /// Begins with `fault-`.
        key: &'static str,
        /// Names and numbers that stand in it.
        named: Vec<(&'static str, String)>,
        /// The same in English, for whoever has no pages; empty: the key must do.
        says: String,
    },
    /// A whole sentence.
    Plain(String),
}

impl Fault {
    /// The sentence of that key.
    #[must_use]
    pub fn of(key: &'static str) -> Self {
        Self::Keyed { key, named: Vec::new(), says: String::new() }
    }

    /// The same naming something.
    #[must_use]
    pub fn with(self, name: &'static str, value: impl ToString) -> Self {
        match self {
            Self::Keyed { key, mut named, says } => {
                named.push((name, value.to_string()));
                Self::Keyed { key, named, says }
            }
            plain @ Self::Plain(_) => plain,
        }
    }

    /// The same with a sentence for the command line.
    #[must_use]
    pub fn saying(self, sentence: impl Into<String>) -> Self {
        match self {
            Self::Keyed { key, named, .. } => Self::Keyed { key, named, says: sentence.into() },
            plain @ Self::Plain(_) => plain,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(text) => f.write_str(text),
            Self::Keyed { says, .. } if !says.is_empty() => f.write_str(says),
            Self::Keyed { key, named, .. } => {
                f.write_str(key)?;
                named.iter().try_for_each(|(name, value)| write!(f, ", {name}: {value}"))
            }
        }
    }
}

impl From<String> for Fault {
    fn from(text: String) -> Self {
        Self::Plain(text)
    }
}

impl From<&str> for Fault {
    fn from(text: &str) -> Self {
        Self::Plain(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_reads_what_a_page_would_say() {
        let fault = Fault::of("fault-release-staged").with("n", 3);
        assert_eq!(fault.to_string(), "fault-release-staged, n: 3");
        assert_eq!(fault.saying("It is staged already.").to_string(), "It is staged already.");
        assert_eq!(Fault::from("As it is.").with("n", 3).to_string(), "As it is.");
    }
}

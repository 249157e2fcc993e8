//! Who may be answered from a source or a library, and who asks.

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Fault;

/// Who may be answered from a source, or from all of a library.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Audience {
    /// Everybody.
    All,
    /// Visitors who are proven to be somebody.
    Verified,
    /// Those of whom something is proven besides.
    With(Arc<Trait>),
    /// The staff alone.
    Staff,
}

/// Something that the customer's own server says of a visitor.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Trait {
    /// Its name, as the server writes it.
    pub name: String,
    /// What it must be, in small letters; empty: it is enough that it is known.
    pub value: String,
}

/// Who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reader {
    /// A visitor who may be anybody.
    #[default]
    Anyone,
    /// A visitor of whom this is proven: names and values.
    Proven(BTreeMap<String, String>),
    /// Somebody of the staff.
    Staff,
}

/// Longest name and longest value, in characters.
const LONGEST: usize = 100;
/// How the record begins what it keeps of a trait.
const WITH: &str = "with ";

impl Audience {
    /// Those of whom it is proven that `name` is `value`, whatever case; an empty value: anything.
    ///
    /// # Errors
    /// A name that is empty, too long, or cannot be one.
    pub fn with(name: &str, value: &str) -> Result<Self, Fault> {
        let (name, value) = (name.trim(), value.trim().to_lowercase());
        let is_name = !name.is_empty() && !name.contains(|c: char| c == '=' || c.is_control());
        let is_short = name.chars().count() <= LONGEST && value.chars().count() <= LONGEST;
        if !is_name || !is_short || value.contains(char::is_control) {
            return Err(Fault::of("fault-attribute"));
        }
        Ok(Self::With(Arc::new(Trait { name: name.to_owned(), value })))
    }

    /// As the record keeps it: `all`, `verified`, `with name=value`, `staff`.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::With(proven) => format!("{WITH}{}={}", proven.name, proven.value),
            other => other.kind().to_owned(),
        }
    }

    /// What kind of audience it is: `all`, `verified`, `with`, `staff`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Verified => "verified",
            Self::With(_) => "with",
            Self::Staff => "staff",
        }
    }

    /// What must be proven besides; `None`: nothing in particular.
    #[must_use]
    pub fn proven(&self) -> Option<&Trait> {
        match self {
            Self::With(proven) => Some(proven),
            _ => None,
        }
    }

    /// From [`Audience::text`]; what cannot be read any more is for the staff alone.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self::read(text).unwrap_or(Self::Staff)
    }

    /// From [`Audience::text`], as somebody wrote it.
    ///
    /// # Errors
    /// It is no audience, or as of [`Audience::with`].
    pub fn read(text: &str) -> Result<Self, Fault> {
        match text {
            "all" => Ok(Self::All),
            "verified" => Ok(Self::Verified),
            "staff" => Ok(Self::Staff),
            other => {
                let proven = other.strip_prefix(WITH).and_then(|rest| rest.split_once('='));
                proven.ok_or_else(|| Fault::of("fault-audience")).and_then(|(name, value)| Self::with(name, value))
            }
        }
    }
}

impl Reader {
    /// Longest list of what is proven, in characters.
    pub const PROVEN: usize = 1_000;

    /// Who asks, as somebody wrote it: `all`, `verified` or `staff`; and what is proven of a verified one: `name=value`, with commas
    /// or lines between, the first [`Reader::PROVEN`] characters.
    ///
    /// # Errors
    /// It is none of these.
    pub fn read(kind: &str, proven: &str) -> Result<Self, Fault> {
        match kind {
            "all" => Ok(Self::Anyone),
            "verified" => Ok(Self::proven(proven)),
            "staff" => Ok(Self::Staff),
            _ => Err(Fault::of("fault-reader")),
        }
    }

    fn proven(text: &str) -> Self {
        let text: String = text.chars().take(Self::PROVEN).collect();
        let pairs = text.split([',', '，', '\n']).filter_map(|pair| pair.split_once('='));
        let pairs = pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
        Self::Proven(pairs.filter(|(name, _)| !name.is_empty()).collect())
    }

    /// Whether they may be answered from what is for this audience.
    #[must_use]
    pub fn may(&self, audience: &Audience) -> bool {
        match (self, audience) {
            (Self::Staff, _) | (_, Audience::All) | (Self::Proven(_), Audience::Verified) => true,
            (Self::Proven(known), Audience::With(wanted)) => {
                known.get(&wanted.name).is_some_and(|value| wanted.value.is_empty() || value.trim().to_lowercase() == wanted.value)
            }
            (Self::Anyone, _) | (Self::Proven(_), Audience::Staff) => false,
        }
    }

    /// Every audience they belong to, as the record writes it; `None`: whatever it is.
    pub(crate) fn audiences(&self) -> Option<Vec<String>> {
        let mut all = vec![Audience::All.text()];
        match self {
            Self::Staff => return None,
            Self::Anyone => {}
            Self::Proven(known) => {
                all.push(Audience::Verified.text());
                let names = known.iter().filter(|(name, _)| name.trim() == name.as_str());
                let each = names.flat_map(|(name, value)| [Audience::with(name, value), Audience::with(name, "")]);
                all.extend(each.flatten().map(|audience| audience.text()));
            }
        }
        Some(all)
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl Serialize for Audience {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::parse(&String::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn proven(of: &[(&str, &str)]) -> Reader {
        Reader::Proven(of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn who_may_read_what() {
        let (pro, any) = (Audience::with("plan", "Pro").unwrap(), Audience::with("plan", "").unwrap());
        let all = [Audience::All, Audience::Verified, pro, any, Audience::Staff];
        for (reader, expected) in [
            (Reader::Anyone, [true, false, false, false, false]),
            (proven(&[("sub", "7")]), [true, true, false, false, false]),
            (proven(&[("sub", "7"), ("plan", "free")]), [true, true, false, true, false]),
            (proven(&[("sub", "7"), ("plan", "PRO ")]), [true, true, true, true, false]),
            (proven(&[("sub", "plan=pro"), ("Plan", "pro"), ("staff", "true")]), [true, true, false, false, false]),
            (Reader::Staff, [true; 5]),
        ] {
            assert_eq!(all.clone().map(|audience| reader.may(&audience)), expected, "{reader:?}");
        }
    }

    #[test]
    fn what_is_proven_is_read_from_a_list() {
        assert_eq!(Reader::proven(" plan = Pro ,sub=7\n=x，，等级=a=b"), proven(&[("plan", "Pro"), ("sub", "7"), ("等级", "a=b")]));
        assert_eq!(Reader::proven(""), proven(&[]));
    }

    #[test]
    fn what_the_record_holds_is_read_back_and_what_it_cannot_hold_is_refused() {
        for text in ["all", "verified", "with plan=pro", "with plan=", "with 等级=a=b", "staff"] {
            assert_eq!((Audience::parse(text).text(), Audience::read(text).is_ok()), (text.to_owned(), true));
        }
        for text in ["", "everybody", "with ", "with plan", "with =pro", "All"] {
            assert_eq!((Audience::parse(text), Audience::read(text).is_ok()), (Audience::Staff, false), "{text}");
        }
        for (name, value) in [("", "x"), (" ", ""), ("a=b", ""), ("a\nb", ""), ("a", "x\ny"), (&"n".repeat(101), "")] {
            assert!(Audience::with(name, value).is_err(), "{name} {value}");
        }
    }

    proptest! {
        /// What an index is asked for, and what is looked at afterwards, are the same rule.
        #[test]
        fn the_condition_says_what_the_rule_says(
            known in proptest::collection::btree_map("[a-c= ]{0,3}", "[a-bA-B= ]{0,3}", 0..4),
            name in "[a-c= ]{1,3}", value in "[a-bA-B= ]{0,3}",
        ) {
            let reader = Reader::Proven(known);
            let asked = reader.audiences().unwrap();
            let other = Audience::with(&name, &value);
            for audience in [Audience::All, Audience::Verified, Audience::Staff].into_iter().chain(other.ok()) {
                prop_assert_eq!(reader.may(&audience), asked.contains(&audience.text()), "{}", audience);
            }
        }
    }
}

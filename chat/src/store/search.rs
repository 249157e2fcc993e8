//! The full-text index of messages. Its table and its match operator are the engines' own.

use super::{Column, Dialect};

/// A word that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Lower-case letters and digits only.
    pub text: String,
    /// Whether longer words that begin with it are meant, too.
    pub prefix: bool,
}

impl Dialect {
    /// Makes the index unless it is there. Several processes may do so at once.
    pub(super) fn search_schema(self) -> &'static [&'static str] {
        match self {
            // Neither positions nor columns are kept: words are found with AND, the newest first.
            Self::Sqlite => &["CREATE VIRTUAL TABLE IF NOT EXISTS message_search \
                 USING fts5(words, conversation_id UNINDEXED, seq UNINDEXED, tokenize = 'ascii', detail = 'none')"],
            Self::Postgres => &[
                "BEGIN",
                "SELECT pg_advisory_xact_lock(7221005)",
                "CREATE TABLE IF NOT EXISTS message_search (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \
                 conversation_id TEXT NOT NULL, seq BIGINT NOT NULL, words TSVECTOR NOT NULL)",
                "CREATE INDEX IF NOT EXISTS message_search_words ON message_search USING gin (words)",
                "COMMIT",
            ],
        }
    }

    /// Puts rows into the index, from the JSON array of objects in parameter `$n`: words apart by spaces, conversation_id, seq,
    /// and place, by which they are the older or newer.
    pub fn search_insert(self, n: usize) -> String {
        let rows = self.rows(n, &[Column::Text("words"), Column::Text("conversation_id"), Column::Int("seq"), Column::Int("place")]);
        let words = match self {
            Self::Sqlite => "x.words",
            Self::Postgres => "array_to_tsvector(string_to_array(x.words, ' '))",
        };
        format!(
            "INSERT INTO message_search (words, conversation_id, seq) SELECT {words}, x.conversation_id, x.seq FROM {rows} ORDER BY x.place"
        )
    }

    /// Conversation and seq of at most `$2` messages that hold what `$1` says, the newest first.
    pub fn search_find(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "SELECT conversation_id, CAST(seq AS BIGINT) AS seq FROM message_search WHERE message_search MATCH $1 ORDER BY rowid DESC LIMIT $2"
            }
            Self::Postgres => {
                "SELECT conversation_id, seq FROM message_search WHERE words @@ CAST($1 AS tsquery) ORDER BY id DESC LIMIT $2"
            }
        }
    }

    /// What to match: all of the terms.
    pub fn search_terms(self, terms: &[Term]) -> String {
        let one = |term: &Term| match (self, term.prefix) {
            (Self::Sqlite, false) => format!("\"{}\"", term.text),
            (Self::Sqlite, true) => format!("\"{}\" *", term.text),
            (Self::Postgres, false) => format!("'{}'", term.text),
            (Self::Postgres, true) => format!("'{}':*", term.text),
        };
        let and = if self == Self::Sqlite { " AND " } else { " & " };
        terms.iter().map(one).collect::<Vec<_>>().join(and)
    }
}

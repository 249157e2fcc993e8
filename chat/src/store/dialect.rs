//! The few places where the two engines do not share a text.

/// A column of a list of rows that is passed as one JSON parameter.
#[derive(Clone, Copy, Debug)]
pub enum Column {
    /// TEXT
    Text(&'static str),
    /// BIGINT
    Int(&'static str),
    /// DOUBLE PRECISION
    Double(&'static str),
}

/// Which engine speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Embedded.
    Sqlite,
    /// A server.
    Postgres,
}

impl Dialect {
    /// A table expression `(…) AS x` over the JSON array of objects in parameter `$n`.
    ///
    /// One statement for many rows: the cost of the engines is a statement, not a row.
    pub fn rows(self, n: usize, columns: &[Column]) -> String {
        match self {
            Self::Sqlite => {
                let list: Vec<String> = columns
                    .iter()
                    .map(|c| {
                        let name = c.name();
                        format!("v.item ->> '$.{name}' AS {name}")
                    })
                    .collect();
                // `json_each` would write a row's text anew for each of its columns.
                format!("(WITH v AS MATERIALIZED (SELECT value AS item FROM json_each(${n})) SELECT {} FROM v) AS x", list.join(", "))
            }
            Self::Postgres => {
                let list: Vec<String> = columns.iter().map(|c| format!("{} {}", c.name(), c.sql_type())).collect();
                format!("json_to_recordset(${n}::json) AS x({})", list.join(", "))
            }
        }
    }

    /// All that a `select` finds as one row with one text, `found`: a JSON array of objects with these columns.
    ///
    /// Worth it where many rows are read often: to hand a row over costs more than to find it.
    pub fn as_one(self, select: &str, columns: &[&str]) -> String {
        match self {
            Self::Sqlite => {
                let pairs: Vec<String> = columns.iter().map(|name| format!("'{name}', y.{name}")).collect();
                format!("SELECT json_group_array(json_object({})) AS found FROM ({select}) AS y", pairs.join(", "))
            }
            Self::Postgres => {
                let list: Vec<String> = columns.iter().map(|name| format!("z.{name}")).collect();
                format!(
                    "SELECT CAST(COALESCE(json_agg(y), '[]') AS TEXT) AS found FROM (SELECT {} FROM ({select}) AS z) AS y",
                    list.join(", ")
                )
            }
        }
    }

    /// Locks the selected rows until commit; SQLite has one writer anyway.
    pub fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE",
        }
    }

    /// The same for the rows of one `table` of several.
    pub fn for_update_of(self, table: &str) -> String {
        match self {
            Self::Sqlite => String::new(),
            Self::Postgres => format!(" FOR UPDATE OF {table}"),
        }
    }

    /// Two statements that write, neither of which reads what the other does, as one: the way to the engine and back is paid once.
    /// They share their parameters.
    pub fn together(self, first: &str, second: &str) -> String {
        match self {
            Self::Sqlite => format!("{first};\n{second}"),
            Self::Postgres => format!("WITH first AS ({first})\n{second}"),
        }
    }

    /// A migration's text for this engine: a line that ends in `-- only sqlite` or `-- only postgres` is for that one.
    pub(super) fn migration(self, text: &str) -> String {
        let other = match self {
            Self::Sqlite => "-- only postgres",
            Self::Postgres => "-- only sqlite",
        };
        text.lines().filter(|line| !line.ends_with(other)).map(|line| format!("{line}\n")).collect()
    }

    /// An update of `conversation` from rows `x`, and an insert that takes those of its own rows `x` whose `conversation` was updated, as
    /// one. The insert ends where its condition would stand, and its `seq` is beyond what the conversation's `last_seq` was.
    pub fn moving(self, update: &str, insert: &str) -> String {
        match self {
            Self::Sqlite => {
                let moved = "EXISTS (SELECT 1 FROM conversation c WHERE c.id = x.conversation AND c.last_seq >= x.seq)";
                format!("{update};\n{insert} WHERE {moved}")
            }
            Self::Postgres => {
                // `IS TRUE` keeps the planner from joining, which without hashes goes through all pairs.
                let moved = "(x.conversation IN (SELECT id FROM moved)) IS TRUE";
                format!("WITH moved AS ({update} RETURNING conversation.id)\n{insert} WHERE {moved}")
            }
        }
    }

    /// Statements that are a transaction of their own.
    pub(crate) fn alone(self, sql: &str) -> String {
        match self {
            Self::Sqlite => format!("{};\n{sql};\nCOMMIT", self.begin()),
            Self::Postgres => sql.to_owned(),
        }
    }

    /// How a write transaction begins: SQLite must not start as a reader.
    pub fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }

    /// A statement whose commit does not wait for the disk, where that can be said with it. SQLite's connection stays so until it is
    /// told [`Self::IN_EARNEST`].
    pub(super) fn brief(self, sql: &str) -> Option<String> {
        match self {
            Self::Sqlite => Some(format!("PRAGMA synchronous = NORMAL; {sql}")),
            Self::Postgres => None,
        }
    }

    /// How PostgreSQL begins a transaction whose commit does not wait for the disk.
    pub(super) const BEGIN_BRIEF: &'static str = "BEGIN; SET LOCAL synchronous_commit = off";

    /// How PostgreSQL's connections that write find their rows: as SQLite does, and each statement is written for that. A plan is kept
    /// as long as its connection, and one made while the tables were small would read the whole of them for each group of messages.
    pub(super) const BY_INDEX: &'static str =
        "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off";

    /// Every commit of SQLite's connection waits for the disk again.
    pub(super) const IN_EARNEST: &'static str = "PRAGMA synchronous = FULL";
}

impl Column {
    fn name(self) -> &'static str {
        match self {
            Self::Text(name) | Self::Int(name) | Self::Double(name) => name,
        }
    }

    fn sql_type(self) -> &'static str {
        match self {
            Self::Text(_) => "TEXT",
            Self::Int(_) => "BIGINT",
            Self::Double(_) => "DOUBLE PRECISION",
        }
    }
}

//! Stories on a fresh record.

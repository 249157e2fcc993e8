//! Reading columns into domain types.

use std::str::FromStr;

use serde::de::DeserializeOwned;
use sqlx::{Row, any::AnyRow};

use crate::{Error, Result};

/// An id column.
pub fn id<T: FromStr>(row: &AnyRow, column: &str) -> Result<T> {
    let text: &str = row.try_get(column)?;
    text.parse().map_err(|_| Error::Refused(format!("the record holds a broken id in {column}")))
}

/// A nullable id column.
pub fn optional_id<T: FromStr>(row: &AnyRow, column: &str) -> Result<Option<T>> {
    let text: Option<String> = row.try_get(column)?;
    text.map(|text| text.parse().map_err(|_| Error::Refused(format!("the record holds a broken id in {column}")))).transpose()
}

/// A JSON column; what cannot be read any more is the type's default.
pub fn json<T: DeserializeOwned + Default>(row: &AnyRow, column: &str) -> Result<T> {
    let text: &str = row.try_get(column)?;
    Ok(serde_json::from_str(text).unwrap_or_default())
}

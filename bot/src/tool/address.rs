//! The address of a tool: `{parameter}` in path and query, never before them. A value can fill its place and nothing more.

use knowledge::Fault;
use reqwest::Url;
use serde_json::{Map, Value};

/// The longest value in an address, in characters.
const LONGEST: usize = 512;

/// Whether an address can be used with these parameters.
///
/// # Errors
/// A sentence for the admin.
pub(super) fn check(address: &str, properties: &Map<String, Value>) -> Result<(), Fault> {
    let names = names(address).ok_or_else(|| Fault::of("fault-address-brace"))?;
    if let Some(name) = names.iter().find(|name| !properties.contains_key(**name)) {
        return Err(Fault::of("fault-address-parameter").with("name", name));
    }
    let bare = address.split(['{', '?', '#']).next().unwrap_or_default();
    let after = bare.splitn(4, '/').nth(3);
    if !names.is_empty() && after.is_none() && !address.split(['{', '#']).next().unwrap_or_default().contains('?') {
        return Err(Fault::of("fault-address-host"));
    }
    let filled = fill(address, &|_| Ok("x".into())).map_err(|_| Fault::of("fault-address-none"))?;
    if address.contains('#') || !filled.username().is_empty() || filled.password().is_some() {
        return Err(Fault::of("fault-address-secret"));
    }
    Ok(())
}

/// Whether codes can be sent to an address: secretly, or to this machine.
///
/// # Errors
/// A sentence for the admin.
pub(super) fn check_code(address: &str) -> Result<(), Fault> {
    let none = || Fault::of("fault-code-address");
    let url = Url::parse(address).map_err(|_| none())?;
    let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() != "https" && !(url.scheme() == "http" && here) || !url.has_host() {
        return Err(none());
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() || address.len() > 2_000 {
        return Err(Fault::of("fault-code-address-secret"));
    }
    Ok(())
}

/// The parameters an address names; `None` when a brace is not closed.
pub(super) fn names(address: &str) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    let mut rest = address;
    while let Some(open) = rest.find('{') {
        let tail = &rest[open + 1..];
        let close = tail.find('}')?;
        names.push(&tail[..close]);
        rest = &tail[close + 1..];
    }
    Some(names)
}

/// The address with each parameter's value in its place.
///
/// # Errors
/// A sentence: a value that cannot stand in an address, or an address that is none.
pub(super) fn fill(address: &str, value: &dyn Fn(&str) -> Result<String, String>) -> Result<Url, String> {
    let none = || "The address must begin with http:// or https:// and name a host.".to_owned();
    let mut out = String::with_capacity(address.len());
    let mut rest = address;
    while let Some((before, tail)) = rest.split_once('{') {
        let (name, after) = tail.split_once('}').ok_or("The address has a brace that is not closed.")?;
        out.push_str(before);
        out.push_str(&encoded(&value(name)?, name)?);
        rest = after;
    }
    out.push_str(rest);
    let url = Url::parse(&out).map_err(|_| none())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(none());
    }
    Ok(url)
}

/// Every byte that could mean something in an address is written as `%XX`; a value that is nothing but dots would lead upwards.
fn encoded(value: &str, name: &str) -> Result<String, String> {
    if value.is_empty() || value.chars().count() > LONGEST || value.chars().all(|c| c == '.') || value.contains('\0') {
        return Err(format!("{name} has a value that cannot stand in an address."));
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    Ok(value.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_fills_its_place_and_nothing_more() {
        let filled = |template: &str, value: &str| fill(template, &|_| Ok(value.to_owned())).map(String::from);
        for value in
            ["../../admin", "a/b?c=d#e", "x@evil.example/", "%2e%2e", "\\..\\", "a b", "订单 7", "..%2f", "\r\nHost: evil", "&admin=1"]
        {
            for template in ["https://api.example/orders/{id}/status", "https://api.example/orders?id={id}&x=1"] {
                let url = Url::parse(&filled(template, value).unwrap()).unwrap();
                assert_eq!((url.host_str(), url.port()), (Some("api.example"), None), "{value}");
                let segments = url.path_segments().unwrap().count();
                assert_eq!(segments, if template.contains('?') { 1 } else { 3 }, "{url}");
                assert!(url.path().starts_with("/orders") && url.fragment().is_none() && url.query_pairs().count() <= 2, "{url}");
            }
        }
        for value in ["", ".", "..", "...", "a\0b", &"x".repeat(513)] {
            assert!(filled("https://api.example/{id}", value).is_err(), "{value:?}");
        }
    }

    #[test]
    fn places_are_where_they_may_be() {
        let properties = json!({ "id": {}, "q": {} }).as_object().cloned().unwrap();
        for (address, fine) in [
            ("https://api.example/orders/{id}", true),
            ("http://10.0.0.7:8080/orders?q={q}", true),
            ("https://api.example?q={q}", true),
            ("https://api.example/", true),
            ("https://{id}.example/", false),
            ("https://{id}/", false),
            ("{id}", false),
            ("https://api.example:{id}/", false),
            ("https://{id}@api.example/", false),
            ("https://user:pass@api.example/", false),
            ("https://api.example/#{id}", false),
            ("https://api.example/{other}", false),
            ("https://api.example/{id", false),
            ("ftp://api.example/{id}", false),
            ("file:///etc/{id}", false),
            ("", false),
        ] {
            assert_eq!(check(address, &properties).is_ok(), fine, "{address}");
        }
    }
}

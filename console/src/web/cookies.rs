//! The cookies of the console. Over TLS they carry the `__Host-` prefix, which binds them
//! to this host; on plain HTTP browsers would refuse that prefix.

use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

/// What a cookie is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The signed-in browser.
    Session,
    /// The form token of a browser that is not signed in.
    Form,
    /// What the next page says once.
    Flash,
    /// A one-time link the next page shows once.
    Link,
    /// The language of a browser that is not signed in.
    Language,
    /// Light, dark or as the system.
    Theme,
}

impl Kind {
    fn name(self, https: bool) -> &'static str {
        match (self, https) {
            (Kind::Session, true) => "__Host-warbler",
            (Kind::Session, false) => "warbler",
            (Kind::Form, true) => "__Host-warbler-form",
            (Kind::Form, false) => "warbler-form",
            (Kind::Flash, true) => "__Host-warbler-flash",
            (Kind::Flash, false) => "warbler-flash",
            (Kind::Link, true) => "__Host-warbler-link",
            (Kind::Link, false) => "warbler-link",
            (Kind::Language, true) => "__Host-warbler-language",
            (Kind::Language, false) => "warbler-language",
            (Kind::Theme, true) => "__Host-warbler-theme",
            (Kind::Theme, false) => "warbler-theme",
        }
    }
}

/// Reads a cookie.
#[must_use]
pub fn read(jar: &CookieJar, kind: Kind, https: bool) -> Option<String> {
    jar.get(kind.name(https)).map(|cookie| cookie.value().to_owned()).filter(|value| !value.is_empty())
}

/// The `Set-Cookie` value that keeps `value` for `seconds`; 0 removes it.
#[must_use]
pub fn write(kind: Kind, https: bool, value: &str, seconds: i64) -> String {
    let mut cookie = Cookie::new(kind.name(https), value.to_owned());
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_secure(https);
    cookie.set_same_site(SameSite::Lax);
    format!("{cookie}; Max-Age={seconds}")
}

#[cfg(test)]
mod tests {
    use super::{Kind, write};

    #[test]
    fn tls_cookies_are_bound_to_the_host() {
        assert_eq!(write(Kind::Session, true, "x", 60), "__Host-warbler=x; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=60");
        let plain = write(Kind::Session, false, "x", 0);
        assert!(plain.starts_with("warbler=x;") && !plain.contains("Secure"));
    }
}

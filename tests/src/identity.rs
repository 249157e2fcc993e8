//! Who a visitor is, signed as the website's own server does.

use anyhow::{Context as _, Result};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::staff::Staff;

/// A token that names this customer for an hour.
pub fn signed(key: &str, subject: &str) -> Result<String> {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({ "sub": subject, "exp": chat::Clock::system().now() / 1_000 + 3_600 });
    let text = format!("{}.{}", part(json!({ "alg": "HS256", "typ": "JWT" })), part(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes())?;
    mac.update(text.as_bytes());
    Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())))
}

/// A new key of an inbox, made on its page.
pub async fn key(staff: &mut Staff, inbox: &str) -> Result<String> {
    let page = staff.get(&format!("/console/inboxes/{inbox}")).await?;
    let mut form = page.form_to("/identity#identity").context("no form for the key")?;
    form.set("do", "make");
    let shown = staff.submit(&form).await?;
    let key = shown.text.split("id=\"identity-key\">").nth(1).and_then(|rest| rest.split('<').next());
    Ok(key.context("no key was shown")?.to_owned())
}

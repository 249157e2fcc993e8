//! The operator's own system: it closes accounts at `/close`, and brings one-time codes to people at `/codes`.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use hmac::{Hmac, Mac as _};
use parking_lot::Mutex;
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpListener;

use crate::staff::Staff;

const SCHEMA: &str =
    r#"{"properties":{"order":{"type":"string","pattern":"^[0-9]{4,9}$"},"customer":{"type":"string"}},"required":["order"]}"#;

/// What came to it.
#[derive(Clone, Debug)]
pub struct Post {
    /// Where it is.
    pub address: String,
    /// Body and signature of what came to `/codes`.
    letters: Arc<Mutex<Vec<(String, String)>>>,
    /// Body of everything else.
    done: Arc<Mutex<Vec<String>>>,
}

impl Post {
    /// Opens on a port of its own.
    pub async fn open() -> Result<Post> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let post = Post { address: format!("http://{}", listener.local_addr()?), letters: Arc::default(), done: Arc::default() };
        let served = post.clone();
        let serve = move |request: Request| served.clone().take(request);
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(serve)).await });
        Ok(post)
    }

    async fn take(self, request: Request) -> String {
        let codes = request.uri().path() == "/codes";
        let signature = request.headers().get("warbler-signature").and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
        let body = to_bytes(request.into_body(), 10_000).await.unwrap_or_default();
        let body = String::from_utf8_lossy(&body).into_owned();
        match codes {
            true => self.letters.lock().push((body, signature)),
            false => self.done.lock().push(body),
        }
        json!({ "status": "closed" }).to_string()
    }

    /// Every letter with a code.
    pub fn letters(&self) -> Vec<Value> {
        self.letters.lock().iter().filter_map(|(body, _)| serde_json::from_str(body).ok()).collect()
    }

    /// What was asked beside that.
    pub fn done(&self) -> Vec<String> {
        self.done.lock().clone()
    }

    /// The newest code of a customer.
    pub fn code_of(&self, subject: &str) -> Option<String> {
        self.letters().iter().rev().find(|letter| letter["subject"] == subject)?["code"].as_str().map(str::to_owned)
    }

    /// Whether each letter has the signature its secret makes.
    pub fn is_signed(&self, secret: &str) -> bool {
        self.letters.lock().iter().all(|(body, signature)| {
            let Some((second, given)) = signature.strip_prefix("t=").and_then(|rest| rest.split_once(",v1=")) else { return false };
            let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
            mac.update(format!("{second}.{body}").as_bytes());
            let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
            hex == given
        })
    }

    /// Describes the tool `close_account` on the pages, as an admin does; the secret that signs its codes.
    pub async fn described(&self, staff: &mut Staff) -> Result<String> {
        let page = staff.get("/console/tools/new").await?;
        let mut form = page.form_with("parameters").context("no form for a tool")?;
        form.set("name", "close_account").set("title", "Close the account").set("description", "Closes an account.").set("method", "POST");
        form.set("address", &format!("{}/close", self.address)).set("parameters", SCHEMA).set("identity", "customer = sub");
        form.set("who", "verified").set("consent", "code").set("code_address", &format!("{}/codes", self.address)).set("fields", "/status");
        let saved = staff.submit(&form).await?;
        let mut form = saved.form_to("/code#code").with_context(|| format!("no form for the secret: {}", saved.words()))?;
        form.set("do", "make");
        let shown = staff.submit(&form).await?;
        let secret = shown.text.split("id=\"code-secret\">").nth(1).and_then(|rest| rest.split('<').next());
        Ok(secret.context("no secret was shown")?.to_owned())
    }
}

//! The open API as a program uses it: a token from the console, documents and answers in, passages out, and every refusal.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tests::server::{Plan, Server};
use tests::staff::Staff;

/// A program with a token.
struct Program {
    base: String,
    token: String,
    http: reqwest::Client,
}

impl Program {
    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let request = self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token);
        let request = if let Some(body) = body { request.body(body.to_string()) } else { request };
        let response = request.send().await.unwrap();
        let status = response.status();
        assert!(response.headers().get("cache-control").is_some_and(|value| value == "no-store"));
        (status, serde_json::from_str(&response.text().await.unwrap()).unwrap_or(Value::Null))
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask(Method::GET, path, None).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    async fn refused(&self, method: Method, path: &str, body: Option<Value>) -> (u16, String) {
        let (status, body) = self.ask(method, path, body).await;
        assert!(body["error"]["text"].as_str().is_some_and(|text| text.len() > 10 && !text.contains("fault-")), "{path}: {body}");
        (status.as_u16(), body["error"]["key"].as_str().unwrap_or_default().to_owned())
    }
}

/// Made by the owner with scripts off; the page shows it once.
async fn token(server: &Server, owner: &mut Staff, rights: &str) -> Program {
    let mut form = owner.get("/console/tokens").await.unwrap().form_to("/console/tokens").unwrap();
    form.set("name", &format!("Product database {rights}")).set("rights", rights);
    let page = owner.submit(&form).await.unwrap();
    let token = page.words().split_whitespace().find(|word| word.starts_with("wbl_")).unwrap().to_owned();
    assert!(!owner.get("/console/tokens").await.unwrap().text.contains(&token), "shown once");
    Program { base: server.base(), token, http: tests::http() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_sends_knowledge_and_finds_it() {
    let server = Plan::new().start().await.unwrap();
    let mut owner = Staff::owner(&server).await.unwrap();
    let program = token(&server, &mut owner, "write").await;
    let (made, library) = program.ask(Method::POST, "/v1/libraries", Some(json!({ "name": "Products" }))).await;
    assert_eq!(made, StatusCode::CREATED);
    let id = library["id"].as_str().unwrap();
    assert_eq!(program.ask(Method::POST, "/v1/libraries", Some(json!({ "name": "Products" }))).await, (StatusCode::OK, library.clone()));
    assert!(program.get("/v1/libraries").await["libraries"].as_array().unwrap().contains(&library));
    let (_, source) = program.ask(Method::POST, "/v1/sources", Some(json!({ "library": id, "name": "Database" }))).await;
    assert_eq!((&source["kind"], &source["import"]["state"]), (&json!("api"), &json!("new")));
    let at = format!("/v1/sources/{}", source["id"].as_str().unwrap());
    // One by its name, with a slash in it.
    let kayak =
        json!({ "title": "Kayak 4711", "url": "https://shop.example/4711", "text": "# Kayak\n\nThe kayak weighs 24 kg and seats two." });
    let path = format!("{at}/documents/boats%2F4711");
    let (status, became) = program.ask(Method::PUT, &path, Some(kayak.clone())).await;
    assert_eq!((status, &became), (StatusCode::OK, &json!({ "external_id": "boats/4711", "outcome": "taken" })));
    assert_eq!(program.ask(Method::PUT, &path, Some(kayak)).await.1["outcome"], "unchanged");
    let found = program.get("/v1/search?q=how+heavy+is+the+kayak").await;
    let best = &found["hits"][0];
    assert_eq!((&best["passage"]["title"], &best["passage"]["url"]), (&json!("Kayak 4711"), &json!("https://shop.example/4711")));
    assert!(
        best["kept"].is_boolean()
            && best["confidence"].is_number()
            && best["lexical"].as_f64() > Some(0.0)
            && best["why"]["text"].as_str().is_some_and(|why| why.contains(' '))
    );
    // Several at once, each for itself.
    let many = json!({ "documents": [
        { "external_id": "paddle", "format": "html", "text": "<main><h1>Paddle</h1><p>The paddle is made of carbon.</p></main>" },
        { "external_id": "void", "text": " " },
    ] });
    let (_, results) = program.ask(Method::POST, &format!("{at}/documents"), Some(many)).await;
    assert_eq!((&results["results"][0]["outcome"], &results["results"][1]["reason"]["key"]), (&json!("taken"), &json!("empty")));
    let page = program.get(&format!("{at}/documents?limit=1")).await;
    assert_eq!((&page["documents"][0]["external_id"], &page["next"]), (&json!("boats/4711"), &json!("boats/4711")));
    let rest = program.get(&format!("{at}/documents?limit=1&after=boats%2F4711")).await;
    assert_eq!((&rest["documents"][0]["external_id"], &rest["next"]), (&json!("paddle"), &Value::Null));
    let state = program.get(&at).await;
    assert_eq!((&state["documents"], &state["import"]["state"], &state["import"]["taken"]), (&json!(2), &json!("done"), &json!(1)));
    assert_eq!(state["import"]["skipped"][0]["name"], "void");
    // How it is split is decided over the API as well; what is kept of what was sent is split anew.
    assert_eq!(state["split"], json!({ "size": null, "levels": null }));
    let split = format!("{at}/split");
    let (status, decided) = program.ask(Method::PUT, &split, Some(json!({ "size": 400 }))).await;
    assert_eq!(
        (status, &decided["split"], &decided["import"]["state"]),
        (StatusCode::OK, &json!({ "size": 400, "levels": null }), &json!("waiting"))
    );
    for wrong in [json!({ "size": 10 }), json!({ "levels": 4 })] {
        assert_eq!(program.refused(Method::PUT, &split, Some(wrong)).await, (422, "invalid".into()));
    }
    assert_eq!(program.refused(Method::PUT, &split, Some(json!({ "width": 400 }))).await, (400, "broken".into()));
    // The console shows what was sent.
    let shown = owner.get(&at.replace("/v1", "/console")).await.unwrap();
    assert!(shown.words().contains("Sent by a program") && shown.words().contains("Kayak 4711"), "{}", shown.words());
    // Removed.
    let document = page["documents"][0]["id"].as_str().unwrap();
    assert_eq!(program.get(&format!("/v1/documents/{document}")).await["parts"][0]["text"], "The kayak weighs 24 kg and seats two.");
    assert_eq!(program.ask(Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    assert_eq!(program.refused(Method::DELETE, &path, None).await, (404, "not-found".into()));
    let found = program.get(&format!("/v1/search?q=how+heavy+is+the+kayak&libraries={id}")).await;
    assert!(!found.to_string().contains("24 kg"));
    assert_eq!(program.ask(Method::DELETE, &at, None).await.0, StatusCode::NO_CONTENT);
    assert_eq!(program.get(&format!("/v1/sources?library={id}")).await, json!({ "sources": [] }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_says_who_may_be_answered() {
    let server = Plan::new().start().await.unwrap();
    let mut owner = Staff::owner(&server).await.unwrap();
    let program = token(&server, &mut owner, "write").await;
    let (_, library) = program.ask(Method::POST, "/v1/libraries", Some(json!({ "name": "Prices" }))).await;
    let id = library["id"].as_str().unwrap();
    for audience in ["all", "verified", "with plan=Pro", "staff"] {
        let (_, source) =
            program.ask(Method::POST, "/v1/sources", Some(json!({ "library": id, "name": audience, "audience": audience }))).await;
        assert_eq!(source["audience"], audience.to_lowercase());
        let path = format!("/v1/sources/{}/documents/price", source["id"].as_str().unwrap());
        let price = json!({ "title": audience, "text": format!("# Price\n\nThe kayak costs {} euro.", 100 + audience.len()) });
        assert_eq!(program.ask(Method::PUT, &path, Some(price)).await.1["outcome"], "taken");
    }
    for (asker, expected) in [
        ("", vec!["all"]),
        ("&audience=all&proven=plan=pro", vec!["all"]),
        ("&audience=verified", vec!["all", "verified"]),
        ("&audience=verified&proven=plan%3DPRO,team=7", vec!["all", "verified", "with plan=Pro"]),
        ("&audience=staff", vec!["all", "staff", "verified", "with plan=Pro"]),
    ] {
        let found = program.get(&format!("/v1/search?q=what+does+the+kayak+cost&libraries={id}{asker}")).await;
        let hits = found["hits"].as_array().unwrap();
        let mut titles: Vec<&str> = hits.iter().map(|hit| hit["passage"]["title"].as_str().unwrap()).collect();
        titles.sort_unstable();
        assert_eq!(titles, expected, "{asker}");
    }
    for wrong in ["everybody", "with plan", "with =pro", ""] {
        let source = json!({ "library": id, "name": "Wrong", "audience": wrong });
        assert_eq!(program.refused(Method::POST, "/v1/sources", Some(source)).await, (422, "invalid".into()), "{wrong}");
    }
    assert_eq!(program.refused(Method::GET, "/v1/search?q=kayak&audience=everybody", None).await, (422, "invalid".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_come_and_go() {
    let server = Plan::new().start().await.unwrap();
    let mut owner = Staff::owner(&server).await.unwrap();
    let program = token(&server, &mut owner, "write").await;
    let (_, library) = program.ask(Method::POST, "/v1/libraries", Some(json!({ "name": "Shop" }))).await;
    let at = format!("/v1/libraries/{}/answers", library["id"].as_str().unwrap());
    let two = json!({ "answers": [
        { "question": "Do you ship kayaks to Peru?", "answer": "Yes, by sea.", "variants": ["Shipping to Peru?"] },
        { "question": "能寄到挪威吗？", "answer": "可以，七天送达。" },
    ] });
    let (status, written) = program.ask(Method::POST, &at, Some(two.clone())).await;
    assert_eq!((status, written["documents"].as_array().map(Vec::len)), (StatusCode::OK, Some(2)));
    let list = program.get(&at).await;
    assert_eq!(list["answers"][0]["answer"], "Yes, by sea.");
    assert_eq!(list["answers"][0]["variants"], json!(["Shipping to Peru?"]));
    let found = program.get("/v1/search?q=do+you+ship+to+peru&limit=1").await;
    assert_eq!(found["hits"][0]["passage"]["text"], "Yes, by sea.");
    let gone = format!("/v1/documents/{}", written["documents"][0].as_str().unwrap());
    assert_eq!(program.ask(Method::DELETE, &gone, None).await.0, StatusCode::NO_CONTENT);
    assert_eq!(program.get(&at).await["answers"].as_array().map(Vec::len), Some(1));
    let none = json!({ "answers": [{ "question": "Why?", "answer": "" }] });
    assert_eq!(program.refused(Method::POST, &at, Some(none)).await, (422, "invalid".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_refusal_says_why() {
    let server = Plan::new().env("WARBLER_API__BODY_MIB", "1").start().await.unwrap();
    let mut owner = Staff::owner(&server).await.unwrap();
    let writer = token(&server, &mut owner, "write").await;
    let reader = token(&server, &mut owner, "read").await;
    let shop = Some(json!({ "name": "Shop" }));
    // Without a token, with a wrong one, with one that may only read.
    let bare = writer.http.get(format!("{}/v1/libraries", writer.base)).header("accept-language", "zh-CN").send().await.unwrap();
    assert_eq!((bare.status().as_u16(), bare.headers()["www-authenticate"].to_str().unwrap()), (401, "Bearer"));
    assert!(bare.text().await.unwrap().contains("令牌"));
    let stranger = Program { token: "wbl_guessed".into(), base: server.base(), http: tests::http() };
    assert_eq!(stranger.refused(Method::GET, "/v1/libraries", None).await, (401, "token".into()));
    assert_eq!(reader.refused(Method::POST, "/v1/libraries", shop.clone()).await, (403, "rights".into()));
    let library = reader.get("/v1/libraries").await["libraries"][0]["id"].as_str().unwrap().to_owned();
    // Nothing that is not there, and nothing that cannot be read.
    for path in ["/v1/sources/none", "/v1/nowhere", "/v1/documents/01997a00-0000-7000-8000-000000000101"] {
        assert_eq!(writer.refused(Method::GET, path, None).await, (404, "not-found".into()), "{path}");
    }
    assert_eq!(writer.refused(Method::PATCH, "/v1/libraries", shop).await, (405, "method".into()));
    for (path, body) in
        [("/v1/libraries", json!({ "nam": "x" })), ("/v1/libraries", json!([])), ("/v1/sources", json!({ "library": library }))]
    {
        assert_eq!(writer.refused(Method::POST, path, Some(body)).await, (400, "broken".into()), "{path}");
    }
    assert_eq!(writer.refused(Method::GET, "/v1/search?q=a&colour=red", None).await, (400, "broken".into()));
    assert_eq!(writer.refused(Method::GET, "/v1/search?q=", None).await, (422, "invalid".into()));
    // The guides come from elsewhere: nothing is sent to them, nothing of them removed.
    let sources = writer.get("/v1/sources").await;
    let guides =
        sources["sources"].as_array().unwrap().iter().find(|source| source["kind"] == "guides").unwrap()["id"].as_str().unwrap().to_owned();
    let text = Some(json!({ "text": "Words." }));
    assert_eq!(writer.refused(Method::PUT, &format!("/v1/sources/{guides}/documents/a"), text).await, (422, "invalid".into()));
    assert_eq!(writer.refused(Method::DELETE, &format!("/v1/sources/{guides}/documents/en%2Fstart.md"), None).await.0, 422);
    // Bounds.
    let (_, own) = writer.ask(Method::POST, "/v1/sources", Some(json!({ "library": library, "name": "Own" }))).await;
    let at = format!("/v1/sources/{}/documents", own["id"].as_str().unwrap());
    let large = Some(json!({ "text": "x".repeat(1_100_000) }));
    assert_eq!(writer.refused(Method::PUT, &format!("{at}/a"), large).await, (413, "too-large".into()));
    let many: Vec<Value> = (0..101).map(|n| json!({ "external_id": n.to_string(), "text": "Words." })).collect();
    assert_eq!(writer.refused(Method::POST, &at, Some(json!({ "documents": many }))).await, (422, "too-many".into()));
    for wrong in [json!({ "text": "a", "url": "javascript:alert(1)" }), json!({ "text": "a", "language": "Klingon!" })] {
        assert_eq!(writer.refused(Method::PUT, &format!("{at}/a"), Some(wrong)).await, (422, "invalid".into()));
    }
    // Revoked with scripts off: refused at once.
    let page = owner.get("/console/tokens").await.unwrap();
    let revoke = page.forms().into_iter().find(|form| form.action.ends_with("/revoke")).unwrap();
    owner.submit(&revoke).await.unwrap();
    assert_eq!(writer.refused(Method::GET, "/v1/libraries", None).await, (401, "token".into()));
    assert!(reader.get("/v1/libraries").await.is_object());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_in_a_hurry_is_told_how_long_to_wait() {
    let server = Plan::new().env("WARBLER_API__REQUESTS_PER_MINUTE", "3").start().await.unwrap();
    let mut owner = Staff::owner(&server).await.unwrap();
    let program = token(&server, &mut owner, "read").await;
    for _ in 0..3 {
        program.get("/v1/libraries").await;
    }
    let ask = program.http.get(format!("{}/v1/libraries", program.base)).bearer_auth(&program.token);
    let late = ask.send().await.unwrap();
    assert_eq!(late.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = late.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=20).contains(&wait), "{wait}");
    let description: Value = program.http.get(format!("{}/v1/openapi.json", program.base)).send().await.unwrap().json().await.unwrap();
    assert_eq!(description["openapi"], "3.1.0");
}

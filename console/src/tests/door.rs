//! Signing in, links, and form tokens.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use chat::agent::Role;

use super::{House, PASSWORD};

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_say_the_same() {
    let house = House::new().await;
    let agent = house.fresh.agent("Ann", Role::Agent).await.unwrap();
    let mut browser = house.browser();
    let csrf = browser.get("/console/login").await.csrf();
    let mut said = Vec::new();
    for email in [agent.email.as_str(), "nobody@example.org"] {
        let fields = [("csrf", csrf.clone()), ("email", email.to_owned()), ("password", "not the password".to_owned())];
        let page = browser.post("/console/login", &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text.contains(email), "what was typed is kept");
        assert!(!page.text.contains("not the password"), "a password never travels back");
        said.push(page.text.replace(email, ""));
    }
    assert_eq!(said[0], said[1]);
}

#[tokio::test]
async fn too_many_tries_have_to_wait() {
    let house = House::new().await;
    let agent = house.fresh.agent("Ann", Role::Agent).await.unwrap();
    let mut browser = house.browser();
    let csrf = browser.get("/console/login").await.csrf();
    let try_with = |password: &str| [("csrf", csrf.clone()), ("email", agent.email.clone()), ("password", password.to_owned())];
    for _ in 0..8 {
        browser.post("/console/login", &try_with("wrong wrong wrong")).await;
    }
    let page = browser.post("/console/login", &try_with(PASSWORD)).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "even the right one waits");
    house.fresh.clock.advance(16 * 60_000);
    let page = browser.post("/console/login", &try_with(PASSWORD)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn one_goes_on_where_one_wanted_to_go() {
    let house = House::new().await;
    let agent = house.fresh.agent("Ann", Role::Agent).await.unwrap();
    let mut browser = house.browser();
    let page = browser.get("/console/gaps?state=closed").await;
    assert_eq!(page.to, "/console/login?next=%2Fconsole%2Fgaps%3Fstate%3Dclosed");
    for (next, to) in [("/console/gaps", "/console/gaps"), ("https://elsewhere.example/", "/console/"), ("//x", "/console/")] {
        let csrf = house.browser_csrf(&mut browser).await;
        let fields = [("csrf", csrf), ("email", agent.email.clone()), ("password", PASSWORD.to_owned()), ("next", next.to_owned())];
        assert_eq!(browser.post("/console/login", &fields).await.to, to, "{next}");
        browser.act("/console/logout", &[]).await;
        assert_eq!(browser.get("/console/").await.status, StatusCode::SEE_OTHER, "signed out");
    }
}

#[tokio::test]
async fn a_form_without_the_token_is_refused() {
    let house = House::new().await;
    let (_, mut browser) = house.signed_in("Ann", Role::Owner).await;
    for csrf in ["", "guess"] {
        let page = browser.post("/console/account", &[("csrf", csrf.to_owned()), ("name", "Eve".to_owned())]).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{csrf}");
    }
    let mut stranger = house.browser();
    let page = stranger.post("/console/login", &[("email", "a@b.example".to_owned())]).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_set_up_link_works_once() {
    let house = House::new().await;
    let chat = &house.fresh.chat;
    let token = chat::invite::create(chat.store(), chat.random(), house.fresh.workspace, Role::Owner, None, chat.now()).await.unwrap();
    let address = format!("/console/setup/{token}");
    let mut browser = house.browser();
    let csrf = browser.get(&address).await.csrf();
    let fields = |email: &str, password: &str| {
        let named = [("csrf", csrf.as_str()), ("workspace", "Shop"), ("name", "Mira"), ("email", email), ("password", password)];
        named.map(|(name, value)| (name, value.to_owned()))
    };
    let page = browser.post(&address, &fields("mira@", "short")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("value=\"Mira\""), "what was typed is kept");
    let page = browser.post(&address, &fields("mira@shop.example", PASSWORD)).await;
    assert_eq!((page.status, page.to.as_str()), (StatusCode::SEE_OTHER, "/console/"));
    let home = browser.get("/console/").await;
    assert_eq!(home.status, StatusCode::OK);
    assert!(home.text.contains("Shop"));
    assert_eq!(house.browser().get(&address).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn a_changed_password_closes_every_session() {
    let house = House::new().await;
    let (agent, mut here) = house.signed_in("Ann", Role::Agent).await;
    let mut there = house.browser();
    let csrf = house.browser_csrf(&mut there).await;
    let fields = [("csrf", csrf), ("email", agent.email.clone()), ("password", PASSWORD.to_owned())];
    there.post("/console/login", &fields).await;
    assert_eq!(there.get("/console/").await.status, StatusCode::OK);
    let page = here.act("/console/account/password", &[("current", "wrong wrong wrong"), ("password", "another good one 7")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = here.act("/console/account/password", &[("current", PASSWORD), ("password", "another good one 7")]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(here.get("/console/").await.status, StatusCode::OK, "this browser got a new session");
    assert_eq!(there.get("/console/").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn bad_input_is_answered_with_a_page() {
    let house = House::new().await;
    let (_, mut browser) = house.signed_in("Ann", Role::Owner).await;
    for path in ["/console/nothing", "/console/gaps/x/answer", "/console/conversations/%ff", "/console/people/1"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(page.text.contains("<html"), "{path}");
    }
    let huge = "x".repeat(400 * 1024);
    let page = browser.act("/console/canned", &[("shortcut", "a"), ("body", &huge)]).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    for (kind, body) in [("multipart/form-data", "x"), ("multipart/form-data; boundary=a", "--a\r\nbroken"), ("text/plain", "x")] {
        let request = browser.request(Method::POST, "/console/sources").header(CONTENT_TYPE, kind);
        let page = browser.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{kind}");
    }
    let page = browser.get("/console/inbox?before_seq=x").await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
}

impl House {
    async fn browser_csrf(&self, browser: &mut super::Browser) -> String {
        browser.get("/console/login").await.csrf()
    }
}

//! Signing in and out, sessions, and what closes them.

use reqwest::{Method, StatusCode};
use tests::staff::{PASSWORD, Staff};

use super::crew;

#[tokio::test]
async fn the_set_up_link_works_once() {
    let server = tests::server::Plan::new().start().await.unwrap();
    let link = server.printed("/console/").unwrap();
    Staff::owner(&server).await.unwrap();
    let mut late = Staff::new(&server.base());
    let page = late.get(&link).await.unwrap();
    assert!(page.status.is_client_error() || page.form_with("name").is_none(), "a used link still makes owners");
    let guessed = late.get("/console/setup/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await.unwrap();
    assert!(guessed.status.is_client_error(), "{}", guessed.status);
}

#[tokio::test]
async fn wrong_and_unknown_sound_the_same_and_are_slowed_down() {
    let crew = crew().await;
    let mut eve = Staff::new(&crew.server.base());
    let mut said = Vec::new();
    for email in ["agent@shop.example", "nobody@shop.example"] {
        let page = eve.get("/console/login").await.unwrap();
        let mut form = page.form_with("password").unwrap();
        form.set("email", email).set("password", "wrong password here");
        let answer = eve.submit(&form).await.unwrap();
        assert!(answer.status.is_client_error(), "{}", answer.status);
        said.push(answer.words().replace(email, "…"));
    }
    assert_eq!(said[0], said[1], "an address is given away");
    for _ in 0..12 {
        let page = eve.get("/console/login").await.unwrap();
        let mut form = page.form_with("password").unwrap();
        form.set("email", "agent@shop.example").set("password", "wrong again and again");
        eve.submit(&form).await.unwrap();
    }
    // Even the right password waits now: otherwise guessing would go on.
    let page = eve.sign_in("agent@shop.example").await.unwrap();
    assert!(page.status.is_client_error(), "guessing is not slowed down");
}

#[tokio::test]
async fn after_signing_in_nobody_is_sent_elsewhere() {
    let crew = crew().await;
    for next in ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\thttps://evil.example"] {
        let mut agent = Staff::new(&crew.server.base());
        let page = agent.get(&format!("/console/login?next={}", tests::staff::page::escape(next))).await.unwrap();
        let mut form = page.form_with("password").unwrap();
        form.set("email", "agent@shop.example").set("password", PASSWORD);
        let landed = agent.submit(&form).await.unwrap();
        let inside = landed.address.starts_with("/console") || landed.address.starts_with(&crew.server.base());
        assert!(inside && !landed.address.contains("evil"), "{next} led to {}", landed.address);
    }
}

#[tokio::test]
async fn signing_out_and_a_new_password_close_sessions() {
    let mut crew = crew().await;
    let stolen = crew.agent.clone();
    let page = crew.agent.get("/console/inbox").await.unwrap();
    let form = page.form_to("/console/logout").unwrap();
    crew.agent.submit(&form).await.unwrap();
    assert!(!entered(&stolen).await, "the cookie outlives signing out");

    let mut here = Staff::new(&crew.server.base());
    here.sign_in("agent@shop.example").await.unwrap();
    let mut there = Staff::new(&crew.server.base());
    there.sign_in("agent@shop.example").await.unwrap();
    assert!(entered(&here).await && entered(&there).await);
    let account = here.get("/console/account").await.unwrap();
    let mut form = account.form_with("current").unwrap();
    form.set("current", PASSWORD).set("password", "another long sentence 43");
    let changed = here.submit(&form).await.unwrap();
    assert!(changed.status.is_success(), "{} {}", changed.status, changed.words());
    assert!(!entered(&there).await, "another browser stays signed in after the password was changed");
    assert!(!Staff::new(&crew.server.base()).sign_in("agent@shop.example").await.unwrap().status.is_success());
}

#[tokio::test]
async fn somebody_who_was_disabled_is_out_at_once() {
    let mut crew = crew().await;
    let people = crew.owner.get("/console/people").await.unwrap();
    let mut done = false;
    for link in people.links("/console/people/") {
        let page = crew.owner.get(&link).await.unwrap();
        if page.text.contains("agent@shop.example")
            && let Some(form) = page.forms().into_iter().find(|form| form.action.ends_with("/disable"))
        {
            crew.owner.submit(&form).await.unwrap();
            done = true;
            break;
        }
    }
    assert!(done, "no page lets an owner disable an agent: {:?}", people.links("/console/people/"));
    assert!(!entered(&crew.agent).await, "a disabled account still works");
    assert!(!Staff::new(&crew.server.base()).sign_in("agent@shop.example").await.unwrap().status.is_success());
}

/// Whether the cookies of this browser open the inbox.
async fn entered(staff: &Staff) -> bool {
    let answer = staff.request(Method::GET, "/console/inbox").send().await.unwrap();
    answer.status() == StatusCode::OK
}

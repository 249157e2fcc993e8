//! The table of routes: each is declared, and each keeps its word.

use axum::http::{Method, StatusCode};
use chat::agent::Role;

use super::House;
use crate::routes::routes;
use crate::web::guard::Permission;

/// An address with ids where the path wants some.
fn address(path: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        part if !part.starts_with('{') => part.to_owned(),
        "{*nowhere}" => "nowhere/at/all".to_owned(),
        "{hash}" => "0".to_owned(),
        "{*path}" => "app.css".to_owned(),
        "{token}" => "token".to_owned(),
        _ => uuid::Uuid::nil().to_string(),
    });
    parts.collect::<Vec<_>>().join("/")
}

#[test]
fn no_route_is_declared_twice() {
    let mut seen = std::collections::BTreeSet::new();
    for route in routes() {
        assert!(seen.insert((route.method.to_string(), route.path)), "{} {}", route.method, route.path);
        assert!(route.path.starts_with("/console"), "{}", route.path);
    }
}

#[tokio::test]
async fn a_stranger_gets_no_further_than_the_door() {
    let house = House::new().await;
    for route in routes() {
        let mut browser = house.browser();
        let path = address(route.path);
        let page = match route.method {
            Method::GET => browser.get(&path).await,
            _ => browser.post(&path, &[]).await,
        };
        match route.permission {
            Permission::Asset => assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}"),
            Permission::Public => assert_ne!(page.to, "/console/login", "{path}"),
            Permission::Agent | Permission::Admin | Permission::Owner => {
                assert_eq!(page.status, StatusCode::SEE_OTHER, "{} {path}", route.method);
                assert!(page.to.starts_with("/console/login"), "{} {path}", route.method);
            }
        }
    }
}

#[tokio::test]
async fn each_role_may_what_is_declared_and_no_more() {
    let house = House::new().await;
    for role in [Role::Agent, Role::Admin, Role::Owner] {
        let (_, mut browser) = house.signed_in(&format!("A {role}"), role).await;
        for route in routes() {
            let needed = match route.permission {
                Permission::Asset | Permission::Public => continue,
                Permission::Agent => Role::Agent,
                Permission::Admin => Role::Admin,
                Permission::Owner => Role::Owner,
            };
            // The stream never ends, and signing out would end the walk.
            if ["/console/live", "/console/logout", "/console/account/sessions"].contains(&route.path) {
                continue;
            }
            let path = address(route.path);
            let page = match route.method {
                Method::GET => browser.get(&path).await,
                _ => browser.act(&path, &[]).await,
            };
            let what = format!("{role} {} {path} {}", route.method, page.status);
            assert_eq!(page.status == StatusCode::FORBIDDEN, role < needed, "{what}");
            assert!(!page.status.is_server_error(), "{what}");
            assert!(!page.to.starts_with("/console/login"), "{what}");
        }
    }
}

#[tokio::test]
async fn every_answer_carries_the_policy() {
    let house = House::new().await;
    let (_, mut browser) = house.signed_in("Ann", Role::Owner).await;
    for path in ["/console/", "/console/login", "/console/nowhere", "/console/assets/0/app.css"] {
        let page = browser.get(path).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe"), "{path}");
        assert_eq!(page.headers["x-content-type-options"], "nosniff", "{path}");
        for inline in ["<style", " style=\"", " onclick=", "<script>"] {
            assert!(!page.text.contains(inline), "{path} has {inline}");
        }
    }
}

#[tokio::test]
async fn nobody_rises_by_their_own_hand() {
    let house = House::new().await;
    let (owner, _) = house.signed_in("Olga", Role::Owner).await;
    let (admin, mut browser) = house.signed_in("Ann", Role::Admin).await;
    let page = browser.act("/console/people/invite", &[("role", "owner")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("name", "Ann"), ("role", "owner"), ("capacity", "4")];
    let page = browser.act(&format!("/console/people/{}", admin.id), &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for act in ["", "/disable", "/password"] {
        let page = browser.act(&format!("/console/people/{}{act}", owner.id), &fields).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "an admin changed an owner: {act}");
    }
}

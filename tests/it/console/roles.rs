//! Every declared route with every role: below what is declared there is no way in.

use console::routes::routes;
use console::web::guard::Permission;
use reqwest::{Method, StatusCode};
use tests::staff::Staff;

use super::crew;

/// A value for each placeholder of a route; nothing of this name exists.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "0199d3a0-0000-7000-8000-0000000000ff" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn no_route_opens_below_its_permission() {
    let crew = crew().await;
    let routes = routes();
    assert!(routes.len() > 40, "{} routes are declared", routes.len());
    let nobody = Staff::new(&crew.server.base());
    let mut faults = Vec::new();
    for route in &routes {
        let people = [
            (&nobody, None),
            (&crew.agent, Some(Permission::Agent)),
            (&crew.admin, Some(Permission::Admin)),
            (&crew.owner, Some(Permission::Owner)),
        ];
        for (person, has) in people {
            let allowed = match route.permission {
                Permission::Asset | Permission::Public => true,
                Permission::Agent => has.is_some(),
                Permission::Admin => matches!(has, Some(Permission::Admin | Permission::Owner)),
                Permission::Owner => has == Some(Permission::Owner),
            };
            let status = tried(person, &route.method, &filled(route.path)).await;
            let shut =
                status == StatusCode::FORBIDDEN || (has.is_none() && (status.is_redirection() || status == StatusCode::UNAUTHORIZED));
            // A form without its token is refused for everybody, so only GET can show that the allowed get in.
            if !allowed && !shut {
                faults.push(format!("{} {} is open for {has:?}: {status}", route.method, route.path));
            }
            if allowed && route.method == Method::GET && (shut && has.is_some() || status.is_server_error()) {
                faults.push(format!("{} {} is shut for {has:?}: {status}", route.method, route.path));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The status alone: a live page never ends.
async fn tried(person: &Staff, method: &Method, path: &str) -> StatusCode {
    let request = person.request(method.clone(), path);
    let request =
        if *method == Method::POST { request.header("content-type", "application/x-www-form-urlencoded").body("") } else { request };
    request.send().await.unwrap().status()
}

#[tokio::test]
async fn a_path_that_was_not_declared_is_not_there() {
    let crew = crew().await;
    for path in
        ["/console/admin", "/console/debug", "/console/people/all.json", "/console/inbox/../people", "/console/.env", "/console/routes"]
    {
        let status = crew.agent.request(Method::GET, path).send().await.unwrap().status();
        assert!(status.is_client_error() || status.is_redirection(), "{path}: {status}");
    }
}

//! A website as a source, with scripts off: planted, read by the worker, read again, answered from.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use parking_lot::Mutex;
use tests::server::Plan;
use tests::staff::{Page, Staff};

type Pages = Arc<Mutex<Vec<(String, String)>>>;

async fn page(State(pages): State<Pages>, Path(path): Path<String>) -> Response {
    let found = pages.lock().iter().find(|(known, _)| *known == path).map(|(_, text)| text.clone());
    found.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |text| Html(text).into_response())
}

/// The source's page once it says `words`.
async fn until(owner: &mut Staff, at: &str, words: &str) -> Page {
    let begun = Instant::now();
    loop {
        let page = owner.get(at).await.unwrap();
        if page.words().contains(words) {
            return page;
        }
        assert!(begun.elapsed() < Duration::from_secs(40), "no \"{words}\" on\n{}", page.words());
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_website_is_planted_and_read_again_with_scripts_off() {
    let pages: Pages = Arc::default();
    let put = |path: &str, text: &str| pages.lock().push((path.to_owned(), text.to_owned()));
    put("help/", "<main><h1>Help</h1><p>Welcome to the help.</p><a href='returns'>Returns</a> <a href='gone'>Gone</a></main>");
    put("help/returns", "<main><h1>Returns</h1><p>You may return a kayak within 45 days.</p></main>");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let site = format!("http://{}/help/", listener.local_addr().unwrap());
    let app = Router::new().route("/{*path}", get(page)).with_state(pages.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let server =
        Plan::new().env("WARBLER_KNOWLEDGE__FETCH_PRIVATE", "true").env("WARBLER_KNOWLEDGE__CRAWL_GAP_MS", "20").start().await.unwrap();
    let mut owner = Staff::owner(&server).await.unwrap();
    let mut form = owner.get("/console/sources/new").await.unwrap().form_to("/console/sources").unwrap();
    form.set("library", "Shop").set("address", &site).set("way", "site").set("schedule", "daily");
    let list = owner.submit(&form).await.unwrap();
    let mut at = String::new();
    for link in list.links("/console/sources/") {
        if owner.get(&link).await.unwrap().words().contains(&site) {
            at = link;
        }
    }
    let first = until(&mut owner, &at, "2 taken in").await;
    assert!(
        first.words().contains("Every day") && first.words().contains("404") && first.words().contains("Olivia Owner"),
        "{}",
        first.words()
    );
    let found = owner.get("/console/search?q=return+a+kayak").await.unwrap();
    assert!(found.words().contains("within 45 days"), "{}", found.words());
    // Changed, and read again by the button.
    pages.lock().retain(|(path, _)| path != "help/returns");
    put("help/returns", "<main><h1>Returns</h1><p>You may return a kayak within 20 days.</p></main>");
    let again = first.form_to("/sync").unwrap();
    owner.submit(&again).await.unwrap();
    until(&mut owner, &at, "1 taken in, 1 unchanged").await;
    let found = owner.get("/console/search?q=return+a+kayak").await.unwrap();
    assert!(found.words().contains("within 20 days") && !found.words().contains("within 45 days"), "{}", found.words());
}

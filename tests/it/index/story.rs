//! Warbler itself over a server: visitors are answered from it, and handed to people while it is away.

use std::time::{Duration, Instant};

use tests::{
    qdrant::{Mood, Qdrant},
    server::Plan,
    visitor::Visitor,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn visitors_are_answered_from_a_server_and_handed_to_people_while_it_is_away() {
    let server = Qdrant::start(None).await.unwrap();
    let warbler = Plan::new()
        .unlimited()
        .env("WARBLER_KNOWLEDGE__INDEX__ADDRESS", server.address())
        .env("WARBLER_KNOWLEDGE__INDEX__SECONDS", "1")
        .start()
        .await
        .unwrap();
    let ask = async |text: &str| {
        let mut visitor = Visitor::of(&warbler).await.unwrap();
        visitor.connect().await.unwrap();
        let said = visitor.ask(&Visitor::conversation(), text).await.unwrap();
        said.to_string()
    };
    let status = async || tests::http().get(format!("{}/statusz", warbler.base())).send().await.unwrap().text().await.unwrap();
    let question = "How do I back up Warbler?";
    let answer = ask(question).await;
    assert!(answer.contains("warbler-data"), "{answer}");
    assert!(status().await.contains("on a Qdrant server, which answers"));
    server.behave(Mood::Broken);
    let handed = ask("Where is the search index of Warbler kept?").await;
    assert!(!handed.contains("warbler-data"), "{handed}");
    assert!(status().await.contains("cannot be used"), "{}", status().await);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let output = warbler.output();
    assert_eq!(output.matches("the Qdrant server of the search index cannot be used").count(), 1, "{output}");
    assert!(!output.contains("the index could not be brought in step"), "{output}");
    server.behave(Mood::Well);
    let begun = Instant::now();
    while !ask("How do I restore a backup?").await.contains("warbler-data") {
        assert!(begun.elapsed() < Duration::from_secs(30), "it is not answered again");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert!(status().await.contains("which answers"));
}

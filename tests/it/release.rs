//! Tested releases from end to end: one that is worse on one case is refused, signed, shown to a share of the visitors, taken
//! back; and every answer names the release it is of.

use std::collections::BTreeMap;
use std::time::Duration;

use chat::testing::Engine;
use reqwest::StatusCode;
use tests::server::{Plan, Server};
use tests::staff::{Page, Staff};
use tests::visitor::Visitor;

chat::on_every_engine!(a_release_is_tested_signed_staged_and_taken_back);

const RELEASES: &str = "/console/releases";
const QUESTION: &str = "How long does a refund take?";

async fn a_release_is_tested_signed_staged_and_taken_back(engine: Engine) {
    let server = Plan::new().on(engine).unlimited().start().await.unwrap();
    let mut owner = Staff::owner(&server).await.unwrap();
    take(&server, "five working days");
    // The test set, written by hand and imported.
    let page = owner.get("/console/cases?state=accepted").await.unwrap();
    let mut form = page.form_with("question").unwrap();
    form.set("question", QUESTION).set("expect", "fact").set("target", "five working days");
    assert_eq!(owner.submit(&form).await.unwrap().status, StatusCode::OK);
    let mut form = page.form_with("lines").unwrap();
    form.set("lines", "{\"question\":\"Which countries do you ship to?\",\"expect\":\"cite\",\"target\":\"Which countries do you ship to?\"}\n{\"question\":\"Can glassblowers of Murano pay with seashells?\",\"expect\":\"refuse\"}");
    let page = owner.submit(&form).await.unwrap();
    assert!(page.words().contains("Which countries do you ship to?"), "{}", page.words());

    // Switching on freezes what is live.
    let page = owner.get(RELEASES).await.unwrap();
    let page = owner.submit(&page.form_to(RELEASES).unwrap()).await.unwrap();
    assert!(page.words().contains("Release 1"), "{}", page.words());
    // A change waits: visitors are still answered by release 1.
    take(&server, "ten working days");
    let (number, answer) = asked(&server, &mut owner).await;
    assert_eq!(number, 1);
    assert!(answer.contains("five working days"), "{answer}");

    // The next release is worse on one case, and is refused.
    let mut form = owner.get(RELEASES).await.unwrap().form_with("note").unwrap();
    form.set("note", "Longer refunds");
    let page = owner.submit(&form).await.unwrap();
    let address = page.address.clone();
    let page = tested(&mut owner, &address).await;
    assert!(page.words().contains("It passes 2 of 3 cases. On one case it is worse"), "{}", page.words());
    let refused = owner.submit(&page.form_with("share").unwrap()).await.unwrap();
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.words().contains("Not released: it is worse on one case."), "{}", refused.words());
    assert_eq!(asked(&server, &mut owner).await.0, 1);

    // Signed, it answers a share of the visitors; each answer names its release and is of its knowledge.
    let mut form = refused.form_with("share").unwrap();
    form.action = format!("{address}/stage");
    form.set("share", "20").set("reason", "The old case is out of date.");
    let page = owner.submit(&form).await.unwrap();
    assert!(page.words().contains("Let through by Olivia Owner: The old case is out of date."), "{}", page.words());
    let mut answers: BTreeMap<i64, usize> = BTreeMap::new();
    for n in 0..120 {
        let (number, answer) = asked(&server, &mut owner).await;
        assert!(answer.contains(if number == 2 { "ten working days" } else { "five working days" }), "release {number}: {answer}");
        *answers.entry(number).or_default() += 1;
        if n >= 20 && answers.len() == 2 && answers[&2] < answers[&1] {
            break;
        }
    }
    assert_eq!(answers.keys().copied().collect::<Vec<_>>(), [1, 2], "{answers:?}");
    assert!(answers[&2] < answers[&1], "20 of 100, not more than half: {answers:?}");

    // One click back.
    let page = owner.get(RELEASES).await.unwrap();
    let page = owner.submit(&page.form_to("/back").unwrap()).await.unwrap();
    assert!(page.words().contains("Rolled back."), "{}", page.words());
    for _ in 0..10 {
        assert_eq!(asked(&server, &mut owner).await.0, 1);
    }
    // Without tested releases every change is live at once.
    let page = owner.get(RELEASES).await.unwrap();
    owner.submit(&page.form_to("/off").unwrap()).await.unwrap();
    let (number, answer) = asked(&server, &mut owner).await;
    assert_eq!(number, 0);
    assert!(answer.contains("ten working days"), "{answer}");
}

/// Brings the shelf up to date; the same file is the same source.
fn take(server: &Server, refund: &str) {
    let folder = server.data().join("shelf");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("faq.csv");
    let faq = format!(
        "question,answer\n{QUESTION},A refund takes {refund}. It goes to the card you paid with.\nWhich countries do you ship to?,We ship to Germany and to Spain.\n"
    );
    std::fs::write(&file, faq).unwrap();
    let done = server.command(&["import", file.to_str().unwrap(), "--library", "Shop"]).unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// A new visitor's answer, and the release that the page "Why this answer" names; 0: none.
async fn asked(server: &Server, owner: &mut Staff) -> (i64, String) {
    let mut visitor = Visitor::of(server).await.unwrap();
    let talk = Visitor::conversation();
    let answer = visitor.ask(&talk, QUESTION).await.unwrap();
    let page = owner.why(&talk, answer["seq"].as_i64().unwrap()).await.unwrap();
    let number = page.words().split("Release ").nth(1).and_then(|rest| rest.split_whitespace().next()).and_then(|n| n.parse().ok());
    (number.unwrap_or(0), answer["body"].as_str().unwrap().to_owned())
}

/// The release's page when its test set has run.
async fn tested(owner: &mut Staff, address: &str) -> Page {
    for _ in 0..120 {
        let page = owner.get(address).await.unwrap();
        if page.words().contains("It passes") && !page.words().contains("not run yet") {
            return page;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("the test set did not run: {}", owner.get(address).await.unwrap().words());
}

//! With a model: streamed and checked answers, and every way in which a model can fail.

use super::*;
use crate::model::Failure;

const NONE: Duration = Duration::ZERO;
const REFUND: &str = "How long does a refund take?";
const QUOTED: &str = "A refund takes five working days. It goes to the card you paid with. [1]";

#[tokio::test]
async fn an_answer_is_streamed_in_whole_words_and_kept_with_its_citations() {
    let pause = Duration::from_millis(50);
    // Its words take half a second; a busy machine may take longer.
    let config = Config { first_token_ms: 5_000, total_ms: 20_000, ..quick() };
    let said = Script::Say("[1]\nIt takes five days, [1] and goes to your card. [1] Soon. [9]", pause);
    let (house, fake) = House::with(config, Some(said)).await;
    let it = house.conversation("en").await;
    let seen = drafts(&house, &it).await;
    let reply = house.ask(&it, REFUND).await;
    assert_eq!(reply.body, "It takes five days, [1] and goes to your card. [1] Soon.");
    assert!(!reply.extra.extract);
    assert_eq!(reply.extra.citations.iter().map(|c| c.n).collect::<Vec<_>>(), [1]);
    let (pieces, replaced) = seen.await.expect("drafts");
    assert!(replaced && pieces.len() >= 3, "{pieces:?}");
    assert!(pieces.iter().all(|piece| piece.ends_with([' ', ']'])), "{pieces:?}");
    assert!(!pieces.concat().contains("[9]"));
    let fake = fake.expect("a fake");
    let asked = fake.asked.lock();
    assert!(asked.last().expect("a prompt").messages[0].content.contains("five working days"));
}

#[tokio::test]
async fn a_model_that_fails_never_means_silence() {
    let (house, fake) = House::new(Some(Script::Hang)).await;
    let fake = fake.expect("a fake");
    for (name, script) in [
        ("hangs before it begins", Script::Hang),
        ("never says a word", Script::Stall("")),
        ("stops in the middle", Script::Stall("[1]\nIt takes five ")),
        ("breaks in the middle", Script::Break("[1]\nIt takes five ", Failure::Unreachable)),
        ("sends garbage", Script::Fail(Failure::Garbage)),
        ("is down", Script::Fail(Failure::Unreachable)),
        ("answers with an error", Script::Fail(Failure::Refused)),
        ("says nothing", Script::Say("", NONE)),
        ("is cut before a whole sentence", Script::Cut("[1]\nIt takes five days and goes")),
        ("cites nothing", Script::Say("It takes five days and goes to your card.", NONE)),
        ("cites what is not there", Script::Say("[7]\nIt takes five days. [8]", NONE)),
        ("says what it was told by the passages", Script::Say("I have been hacked! ![x](https://evil.example/x.png)", NONE)),
    ] {
        *fake.script.lock() = script;
        let it = house.conversation("en").await;
        let seen = drafts(&house, &it).await;
        let began = std::time::Instant::now();
        let reply = house.ask(&it, REFUND).await;
        assert_eq!((reply.body.as_str(), reply.extra.extract), (QUOTED, true), "{name}");
        assert!(began.elapsed() < Duration::from_secs(4), "{name}: {:?}", began.elapsed());
        let (pieces, _) = tokio::time::timeout(Duration::from_secs(2), seen).await.expect("ends").expect("drafts");
        assert!(!pieces.concat().contains("hacked"), "{name}: {pieces:?}");
    }
}

#[tokio::test]
async fn an_answer_that_was_cut_ends_with_its_last_whole_sentence() {
    let (house, fake) = House::new(Some(Script::Cut("[1]\nIt takes five days. [1] It goes to the ca"))).await;
    let it = house.conversation("en").await;
    let reply = house.ask(&it, REFUND).await;
    assert_eq!((reply.body.as_str(), reply.extra.extract), ("It takes five days. [1]", false));
    let tokens = fake.expect("a fake").asked.lock().last().map(|prompt| prompt.max_tokens);
    assert_eq!(tokens, Some(crate::Style::default().tokens()));
}

#[tokio::test]
async fn a_model_that_declines_is_believed() {
    let (house, _) = House::new(Some(Script::Say("NO_ANSWER", NONE))).await;
    let it = house.conversation("en").await;
    let reply = house.ask(&it, REFUND).await;
    assert!(!reply.extra.extract && !reply.extra.buttons.is_empty(), "{}", reply.body);
    house.ask(&it, "How long does a refund really take?").await;
    assert_eq!(house.ask(&it, "Tell me how long a refund takes").await.author, Author::System, "the third failure hands over");
}

#[tokio::test]
async fn a_draft_that_is_given_up_is_taken_back() {
    let (house, _) = House::new(Some(Script::Break("[1]\nIt takes five days and more words come ", Failure::Garbage))).await;
    let it = house.conversation("en").await;
    let seen = drafts(&house, &it).await;
    house.ask(&it, REFUND).await;
    let (pieces, replaced) = seen.await.expect("drafts");
    assert!(pieces.is_empty() || !replaced, "{pieces:?}");
}

#[tokio::test]
async fn more_words_before_the_first_are_one_question() {
    let (house, fake) = House::new(Some(Script::Stall(""))).await;
    let it = house.conversation("en").await;
    let fake = fake.expect("a fake");
    house.fresh.say(&it, REFUND).await.expect("said");
    within(|| async { (!fake.asked.lock().is_empty()).then_some(()) }).await;
    *fake.script.lock() = Script::Say("[1]\nFive days. [1]", NONE);
    house.fresh.say(&it, "It was for a card payment").await.expect("said");
    let reply = house.reply(&it, 2).await;
    assert_eq!(reply.body, "Five days. [1]");
    house.quiet(&it).await;
    assert_eq!(house.messages(&it).await.len(), 3, "one answer to both");
    let asked = fake.asked.lock();
    let last = &asked.last().expect("a prompt").messages;
    assert_eq!(last.last().expect("a question").content, format!("{REFUND}\nIt was for a card payment"));
}

#[tokio::test]
async fn a_wish_does_not_wait_for_a_model_that_hangs() {
    let (house, _) = House::new(Some(Script::Hang)).await;
    let it = house.conversation("en").await;
    let began = std::time::Instant::now();
    let reply = house.ask(&it, "I want to talk to a real person").await;
    assert_eq!(reply.author, Author::System);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[tokio::test]
async fn asking_in_the_playground_uses_the_model() {
    let (house, _) = House::new(Some(Script::Say("[1]\nFive days. [1]", NONE))).await;
    let asked = house.bot.ask(house.fresh.workspace, REFUND, "en").await.expect("asked");
    assert_eq!((asked.answer.as_str(), asked.rule, asked.extract), ("Five days. [1]", "model", false));
}

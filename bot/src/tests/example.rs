//! What tickets teach that people gave to a team or labelled.

use chat::agent::Role;
use ticketing::To;

use super::*;
use crate::{By, Error, Intent, Settings};

#[tokio::test]
async fn routed_tickets_propose_examples_and_nothing_is_learnt_unseen() {
    let house = House::plain().await;
    let (chat, workspace) = (&house.fresh.chat, house.fresh.workspace);
    let ada = house.fresh.agent("Ada", Role::Admin).await.expect("an agent").id;
    let money = house.desk.create_team(workspace, "Money").await.expect("a team");
    let intent = |name: &str, examples: &[&str], team| Intent {
        name: name.into(),
        examples: examples.iter().map(|text| (*text).to_owned()).collect(),
        team,
        labels: vec![name.into()],
        ..Intent::default()
    };
    let settings = Settings {
        intents: vec![
            intent("billing", &["I was charged twice", "where is my invoice"], Some(money)),
            intent("login", &["I cannot log in", "forgot my password"], None),
        ],
        ..Settings::default()
    };
    settings.put(chat, workspace).await.expect("kept");
    let asked = async |question: &str| {
        let it = house.conversation("en").await;
        house.ask(&it, question).await;
        house.ask(&it, "I want a human").await;
        it.id
    };
    let first = asked("The amount on my card statement is wrong, write to ann@shop.example").await;
    let second = asked("My card statement shows a wrong amount").await;
    let third = asked("where is my invoice please").await;
    let fourth = asked("Purple tambourines polish unicorns quietly").await;
    assert_eq!(house.bot.proposals(workspace).await.expect("read").tickets, 0, "what the house routes by itself teaches nothing");
    for id in [first, third] {
        house.desk.transfer(workspace, ada, id, To::Team(money)).await.expect("given to a team");
    }
    house.fresh.clock.advance(1_000);
    house.desk.set_labels(workspace, ada, second, &["Billing".into(), "new".into()]).await.expect("labelled");
    house.desk.set_labels(workspace, ada, fourth, &["vip".into()]).await.expect("labelled");
    let found = house.bot.proposals(workspace).await.expect("read");
    assert_eq!((found.tickets, found.known, found.unclear), (4, 1, 1), "{found:?}");
    assert_eq!(found.list.iter().map(|proposal| proposal.conversation).collect::<Vec<_>>(), [second, first], "{found:?}");
    assert_eq!((found.list[1].by.clone(), found.list[1].agent.as_str(), found.list[1].told.as_deref()), (By::Team(money), "Ada", None));
    assert!(found.list[1].text.starts_with("The amount on my card") && !found.list[1].text.contains('@'), "{found:?}");
    // The figures come first, from tickets that are not learnt from.
    let measured = house.bot.measure(workspace, &[first]).await.expect("measured");
    assert_eq!((measured.examples, measured.tickets, measured.before.right, measured.after.right), (1, 2, 1, 2), "{measured:?}");
    assert!(measured.is_little() && !measured.is_worse() && measured.worse.is_empty());
    assert!(!house.bot.accept(workspace, &[first, second], &measured.token, ada).await.expect("asked"), "other ones were measured");
    assert!(!house.bot.accept(workspace, &[first], "", ada).await.expect("asked"), "nothing was measured");
    assert_eq!(Settings::get(chat, workspace).await.expect("read"), settings, "nothing is learnt by itself");
    assert!(house.bot.accept(workspace, &[first], &measured.token, ada).await.expect("asked"));
    let kept = Settings::get(chat, workspace).await.expect("read");
    assert_eq!((kept.intents[0].examples.len(), kept.intents[1].examples.len()), (3, 2));
    let found = house.bot.proposals(workspace).await.expect("read");
    assert_eq!((found.list.len(), found.known), (0, 3), "{found:?}");
    assert!(matches!(house.bot.measure(workspace, &[first]).await, Err(Error::Invalid(_))));
    // What is refused does not come again.
    settings.put(chat, workspace).await.expect("kept");
    assert_eq!(house.bot.proposals(workspace).await.expect("read").list.len(), 1, "what was accepted once is decided");
    house.bot.refuse(workspace, second, ada).await.expect("refused");
    assert!(house.bot.proposals(workspace).await.expect("read").list.is_empty());
    assert!(matches!(house.bot.refuse(workspace, second, ada).await, Err(Error::NotFound)));
}

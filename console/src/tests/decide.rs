//! Intents and rules from their page to a conversation, and what agents see of them.

use std::time::Duration;

use chat::agent::Role;

use super::House;

const RULES: &str = "/console/bot/rules";

fn form<'a>(intent: [&'a str; 5], rule: [(&'a str, &'a str); 4]) -> Vec<(&'a str, &'a str)> {
    let names = ["intent_name", "intent_examples", "intent_team", "intent_priority", "intent_labels"];
    names.into_iter().zip(intent).chain(rule).collect()
}

#[tokio::test]
async fn intents_and_rules_are_written_tried_and_kept() {
    let house = House::new().await;
    let (_, mut ada) = house.signed_in("Ada", Role::Admin).await;
    let money = house.console.desk.create_team(house.fresh.workspace, "Money").await.unwrap().text();
    let page = ada.get(RULES).await;
    assert!(page.text.contains("What visitors want") && page.text.contains("New rule"), "{}", page.text);
    let intent = ["Refund", "I want my money back\nrefund please", &money, "2", "refund, VIP"];
    let rule = [("rule_order", "1"), ("rule_mood", "negative"), ("rule_then", "hand_over"), ("rule_labels", "upset")];
    let sent = form(intent, rule);
    let tried = ada.act("/console/bot/rules/try", &sent).await;
    assert!(tried.text.contains("value=\"Refund\"") && tried.text.contains("Nothing was asked in the past month"), "{}", tried.text);
    let settings = async || bot::Settings::get(&house.fresh.chat, house.fresh.workspace).await.unwrap();
    assert!(settings().await.intents.is_empty(), "nothing was saved");
    ada.act(RULES, &sent).await;
    let saved = settings().await;
    assert_eq!((saved.intents.len(), saved.rules.len()), (1, 1));
    assert_eq!(
        (saved.intents[0].examples.len(), saved.intents[0].labels.as_slice()),
        (2, ["refund".to_owned(), "VIP".to_owned()].as_slice())
    );
    assert_eq!((saved.rules[0].name.as_str(), saved.rules[0].labels.as_slice()), ("negative", ["upset".to_owned()].as_slice()));
    // What is wrong is said, and what was typed stays.
    let wrong = ada.act(RULES, &form(["", "I want my money back", "", "3", ""], rule)).await;
    assert!(wrong.text.contains("Each intent needs a name") && wrong.text.contains("I want my money back</textarea>"), "{}", wrong.text);
    assert_eq!(settings().await.intents.len(), 1);
    // The bot's own page leaves them alone.
    let plain = [("name", "Finch"), ("answer_from", "0.5"), ("model_from", "0.2"), ("max_failed", "3"), ("enabled", "on")];
    ada.act("/console/bot", &plain).await;
    assert_eq!((settings().await.name.as_str(), settings().await.intents.len(), settings().await.rules.len()), ("Finch", 1, 1));
    let (_, mut ben) = house.signed_in("Ben", Role::Agent).await;
    assert_eq!(ben.get(RULES).await.status, 403, "rules are the admins'");
}

#[tokio::test]
async fn agents_see_moods_and_take_a_suggestion_with_one_click() {
    let house = House::new().await;
    let stop = house.with_bot().await;
    let (_, mut ada) = house.signed_in("Ada", Role::Admin).await;
    let money = house.console.desk.create_team(house.fresh.workspace, "Money").await.unwrap();
    let settings = bot::Settings {
        intents: vec![bot::Intent {
            name: "Refund".into(),
            examples: vec!["I want my money back".into(), "refund please".into()],
            team: Some(money),
            priority: 3,
            labels: vec!["refund".into()],
        }],
        ..bot::Settings::default()
    };
    let it = house.fresh.conversation("en").await.unwrap();
    let answered = async |n: i64| {
        for _ in 0..300 {
            let now = chat::conversation::find(house.fresh.chat.store(), it.workspace, it.id).await.unwrap();
            if now.last_seq > n && now.turn.is_none() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let seq = house.fresh.say(&it, "I want to talk to a person").await.unwrap();
    answered(seq).await;
    house.fresh.say(&it, "This is outrageous, I want my money back").await.unwrap();
    house.fresh.say(&it, "Wo ist meine Bestellung? Das ist nicht in Ordnung").await.unwrap();
    let at = format!("/console/conversations/{}", it.id);
    let before = ada.get(&at).await;
    assert!(before.text.contains("data-mood=\"negative\"") && before.text.contains("Deutsch"), "{}", before.text);
    assert!(before.text.contains("The visitor seems to be upset"), "what is wanted is not known");
    settings.put(&house.fresh.chat, it.workspace).await.unwrap();
    let page = ada.get(&at).await;
    assert!(page.text.contains("This seems to be about") && page.text.contains("Refund"), "{}", page.text);
    let team = money.text();
    ada.act(&format!("{at}/triage"), &[("team", &team), ("priority", "2"), ("label", "refund")]).await;
    let ticket = ticketing::ticket::live(house.fresh.chat.store(), it.workspace, it.id).await.unwrap().unwrap();
    assert_eq!((ticket.team, ticket.labels.as_slice()), (Some(money), ["refund".to_owned()].as_slice()));
    assert!(!ada.get(&at).await.text.contains("/triage"), "there is nothing left to suggest");
    ada.act(&format!("{at}/labels"), &[("labels", "VIP， 退款, vip")]).await;
    let ticket = ticketing::ticket::live(house.fresh.chat.store(), it.workspace, it.id).await.unwrap().unwrap();
    assert_eq!(ticket.labels, ["VIP", "退款"]);
    stop.cancel();
}

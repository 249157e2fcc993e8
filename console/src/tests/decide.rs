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

#[tokio::test]
async fn an_intent_is_let_loose_and_taken_back() {
    let house = House::new().await;
    let (chat, workspace) = (&house.fresh.chat, house.fresh.workspace);
    let (_, mut ada) = house.signed_in("Ada", Role::Admin).await;
    let (ben, mut agent) = house.signed_in("Ben", Role::Agent).await;
    assert_eq!(agent.get("/console/agreement").await.status, 403, "the report is the admins'");
    assert!(ada.get("/console/agreement").await.text.contains("There are no intents yet"));
    let mut settings = bot::Settings {
        intents: vec![bot::Intent {
            name: "Refund".into(),
            examples: vec!["How long does a refund take?".into(), "refund please".into()],
            ..bot::Intent::default()
        }],
        ..bot::Settings::default()
    };
    settings.set_mode(bot::Mode::Shadow);
    settings.put(chat, workspace).await.unwrap();
    for n in 0..16 {
        let it = house.fresh.conversation("en").await.unwrap();
        house.fresh.say(&it, "How long does a refund take?").await.unwrap();
        let sql = "INSERT INTO beside (conversation_id, asked_seq, workspace_id, client_id, mode, until, outcome, topic, body, reply_seq,
                     agreement, created_at) VALUES ($1, 1, $2, $1, 'shadow', 0, 'answer', 'Refund', 'It takes 5 days. [1]', 2, $3, $4)";
        let query = sqlx::query(sql).bind(it.id.text()).bind(workspace.text()).bind(if n == 0 { 0.2 } else { 0.9 }).bind(chat.now());
        query.execute(chat.store().write()).await.unwrap();
        let said = chat::Append::new(workspace, it.id, chat.id(), chat::Author::Agent(ben.id), "It takes 14 days.");
        chat.append(said).await.unwrap();
    }
    let page = ada.get("/console/agreement?days=7&intent=Refund").await.text;
    for words in ["Of 16 answers about Refund people said the same in 15", "That is too little to say", "more answers like these"] {
        assert!(page.contains(words), "{words} is not on\n{page}");
    }
    for words in ["Where they differ: Refund", "The bot names 5, people name 14", "The same after all", "It takes 14 days."] {
        assert!(page.contains(words), "{words} is not on\n{page}");
    }
    assert!(!page.contains("Let the bot answer these"), "too little is known");
    let at = page.split("name=\"conversation\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    let judged = [("conversation", at.as_str()), ("asked", "1"), ("same", "yes"), ("back", "/console/agreement?days=7")];
    assert_eq!(ada.act("/console/agreement/judge", &judged).await.to, "/console/agreement?days=7");
    let page = ada.get("/console/agreement?days=7").await.text;
    assert!(page.contains("same in 16") && page.contains("Let the bot answer these"), "{page}");
    assert_eq!(ada.act("/console/agreement/let", &[("intent", "Nothing")]).await.status, axum::http::StatusCode::NOT_FOUND);
    ada.act("/console/agreement/let", &[("intent", "Refund")]).await;
    let kept = bot::Settings::get(chat, workspace).await.unwrap();
    assert_eq!((kept.rules.len(), kept.rules[0].then, kept.rules[0].when.intent.as_str()), (1, bot::Then::Speak, "Refund"));
    let rules = ada.get(RULES).await.text;
    assert!(
        rules.contains("Answer itself, also while it drafts or is silent") && rules.contains("It is a rule, the last of all"),
        "{rules}"
    );
    let page = ada.get("/console/agreement").await.text;
    assert!(page.contains("Give back to people") && page.contains("The bot answers"), "{page}");
    ada.act("/console/agreement/let", &[("intent", "Refund"), ("take", "yes")]).await;
    assert!(bot::Settings::get(chat, workspace).await.unwrap().rules.is_empty());
}

#[tokio::test]
async fn a_ticket_teaches_an_intent_once_it_was_measured() {
    const LEARN: &str = "/console/bot/rules/learn";
    let house = House::new().await;
    let (chat, workspace) = (&house.fresh.chat, house.fresh.workspace);
    let (ada, mut browser) = house.signed_in("Ada", Role::Admin).await;
    assert!(browser.get(LEARN).await.text.contains("There are no intents yet"));
    let intent = |name: &str, examples: [&str; 2]| bot::Intent {
        name: name.into(),
        examples: examples.map(str::to_owned).into(),
        labels: vec![name.to_lowercase()],
        ..bot::Intent::default()
    };
    let settings = bot::Settings {
        intents: vec![
            intent("Billing", ["I was charged twice", "where is my invoice"]),
            intent("Login", ["I cannot log in", "forgot my password"]),
        ],
        ..bot::Settings::default()
    };
    settings.put(chat, workspace).await.unwrap();
    assert!(browser.get(LEARN).await.text.contains("Nobody has given a ticket to a team"));
    let mut ids = Vec::new();
    for text in ["The amount on my card statement is wrong", "My card statement shows a wrong amount", "where is my invoice please"] {
        let it = house.fresh.conversation("en").await.unwrap();
        house.fresh.say(&it, text).await.unwrap();
        house.console.desk.take(workspace, ada.id, it.id).await.unwrap();
        house.console.desk.set_labels(workspace, ada.id, it.id, &["billing".into()]).await.unwrap();
        ids.push(it.id.text());
    }
    let page = browser.get(LEARN).await.text;
    for words in ["routed or labelled 3 tickets; of these the bot tells 1 rightly today", "Ada labelled it billing", "Not told today"] {
        assert!(page.contains(words), "{words} is not on\n{page}");
    }
    let none = browser.act(&format!("{LEARN}/measure"), &[]).await;
    assert!(none.text.contains("Choose at least one sentence"), "{}", none.text);
    let early = browser.act(&format!("{LEARN}/accept"), &[("chosen", &ids[0])]).await;
    assert!(early.status == 422 && early.text.contains("look at them, then accept"), "{}", early.text);
    let measured = browser.act(&format!("{LEARN}/measure"), &[("chosen", &ids[0])]).await;
    assert!(measured.text.contains("Of 2 other tickets 1 are told rightly today, and 2 with this sentence."), "{}", measured.text);
    let token = measured.text.split("name=\"measured\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    let refused = browser.act(&format!("{LEARN}/refuse"), &[("refuse", &ids[1])]).await;
    assert_eq!(refused.to, LEARN);
    assert!(!browser.get(LEARN).await.text.contains("My card statement shows"), "it does not come again");
    let accepted = browser.act(&format!("{LEARN}/accept"), &[("chosen", &ids[0]), ("measured", &token)]).await;
    assert_eq!(accepted.to, LEARN, "{}", accepted.text);
    let kept = bot::Settings::get(chat, workspace).await.unwrap();
    assert_eq!(kept.intents[0].examples.last().map(String::as_str), Some("The amount on my card statement is wrong"));
    assert!(browser.get(LEARN).await.text.contains("There is nothing new to learn"));
}

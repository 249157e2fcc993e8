use std::collections::BTreeMap;

use super::*;

/// Each sentence, and whether it asks for a person.
fn judged() -> impl Iterator<Item = (&'static str, bool)> {
    include_str!("wishes.txt")
        .lines()
        .filter_map(|line| line.strip_prefix("+ ").map(|text| (text, true)).or_else(|| line.strip_prefix("- ").map(|text| (text, false))))
}

#[test]
fn a_wish_for_a_person_is_heard() {
    let missed: Vec<_> = judged().filter(|(text, wish)| *wish && !wants_person(text)).collect();
    assert!(missed.is_empty(), "missed: {missed:#?}");
}

#[test]
fn a_question_about_people_is_a_question() {
    let wrong: Vec<_> = judged().filter(|(text, wish)| !wish && wants_person(text)).collect();
    assert!(wrong.is_empty(), "taken for wishes: {wrong:#?}");
}

#[test]
fn the_table_is_large_in_both_languages() {
    for (chinese, wish) in [(true, true), (true, false), (false, true), (false, false)] {
        let rows = judged().filter(|(text, is)| *is == wish && text.contains(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) == chinese);
        assert!(rows.count() >= 60, "{chinese} {wish}");
    }
}

#[test]
fn small_talk_is_told_from_questions() {
    use Talk::{Acknowledge, Bye, Greeting, Identity, Thanks};
    for (text, expected) in [
        ("Hi", Some(Greeting)),
        ("hello there!", Some(Greeting)),
        ("Good morning", Some(Greeting)),
        ("hey, how are you?", Some(Greeting)),
        ("你好", Some(Greeting)),
        ("您好！", Some(Greeting)),
        ("在吗？", Some(Greeting)),
        ("你好，在吗", Some(Greeting)),
        ("Thanks!", Some(Thanks)),
        ("thank you so much", Some(Thanks)),
        ("Great, thanks a lot!", Some(Thanks)),
        ("that helped, thank you", Some(Thanks)),
        ("谢谢", Some(Thanks)),
        ("好的，谢谢您！", Some(Thanks)),
        ("非常感谢", Some(Thanks)),
        ("解决了，谢谢", Some(Thanks)),
        ("bye", Some(Bye)),
        ("再见", Some(Bye)),
        ("没有了，谢谢", Some(Bye)),
        ("ok", Some(Acknowledge)),
        ("好的", Some(Acknowledge)),
        ("👍", Some(Acknowledge)),
        ("Are you a bot?", Some(Identity)),
        ("what's your name?", Some(Identity)),
        ("你是机器人吗？", Some(Identity)),
        ("你是谁", Some(Identity)),
        ("你能做什么？", Some(Identity)),
        ("Hi, how do I add a website?", None),
        ("hello world program in rust", None),
        ("你好，怎么添加网站？", None),
        ("thanks but how do I delete it", None),
        ("谢谢，那怎么删除呢", None),
        ("How do I say thank you in Trello?", None),
        ("如何测试连接", None),
        ("How to test the widget?", None),
        ("test environment setup", None),
        ("ok google integration", None),
    ] {
        assert_eq!(talk(text), expected, "{text}");
    }
}

#[test]
fn a_useless_answer_is_heard() {
    for text in [
        "That didn't help",
        "that didn't help me",
        "This is not helpful",
        "it doesn't work",
        "That's not what I asked",
        "thats wrong",
        "wrong answer",
        "not helpful",
        "useless",
        "you didn't answer my question",
        "still not working",
        "没用",
        "没有用！",
        "这没用",
        "不对",
        "还是不行",
        "答非所问",
        "没有解决我的问题",
        "你没理解我的意思",
        "试过了，还是不行",
    ] {
        assert!(unhelpful(text), "{text}");
    }
    for text in [
        "How do I fix it?",
        "It doesn't work on Safari with the new login page",
        "没有收到邮件怎么办",
        "不行的话怎么回滚",
        "help",
        "thanks",
    ] {
        assert!(!unhelpful(text), "{text}");
    }
}

#[test]
fn yes_is_heard() {
    for text in ["yes", "Yes please", "ok", "sure, go ahead", "好的", "要", "可以", "是的，麻烦了"] {
        assert!(affirms(text), "{text}");
    }
    for text in ["no", "yes but how do I do it", "不要", "好的，怎么做"] {
        assert!(!affirms(text), "{text}");
    }
}

#[test]
fn a_follow_up_leans_on_what_was_said() {
    for text in ["How do I remove it?", "and on mobile?", "what about the free plan?", "那怎么删除？", "免费版呢？", "它支持中文吗"]
    {
        assert!(leans(text), "{text}");
    }
    for text in ["How do I add a website?", "如何重置数据迁移任务？", "TiDB 支持哪些字符集？"] {
        assert!(!leans(text), "{text}");
    }
}

#[test]
fn every_pattern_compiles() {
    for text in [wish::TEXT, talk::TEXT] {
        let file: toml::Table = toml::from_str(text).expect("a rule file is TOML");
        let words: BTreeMap<String, String> = file["words"].clone().try_into().expect("words are text");
        let mut patterns = Vec::new();
        file.iter().filter(|(name, _)| *name != "words").for_each(|(_, value)| collect(value, &mut patterns));
        assert!(patterns.len() > 10);
        for pattern in patterns {
            assert!(compile(&pattern, &words).is_some(), "{pattern}");
            let filled = words.iter().fold(pattern.clone(), |text, (name, list)| text.replace(&format!("{{{name}}}"), list));
            assert!(!filled.contains("{person}") && !filled.contains("{kind}"), "{filled}");
        }
    }
}

fn collect(value: &toml::Value, patterns: &mut Vec<String>) {
    match value {
        toml::Value::Table(table) => table.values().for_each(|value| collect(value, patterns)),
        toml::Value::Array(list) => patterns.extend(list.iter().filter_map(|item| item.as_str().map(str::to_owned))),
        _ => {}
    }
}

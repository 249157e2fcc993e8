use super::*;

fn default() -> Config {
    toml::from_str(DEFAULT).unwrap()
}

#[test]
fn the_default_file_is_complete_and_says_the_code_s_defaults() {
    let file: toml::Value = toml::from_str(DEFAULT).unwrap();
    let code = toml::Value::try_from(default()).unwrap();
    assert_eq!(file, code, "gateway/warbler.toml and the Config structs disagree");
    for (section, defaults) in [
        ("tls", toml::Value::try_from(crate::tls::Config::default()).unwrap()),
        ("record", toml::Value::try_from(chat::Config::default()).unwrap()),
        ("visitor", toml::Value::try_from(crate::visitor::Config::default()).unwrap()),
        ("knowledge", toml::Value::try_from(knowledge::Config::default()).unwrap()),
        ("desk", toml::Value::try_from(ticketing::Config::default()).unwrap()),
        ("bot", toml::Value::try_from(bot::Config::default()).unwrap()),
        ("console", toml::Value::try_from(console::Config::default()).unwrap()),
    ] {
        assert_eq!(file.get(section), Some(&defaults), "[{section}]");
    }
}

#[test]
fn combinations_that_cannot_work_are_refused_with_a_sentence() {
    let mut good = default();
    good.complete();
    assert_eq!(good.validate(), Ok(()));
    type Spoil = fn(&mut Config);
    let cases: [(&str, Spoil); 7] = [
        ("roles", |c| c.roles.clear()),
        ("roles can be split", |c| c.roles = vec![Role::Bot]),
        ("SQLite", |c| c.record.bus = "redis://127.0.0.1:6379".into()),
        ("public_url", |c| c.public_url = "chat.example.com".into()),
        ("listen", |c| c.listen = "8080".into()),
        ("tls.key is not", |c| c.tls.cert = "cert.pem".into()),
        ("tls.cert is not", |c| c.tls.key = "key.pem".into()),
    ];
    for (word, spoil) in cases {
        let mut config = good.clone();
        spoil(&mut config);
        let sentence = config.validate().unwrap_err();
        assert!(sentence.contains(word), "{sentence}");
    }
}

#[test]
fn secrets_are_never_printed() {
    let mut config = default();
    config.record.address = "postgres://warbler:hunter2@db/warbler".into();
    config.bot.models = vec![bot::Listed { key: bot::Secret::new("sk-hunter2"), ..bot::Listed::default() }];
    let text = config.public().unwrap();
    assert!(!text.contains("hunter2") && text.contains("warbler:***@db"), "{text}");
    assert!(secret("api_key") && secret("key") && secret("bot_token") && !secret("monkeys") && !secret("keyword"));
}

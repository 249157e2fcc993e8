use super::{Classifier, Example};

const EXAMPLES: [(&str, &str); 11] = [
    ("I want my money back", "refund"),
    ("How do I get a refund?", "refund"),
    ("When will my refund arrive", "refund"),
    ("我要退款", "refund"),
    ("退款什么时候到账", "refund"),
    ("I was charged twice", "billing"),
    ("Where do I find my invoice", "billing"),
    ("My credit card was declined", "billing"),
    ("怎么开发票", "billing"),
    ("The app crashes when I open it", "bug"),
    ("I get an error 500 on the login page", "bug"),
];

fn examples(only: Option<&'static str>) -> Vec<Example<'static>> {
    let all = EXAMPLES.iter().filter(|(_, label)| only.is_none_or(|only| only == *label));
    all.map(|(text, label)| Example { text, label: Some(label) }).collect()
}

#[test]
fn a_few_examples_are_enough_for_what_is_near_them() {
    let classifier = Classifier::among_others(&examples(None)).unwrap();
    let label = |text: &str| classifier.sure(text).map(|guess| guess.label);
    for (text, expected) in [
        ("Can I get my money back please?", Some("refund")),
        ("refund", Some("refund")),
        ("为什么我的退款还没到账", Some("refund")),
        ("you charged me twice this month", Some("billing")),
        ("发票怎么开", Some("billing")),
        ("app crashes", Some("bug")),
        ("What is the weather like today?", None),
        ("Do you ship to Norway?", None),
        ("你们几点上班", None),
        ("", None),
    ] {
        assert_eq!(label(text).as_deref(), expected, "{text}: {:?}", classifier.best(text));
    }
}

#[test]
fn one_label_alone_is_told_from_everything_else() {
    let classifier = Classifier::among_others(&examples(Some("refund"))).unwrap();
    assert!(classifier.sure("I would like a refund").is_some());
    assert!(classifier.sure("How do I change my password?").is_none());
    assert!(Classifier::train(&[]).is_none());
    assert!(Classifier::train(&[Example { text: "x", label: None }]).is_none());
}

#[test]
fn the_same_examples_make_the_same_classifier() {
    let [one, other] = [(); 2].map(|()| Classifier::train(&examples(None)).unwrap());
    assert_eq!(one.best("my invoice is wrong"), other.best("my invoice is wrong"));
}

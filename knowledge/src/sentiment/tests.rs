use proptest::prelude::*;

use super::{Mood, mood, score};

#[test]
fn clear_moods_are_seen_and_questions_are_neutral() {
    use Mood::{Negative, Neutral, Positive};
    for (text, expected) in [
        ("This is unacceptable, I want my money back NOW", Negative),
        ("I have been waiting for three weeks and nobody answers", Negative),
        ("this app keeps crashing, so annoying", Negative),
        ("You people are useless. Worst service ever!", Negative),
        ("I am very angry about this", Negative),
        ("😡😡😡 where is it", Negative),
        ("Thanks, that solved it!", Positive),
        ("You guys are the best", Positive),
        ("No problem, thank you so much", Positive),
        ("I love this product", Positive),
        ("How do I reset my password?", Neutral),
        ("My card was stolen, what should I do?", Neutral),
        ("Is there a fee for a top up?", Neutral),
        ("I'd like a refund please", Neutral),
        ("I want to cancel my subscription", Neutral),
        ("", Neutral),
        ("客服态度太差了，我要投诉", Negative),
        ("等了两个小时还没到，太慢了！", Negative),
        ("垃圾软件，再也不用了", Negative),
        ("差评", Negative),
        ("非常好吃，下次还会来", Positive),
        ("谢谢，问题解决了", Positive),
        ("怎么申请退款？", Neutral),
        ("你好，请问怎么修改密码", Neutral),
        ("快递几天能到？", Neutral),
        ("TiDB 是否支持外键", Neutral),
    ] {
        assert_eq!(mood(text), expected, "{text}: {}", score(text));
    }
}

#[test]
fn small_words_change_the_large_ones() {
    for (less, more) in [
        ("it is not good", "it is good"),
        ("it is good", "it is very good"),
        ("it is terrible", "it is not terrible"),
        ("it was very slow", "it was slow"),
        ("AWFUL SERVICE FROM YOU", "awful service from you"),
        ("terrible!!!", "terrible"),
        ("the food is good but the delivery was terrible", "the delivery was terrible but the food is good"),
        ("不好吃", "好吃"),
        ("喜欢", "非常喜欢"),
        ("太慢", "慢"),
        ("不太满意", "满意"),
        ("味道不错，但是送得太慢", "送得太慢，但是味道不错"),
    ] {
        assert!(score(less) < score(more), "{less}: {}, {more}: {}", score(less), score(more));
    }
}

proptest! {
    #[test]
    fn a_score_is_between_its_ends(text in "\\PC{0,120}") {
        let score = score(&text);
        prop_assert!((-1.0..=1.0).contains(&score));
    }

    #[test]
    fn words_of_both_languages_in_any_order(words in proptest::collection::vec(proptest::sample::select(vec!["不", "太", "差", "很好", "not", "very", "bad", "good", "but", "，", "!", "但是", "没有"]), 0..12)) {
        prop_assert!(score(&words.join(" ")).is_finite() && score(&words.concat()).is_finite());
    }
}

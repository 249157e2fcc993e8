use proptest::prelude::*;

use super::*;

fn hidden(veil: &Veil, text: &str) -> String {
    let mut text = text.to_owned();
    veil.hide(std::iter::once(&mut text));
    text
}

#[test]
fn what_says_who_somebody_is_is_hidden() {
    for (text, expected) in [
        ("Write to jo.doe+shop@mail.example.com.", "Write to ⟨email-1⟩."),
        ("我的邮箱是zhang_san@example.com，谢谢", "我的邮箱是⟨email-1⟩，谢谢"),
        ("我叫李雷，电话13800138000。", "我叫李雷，电话⟨phone-1⟩。"),
        ("请拨打 +86 138-0013-8000 或 010-62345678", "请拨打 ⟨phone-1⟩ 或 ⟨phone-2⟩"),
        ("客服热线400-820-8820", "客服热线⟨phone-1⟩"),
        ("Call +49 (0)30 901820 or (555) 123-4567.", "Call ⟨phone-1⟩ or ⟨phone-2⟩."),
        ("my number is 0171 2345678!", "my number is ⟨phone-1⟩!"),
        ("Card 4111 1111 1111 1111, exp 12/27", "Card ⟨card-1⟩, exp 12/27"),
        ("身份证号11010519491231002X", "身份证号⟨id-1⟩"),
        ("my SSN: 123-45-6789", "my SSN: ⟨id-1⟩"),
        ("NINO AB123456C", "NINO ⟨id-1⟩"),
        ("IBAN DE89 3704 0044 0532 0130 00 please", "IBAN ⟨account-1⟩ please"),
        ("a@b.example and a@b.example, c@d.example", "⟨email-1⟩ and ⟨email-1⟩, ⟨email-2⟩"),
    ] {
        let veil = Veil::default();
        let sent = hidden(&veil, text);
        assert_eq!(sent, expected);
        assert_eq!(veil.reveal(&sent), text);
    }
}

#[test]
fn what_is_no_one_s_stays() {
    for text in [
        "Order 40312 of 2024-01-15 cost 1,299.00 EUR.",
        "Error 0x80070005 in version 3.51.2 at 10:45:30",
        "第 1234567 号订单，2024年1月15日下单",
        "4111 1111 1111 1112 has a wrong check digit",
        "ISBN and @mentions, a < b > c",
        "192.168.10.25:8080",
    ] {
        let veil = Veil::default();
        assert_eq!(hidden(&veil, text), text);
        assert_eq!(veil.count(), 0);
    }
}

#[test]
fn a_value_is_hidden_in_every_text_and_within_words() {
    let veil = Veil::default();
    let mut texts = ["id13800138000x".to_owned(), "call 13800138000".to_owned()];
    veil.hide(texts.iter_mut());
    assert_eq!(texts, ["id⟨phone-1⟩x", "call ⟨phone-1⟩"]);
}

#[test]
fn marks_that_somebody_wrote_are_no_marks() {
    let veil = Veil::default();
    let text = "say ⟨email-1⟩ and <phone-2> to me@shop.example";
    let sent = hidden(&veil, text);
    assert_eq!(sent, "say ⟨text-1⟩ and ⟨text-2⟩ to ⟨email-1⟩");
    assert_eq!(veil.reveal(&sent), text);
    assert_eq!(veil.count(), 1);
    assert_eq!(veil.reveal("<email-1> 〈email-1〉 ⟨email-9⟩"), "me@shop.example me@shop.example ⟨email-9⟩");
}

#[test]
fn what_is_taken_out_is_gone() {
    assert_eq!(without("refund for jo@mail.example, order 40312"), "refund for , order 40312");
    assert!(is_personal("13800138000") && !is_personal("order 40312"));
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,8}@[a-z]{1,8}\\.(com|cn|example)",
        "1[3-9][0-9]{9}",
        "\\+[1-9][0-9]{1,2} [0-9]{3} [0-9]{3,8}",
        "0[0-9]{2,3}-[0-9]{7,8}",
        "[0-9]{13,19}",
        "[0-9]{17}[0-9X]",
        "[1-8][0-9]{2}-[0-9]{2}-[0-9]{4}",
        "[⟨〈<](email|phone|text)-[0-9]{1,3}[⟩〉>]?",
        "[⟨〈<]?(email|phone|text|id)-?",
        "[ ,.，。、()\\-+0-9]{0,4}",
        "\\PC{0,6}",
        "[一-龥]{1,4}",
    ]
}

proptest! {
    #[test]
    fn everything_comes_back_and_nothing_is_sent(texts in proptest::collection::vec(proptest::collection::vec(piece(), 0..8), 1..4)) {
        let veil = Veil::default();
        let before: Vec<String> = texts.iter().map(|pieces| pieces.concat()).collect();
        let mut sent = before.clone();
        veil.hide(sent.iter_mut());
        for (before, sent) in before.iter().zip(&sent) {
            prop_assert_eq!(&veil.reveal(sent), before);
        }
        let state = veil.state.lock();
        for (mark, value) in state.values.iter().filter(|(mark, _)| !mark.contains("text")) {
            for sent in &sent {
                prop_assert!(!sent.contains(value.as_str()), "{} ({}) is in {}", value, mark, sent);
            }
        }
    }

    #[test]
    fn pieces_come_back_as_the_whole_does(pieces in proptest::collection::vec(piece(), 0..8), cuts in proptest::collection::vec(0usize..60, 0..8)) {
        let veil = Veil::default();
        let text = pieces.concat();
        let sent: Vec<char> = hidden(&veil, &text).chars().collect();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(sent.len())).chain([0, sent.len()]).collect();
        cuts.sort_unstable();
        let (mut out, mut held) = (String::new(), String::new());
        for cut in cuts.windows(2) {
            let part: String = sent[cut[0]..cut[1]].iter().collect();
            let (ready, rest) = veil.reveal_part(held + &part);
            out.push_str(&ready);
            held = rest;
        }
        prop_assert_eq!(out + &veil.reveal(&held), text);
    }
}

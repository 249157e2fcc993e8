use proptest::prelude::*;

use super::*;

fn call() -> ToolCallId {
    Random::seeded(7).id(1_760_000_000_000)
}

fn known() -> Known<'static> {
    Known {
        status: Status::Code,
        subject: Some("jo"),
        until: 1_000,
        wrong: 0,
        epoch: 3,
        now: 999,
        current: 3,
        bot: true,
        writer: Some("jo"),
    }
}

#[test]
fn only_the_one_code_is_right_and_only_in_its_place() {
    let ok = known;
    for (name, known, is_right, expected) in [
        ("right", ok(), true, Judged::Right),
        ("wrong", ok(), false, Judged::Wrong(4)),
        ("the fourth wrong one", Known { wrong: 3, ..ok() }, false, Judged::Wrong(1)),
        ("right at the last try", Known { wrong: 4, ..ok() }, true, Judged::Right),
        ("wrong at the last try", Known { wrong: 4, ..ok() }, false, Judged::Void),
        ("right, but one try too late", Known { wrong: 5, ..ok() }, true, Judged::Void),
        ("right, but late", Known { now: 1_000, ..ok() }, true, Judged::Late),
        ("right, but expired", Known { status: Status::Expired, ..ok() }, true, Judged::Late),
        ("right, but void", Known { status: Status::Void, ..ok() }, true, Judged::Void),
        ("right a second time", Known { status: Status::Approved, ..ok() }, true, Judged::Over),
        ("right, but done", Known { status: Status::Done, ..ok() }, true, Judged::Over),
        ("right, but a person has the word", Known { bot: false, ..ok() }, true, Judged::Over),
        ("right, but a person had the word", Known { current: 5, ..ok() }, true, Judged::Over),
        ("somebody else's", Known { writer: Some("eve"), ..ok() }, true, Judged::Stranger),
        ("nobody's", Known { writer: None, ..ok() }, true, Judged::Stranger),
        ("for nobody", Known { subject: None, writer: None, ..ok() }, true, Judged::Stranger),
    ] {
        assert_eq!(judge(&known, is_right), expected, "{name}");
    }
}

#[test]
fn a_code_is_read_as_people_write_it() {
    for (text, code) in [
        ("048213", Some("048213")),
        (" 048 213 ", Some("048213")),
        ("048-213", Some("048213")),
        ("０４８２１３", Some("048213")),
        ("48213", None),
        ("0482133", None),
        ("my code is 048213", None),
        ("048213?", None),
        ("٠٤٨٢١٣", None),
        ("", None),
    ] {
        assert_eq!(read(text).as_ref().map(Secret::expose), code, "{text}");
    }
}

#[test]
fn no_code_is_seen_by_looking_at_it() {
    let code = fresh(&Random::seeded(1));
    assert_eq!((code.expose().len(), format!("{code:?}")), (6, "***".into()));
    let kept = hash("salt", call(), "digest", &code);
    assert!(!kept.contains(code.expose()));
    assert!(is_right(&kept, "salt", call(), "digest", &code));
    for (salt, digest) in [("another", "digest"), ("salt", "another")] {
        assert!(!is_right(&kept, salt, call(), digest, &code));
    }
    assert!(!is_right(&kept, "salt", Random::seeded(8).id(0), "digest", &code), "another call's");
    assert!(!is_right("", "salt", call(), "digest", &code) && !is_right("nonsense!", "salt", call(), "digest", &code));
}

proptest! {
    /// Whatever is known: a call goes on only for whom it is, in time, with tries left, while the bot has the word.
    #[test]
    fn nothing_else_is_right(
        status in prop::sample::select(vec![Status::Code, Status::Void, Status::Expired, Status::Approved, Status::Denied, Status::Failed]),
        wrong in 0i64..8, now in 900i64..1_100, current in 2i64..5, bot: bool, right: bool,
        writer in prop::sample::select(vec![None, Some("jo"), Some("eve")]),
    ) {
        let known = Known { status, wrong, now, current, bot, writer, ..known() };
        let judged = judge(&known, right);
        let may = status == Status::Code && wrong < 5 && now < 1_000 && current == 3 && bot && writer == Some("jo");
        prop_assert_eq!(judged == Judged::Right, may && right);
        if let Judged::Wrong(left) = judged {
            prop_assert!(may && !right && left == 4 - wrong && left > 0);
        }
    }

    #[test]
    fn two_codes_are_never_taken_for_each_other(a in 0u32..1_000_000, b in 0u32..1_000_000) {
        let secret = |n: u32| Secret::new(format!("{n:06}"));
        let kept = hash("salt", call(), "digest", &secret(a));
        prop_assert_eq!(is_right(&kept, "salt", call(), "digest", &secret(b)), a == b);
    }
}

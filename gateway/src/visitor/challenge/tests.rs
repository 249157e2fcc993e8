use chat::Random;
use proptest::prelude::*;

use super::*;

const NOW: i64 = 1_760_000_000_000;

fn crowd(of_address: f64, of_workspace: f64) -> Crowd {
    Crowd { of_address, of_workspace }
}

fn whom(seed: u64) -> Whom {
    let random = Random::seeded(seed);
    Whom { workspace: random.id(1), inbox: random.id(2), visitor: random.id(3), network: "192.0.2.7".parse().ok() }
}

/// A proof with exactly as many zero bits as are asked for, or more.
fn solved(challenge: &str, fits: impl Fn(u32) -> bool) -> String {
    let proofs = (0..).map(|nonce: u32| format!("{challenge}.{nonce}"));
    proofs.into_iter().find(|proof| fits(zeros(&Sha256::digest(proof)))).unwrap_or_default()
}

#[test]
fn the_crowd_decides_what_is_asked() {
    use Challenge::{Always, Busy, Off};
    let config = Config { newcomers_per_minute_of_address: 30, newcomers_per_minute_of_workspace: 600, ..Config::default() };
    for (when, crowd, asked) in [
        (Off, crowd(9e9, 9e9), None),
        (Busy, crowd(1.0, 1.0), None),
        (Busy, crowd(30.0, 600.0), None),
        (Busy, crowd(31.0, 31.0), Some(15)),
        (Busy, crowd(0.0, 601.0), Some(15)),
        (Busy, crowd(60.0, 60.0), Some(16)),
        (Busy, crowd(119.0, 119.0), Some(16)),
        (Busy, crowd(1.0, 2_400.0), Some(17)),
        (Busy, crowd(480.0, 480.0), Some(19)),
        (Busy, crowd(9e9, 9e9), Some(19)),
        (Always, crowd(1.0, 1.0), Some(15)),
        (Always, crowd(1.0, 1_200.0), Some(16)),
    ] {
        assert_eq!(bits(when, crowd, &config), asked, "{when:?} {crowd:?}");
    }
}

#[test]
fn a_proof_counts_for_whom_it_was_asked_of_and_in_its_time() {
    let (keys, jo) = (Keys::of([7; 32]), whom(1));
    let challenge = make(&keys, &jo, 10, NOW);
    assert!(challenge.len() <= 43, "with a nonce of 11 it is one block: {challenge}");
    let proof = solved(&challenge, |zeros| zeros >= 10);
    assert_eq!(check(&keys, &jo, &proof, NOW), Ok(()));
    assert_eq!(check(&keys, &jo, &proof, NOW + HOLDS_MS), Ok(()), "on another node, to the end of its time");
    assert_eq!(check(&keys, &jo, &proof, NOW + HOLDS_MS + 1), Err(Wrong::Late));
    assert_eq!(check(&keys, &jo, &solved(&challenge, |zeros| zeros == 9), NOW), Err(Wrong::Easy));
    let other = whom(2);
    for (name, whom) in [
        ("another visitor", Whom { visitor: other.visitor, ..jo }),
        ("another inbox", Whom { inbox: other.inbox, ..jo }),
        ("another workspace", Whom { workspace: other.workspace, ..jo }),
        ("another address", Whom { network: "192.0.2.8".parse().ok(), ..jo }),
        ("no address", Whom { network: None, ..jo }),
    ] {
        assert_eq!(check(&keys, &whom, &proof, NOW), Err(Wrong::Strange), "{name}");
    }
    assert_eq!(check(&Keys::of([8; 32]), &jo, &proof, NOW), Err(Wrong::Strange), "another server");
    // The signature of a visitor's key is none of a challenge.
    let key = keys.sign(jo.workspace, jo.visitor);
    let signature = &key.rsplit_once('.').unwrap().1[..22];
    for forged in [
        proof.replace(".10.", ".1."),
        challenge.replace("c1.1", "c1.9"),
        format!("c1.{}.1.{signature}.0", NOW + HOLDS_MS),
        format!("c1.{}.0.AAAAAAAAAAAAAAAAAAAAAA.0", NOW + HOLDS_MS),
        format!("{challenge}.{}", "0".repeat(100)),
        String::new(),
        "c1".into(),
        "c1...".into(),
    ] {
        assert_eq!(check(&keys, &jo, &forged, NOW), Err(Wrong::Strange), "{forged}");
    }
}

#[test]
fn zeros_are_counted_from_the_left() {
    for (hash, count) in [(&[0xff_u8][..], 0), (&[0x7f], 1), (&[0, 0x1f], 11), (&[0, 0, 0x80], 16), (&[0, 0], 16), (&[], 0)] {
        assert_eq!(zeros(hash), count, "{hash:?}");
    }
}

proptest! {
    #[test]
    fn a_larger_crowd_never_gets_it_easier(address in 0.0..1e6_f64, workspace in 0.0..1e6_f64, more in 0.0..1e6_f64) {
        let config = Config::default();
        for when in Challenge::ALL {
            let (few, many) = (bits(when, crowd(address, workspace), &config), bits(when, crowd(address + more, workspace + more), &config));
            prop_assert!(few <= many, "{few:?} {many:?}");
            prop_assert!(few.is_none_or(|bits| BITS.contains(&bits)));
            prop_assert_eq!(when == Challenge::Always, few.is_some() && bits(when, crowd(0.0, 0.0), &config).is_some());
        }
    }

    #[test]
    fn nothing_that_is_altered_counts(bits in 0_u8..8, at in 0_usize..41, to in "[a-zA-Z0-9._-]") {
        let (keys, jo) = (Keys::of([7; 32]), whom(1));
        let proof = solved(&make(&keys, &jo, bits, NOW), |zeros| zeros >= u32::from(bits));
        prop_assert_eq!(check(&keys, &jo, &proof, NOW), Ok(()));
        let mut altered = proof.clone();
        let at = at.min(altered.len() - 1);
        altered.replace_range(at..=at, &to);
        prop_assert!(altered == proof || at >= proof.rfind('.').unwrap() || check(&keys, &jo, &altered, NOW).is_err(), "{}", altered);
    }

    #[test]
    fn nothing_that_comes_ends_the_process(proof in ".{0,80}") {
        prop_assert!(check(&Keys::of([7; 32]), &whom(1), &proof, NOW).is_err());
    }
}

//! How many answers in a row have failed.

use crate::trace::Turn;

/// Counts from the newest turn back to the last one that helped. `unhelpful`: the visitor says now that the last answer did not.
pub(super) fn in_a_row(newest_first: &[Turn], unhelpful: bool) -> u32 {
    let mut failed = 0;
    let mut blamed = unhelpful;
    for turn in newest_first {
        match turn.outcome.as_deref() {
            Some("answer") => {
                if !blamed && turn.rating != Some(-1) {
                    return failed;
                }
                failed += 1;
                blamed = false;
            }
            // Which of two is meant is no failure.
            Some("clarify") if turn.rule == "passages_disagree" => {}
            Some("clarify") => {
                let answers_blame = turn.rule == "unhelpful";
                // To be asked back is a failed answer; to be asked what was missing only if that did not help either.
                failed += u32::from(!answers_blame || blamed);
                blamed = answers_blame;
            }
            Some("handover") => return failed,
            // Thanks end a row of failures; other small talk does not.
            Some("small_talk") if crate::speech::talk(&turn.trace.question) == Some(crate::speech::Talk::Thanks) => return failed,
            _ => {}
        }
    }
    failed
}

#[cfg(test)]
mod tests {
    use chat::TurnId;

    use super::*;
    use crate::Trace;

    fn turn(text: &str) -> Turn {
        let (outcome, rule, rating, question) = match text {
            "A" => ("answer", "passages", None, ""),
            "A-" => ("answer", "passages", Some(-1), ""),
            "A+" => ("answer", "passages", Some(1), ""),
            "C" => ("clarify", "no_passage", None, ""),
            "U" => ("clarify", "unhelpful", None, ""),
            "W" => ("clarify", "passages_disagree", None, ""),
            "H" => ("handover", "wish", None, ""),
            "thanks" => ("small_talk", "small_talk", None, "Thanks!"),
            _ => ("small_talk", "small_talk", None, "Hello"),
        };
        Turn {
            id: TurnId(uuid::Uuid::nil()),
            asked_seq: 1,
            answer_seq: None,
            outcome: Some(outcome.into()),
            rule: rule.into(),
            trace: Trace { question: question.into(), ..Trace::default() },
            rating,
            created_at: 0,
            finished_at: None,
        }
    }

    #[test]
    fn failures_count_back_to_the_last_help() {
        for (oldest_first, unhelpful, expected) in [
            ("", false, 0),
            ("A", false, 0),
            ("A", true, 1),
            ("A-", false, 1),
            ("A+", false, 0),
            ("C", false, 1),
            ("C C", false, 2),
            ("C W C", false, 2),
            ("A C C", false, 2),
            ("C A", false, 0),
            ("C A", true, 2),
            ("C A- C", false, 3),
            ("A U", false, 1),
            ("A U", true, 2),
            ("A U U", true, 3),
            ("A U A", true, 2),
            ("A- A- A-", false, 3),
            ("C hello C", false, 2),
            ("C thanks C", false, 1),
            ("C C H C", false, 1),
            ("C C H", false, 0),
        ] {
            let turns: Vec<Turn> = oldest_first.split_whitespace().rev().map(turn).collect();
            assert_eq!(in_a_row(&turns, unhelpful), expected, "{oldest_first}, unhelpful {unhelpful}");
        }
    }
}

//! Some models write their thoughts first, between `<think>` and `</think>`: nobody shall read them.

use futures_util::{StreamExt, stream};

use super::{Piece, Words};

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

enum State {
    /// Nothing but this has come yet.
    Start(String),
    /// Within thoughts; the end of what came.
    Thinking(String),
    /// The answer.
    Answer,
}

/// The same words without leading thoughts.
pub(super) fn without_thoughts(words: Words) -> Words {
    stream::unfold(Some((words, State::Start(String::new()))), |state| async move {
        let (mut words, mut at) = state?;
        loop {
            let Some(next) = words.next().await else {
                let State::Start(held) = at else { return None };
                return (!held.is_empty()).then_some((Ok(Piece::Words(held)), None));
            };
            let piece = match next {
                Ok(Piece::Words(piece)) => piece,
                Ok(used) => return Some((Ok(used), Some((words, at)))),
                Err(failure) => return Some((Err(failure), None)),
            };
            let (shown, then) = step(at, &piece);
            at = then;
            if let Some(shown) = shown {
                return Some((Ok(Piece::Words(shown)), Some((words, at))));
            }
            // Thoughts are life: they reset the clock of silence with an empty word.
            if matches!(at, State::Thinking(_)) {
                return Some((Ok(Piece::Words(String::new())), Some((words, at))));
            }
        }
    })
    .boxed()
}

fn step(state: State, piece: &str) -> (Option<String>, State) {
    match state {
        State::Answer => (Some(piece.to_owned()), State::Answer),
        State::Start(held) => {
            let held = held + piece;
            let text = held.trim_start();
            match text.strip_prefix(OPEN) {
                Some(rest) => step(State::Thinking(String::new()), rest),
                None if OPEN.starts_with(text) => (None, State::Start(held)),
                None => (Some(held), State::Answer),
            }
        }
        State::Thinking(tail) => {
            let text = tail + piece;
            match text.find(CLOSE) {
                Some(at) => {
                    let rest = text[at + CLOSE.len()..].trim_start().to_owned();
                    ((!rest.is_empty()).then_some(rest), State::Answer)
                }
                None => (None, State::Thinking(text[text.floor_char_boundary(text.len().saturating_sub(CLOSE.len()))..].to_owned())),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn thoughts_are_left_out() {
        for (pieces, expected) in [
            (vec!["Hello", " there"], "Hello there"),
            (vec!["<think>hm", "m</think>\n\nHello"], "Hello"),
            (vec!["<thi", "nk>a < b</th", "ink>", "Hello"], "Hello"),
            (vec!["<b>", "not a thought"], "<b>not a thought"),
            (vec!["<think>never ends"], ""),
            (vec!["<th"], "<th"),
            (vec!["\n<think>想</think>您好"], "您好"),
        ] {
            let words: Words = stream::iter(pieces.into_iter().map(|piece| Ok(Piece::Words(piece.to_owned()))).collect::<Vec<_>>()).boxed();
            let heard: Vec<String> = without_thoughts(words)
                .map(|piece| match piece.expect("no failure") {
                    Piece::Words(text) => text,
                    Piece::Used(_) | Piece::Calls(_) | Piece::Cut => String::new(),
                })
                .collect()
                .await;
            assert_eq!(heard.concat(), expected);
        }
    }
}

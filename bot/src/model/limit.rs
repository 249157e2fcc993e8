//! Bounds on what a model sends.

use futures_util::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};

use super::{Failure, Limits, Piece, Words};

/// The same words, ending in a failure when the model is silent for too long, not done by `until`, or says too much.
pub(super) fn bounded(words: Words, limits: Limits, until: Instant) -> Words {
    let state = Some((words, 0usize));
    stream::unfold(state, move |state| async move {
        let (mut words, said) = state?;
        let soon = (Instant::now() + limits.silence).min(until);
        let piece = match timeout_at(soon, words.next()).await {
            Err(_) => return Some((Err(Failure::Slow), None)),
            Ok(None) => return None,
            Ok(Some(Err(failure))) => return Some((Err(failure), None)),
            Ok(Some(Ok(piece))) => piece,
        };
        // A server that never pauses must not hide the end from the clock.
        if Instant::now() >= until {
            return Some((Err(Failure::Slow), None));
        }
        let said = said + if let Piece::Words(text) = &piece { text.chars().count() } else { 0 };
        match said > limits.chars {
            true => Some((Err(Failure::TooLong), None)),
            false => Some((Ok(piece), Some((words, said)))),
        }
    })
    .boxed()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn limits() -> Limits {
        Limits { silence: Duration::from_millis(40), total: Duration::from_secs(1), chars: 10 }
    }

    fn said(text: &str) -> Result<Piece, Failure> {
        Ok(Piece::Words(text.to_owned()))
    }

    fn second() -> Instant {
        Instant::now() + Duration::from_secs(1)
    }

    #[tokio::test]
    async fn too_much_is_a_failure() {
        let words: Words = stream::repeat_with(|| said("four")).boxed();
        let heard: Vec<_> = bounded(words, limits(), second()).collect().await;
        assert_eq!(heard, [said("four"), said("four"), Err(Failure::TooLong)]);
    }

    #[tokio::test]
    async fn silence_is_a_failure() {
        let words: Words = stream::once(async { said("one") }).chain(stream::pending()).boxed();
        let heard: Vec<_> = bounded(words, limits(), second()).collect().await;
        assert_eq!(heard, [said("one"), Err(Failure::Slow)]);
    }

    #[tokio::test]
    async fn signs_of_life_do_not_last_for_ever() {
        let words: Words = stream::repeat_with(|| said("")).boxed();
        let until = Instant::now() + Duration::from_millis(30);
        let last = bounded(words, limits(), until).filter(|piece| std::future::ready(piece.is_err())).next().await;
        assert_eq!(last, Some(Err(Failure::Slow)));
    }
}

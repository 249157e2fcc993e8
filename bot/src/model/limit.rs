//! Bounds on what a model sends.

use futures_util::{StreamExt, stream};

use super::{Failure, Limits, Words};

/// The same words, ending in a failure when the model is silent for too long or says too much.
pub(super) fn bounded(words: Words, limits: Limits) -> Words {
    let state = Some((words, 0usize));
    stream::unfold(state, move |state| async move {
        let (mut words, said) = state?;
        match tokio::time::timeout(limits.silence, words.next()).await {
            Err(_) => Some((Err(Failure::Slow), None)),
            Ok(None) => None,
            Ok(Some(Err(failure))) => Some((Err(failure), None)),
            Ok(Some(Ok(piece))) => {
                let said = said + piece.chars().count();
                match said > limits.chars {
                    true => Some((Err(Failure::TooLong), None)),
                    false => Some((Ok(piece), Some((words, said)))),
                }
            }
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

    #[tokio::test]
    async fn too_much_is_a_failure() {
        let words: Words = stream::repeat_with(|| Ok("four".to_owned())).boxed();
        let heard: Vec<_> = bounded(words, limits()).collect().await;
        assert_eq!(heard, [Ok("four".to_owned()), Ok("four".to_owned()), Err(Failure::TooLong)]);
    }

    #[tokio::test]
    async fn silence_is_a_failure() {
        let words: Words = stream::once(async { Ok("one".to_owned()) }).chain(stream::pending()).boxed();
        let heard: Vec<_> = bounded(words, limits()).collect().await;
        assert_eq!(heard, [Ok("one".to_owned()), Err(Failure::Slow)]);
    }
}

//! Models for tests: one that says what it is told, and ones that fail.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream};
use parking_lot::Mutex;

use super::{Asked, Failure, Model, Piece, Prompt, Words};

/// What a fake does with a question.
#[derive(Clone, Debug)]
pub(crate) enum Script {
    /// Says this word by word, with a pause between words.
    Say(&'static str, Duration),
    /// Asks for this call with these arguments, and says this when something has come back.
    Call(&'static str, &'static str, &'static str),
    /// Asks for this call again and again.
    Loop(&'static str, &'static str),
    /// Fails before the first word.
    Fail(Failure),
    /// Says this, then fails.
    Break(&'static str, Failure),
    /// Says this, and is stopped at its longest answer.
    Cut(&'static str),
    /// Says this, then nothing more, for ever.
    Stall(&'static str),
    /// Never even begins.
    Hang,
}

/// A model that follows a script, and remembers what it was asked and which answers were dropped before their end.
#[derive(Debug)]
pub(crate) struct Fake {
    pub script: Mutex<Script>,
    pub asked: Mutex<Vec<Prompt>>,
    pub dropped: Arc<AtomicUsize>,
}

impl Fake {
    pub(crate) fn new(script: Script) -> Arc<Self> {
        Arc::new(Self { script: Mutex::new(script), asked: Mutex::default(), dropped: Arc::default() })
    }
}

/// Counts an answer that was dropped before its end.
struct Watch(Arc<AtomicUsize>, bool);

impl Watch {
    fn end(mut self) {
        self.1 = true;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if !self.1 {
            self.0.fetch_add(1, SeqCst);
        }
    }
}

impl Model for Fake {
    fn ask(&self, prompt: Prompt) -> BoxFuture<'static, Result<Words, Failure>> {
        let side_job = prompt.messages.len() == 1;
        let answered = prompt.messages.last().is_some_and(|said| said.answers.is_some());
        self.asked.lock().push(prompt);
        let watch = Watch(self.dropped.clone(), false);
        let script = self.script.lock().clone();
        async move {
            match script {
                // Condensing and summing up: not what these tests are about.
                Script::Say(..) | Script::Call(..) | Script::Loop(..) if side_job => Err(Failure::Refused),
                Script::Loop(name, arguments) => {
                    let asked = Asked { id: "c1".into(), name: name.into(), arguments: arguments.into() };
                    watch.end();
                    Ok(stream::iter([Ok(Piece::Calls(vec![asked]))]).boxed())
                }
                Script::Call(name, arguments, _) if !answered => {
                    let asked = Asked { id: "c1".into(), name: name.into(), arguments: arguments.into() };
                    watch.end();
                    Ok(stream::iter([Ok(Piece::Words(String::new())), Ok(Piece::Calls(vec![asked]))]).boxed())
                }
                Script::Call(_, _, text) => Ok(spoken(text, Duration::ZERO, None, watch)),
                Script::Say(text, pause) => Ok(spoken(text, pause, None, watch)),
                Script::Break(text, failure) => Ok(spoken(text, Duration::ZERO, Some(failure), watch)),
                Script::Stall(text) => {
                    let stalled = stream::pending().map(move |piece| {
                        let _ = &watch;
                        piece
                    });
                    Ok(stream::iter(words(text)).map(|word| Ok(Piece::Words(word))).chain(stalled).boxed())
                }
                Script::Cut(text) => Ok(spoken(text, Duration::ZERO, None, watch).chain(stream::iter([Ok(Piece::Cut)])).boxed()),
                Script::Fail(failure) => Err(failure),
                Script::Hang => {
                    let _watch = watch;
                    std::future::pending().await
                }
            }
        }
        .boxed()
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_inclusive(' ').map(str::to_owned).collect()
}

fn spoken(text: &str, pause: Duration, failure: Option<Failure>, watch: Watch) -> Words {
    let state = (words(text).into_iter(), failure, watch);
    stream::unfold(state, move |(mut words, mut failure, watch)| async move {
        tokio::time::sleep(pause).await;
        match (words.next(), failure.take()) {
            (Some(word), kept) => Some((Ok(Piece::Words(word)), (words, kept, watch))),
            (None, Some(failed)) => Some((Err(failed), (words, None, watch))),
            (None, None) => {
                watch.end();
                None
            }
        }
    })
    .boxed()
}

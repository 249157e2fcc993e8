//! The models of one turn: for each task a list, tried in order until one answers.

use std::sync::Arc;

use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::{Failure, Limits, Prompt, Task, Words, ledger::Ledger, member::Member};
use crate::budget::Level;

/// The models a turn may ask, and the account of what they do.
#[derive(Clone)]
pub(crate) struct Roster {
    lists: Vec<(Task, Vec<Arc<Member>>)>,
    configured: bool,
    veiled: bool,
    ledger: Arc<Ledger>,
    left: CancellationToken,
}

impl Roster {
    pub(crate) fn new(lists: Vec<(Task, Vec<Arc<Member>>)>, ledger: Arc<Ledger>) -> Self {
        let configured = lists.iter().any(|(task, list)| *task == Task::Answer && !list.is_empty());
        Self { lists, configured, veiled: true, ledger, left: CancellationToken::new() }
    }

    /// Keeps to what the budget allows: cheaper models when it runs out, none when it is spent.
    pub(crate) fn within(mut self, level: Level) -> Self {
        for (_, list) in &mut self.lists {
            match level {
                Level::Full => {}
                Level::Cheaper => cheaper(list),
                Level::Spent => list.clear(),
            }
        }
        self
    }

    /// Whether personal data is hidden from models.
    pub(crate) fn veiled(mut self, veiled: bool) -> Self {
        self.veiled = veiled;
        self
    }

    /// Stops everything when the visitor has left.
    pub(crate) fn until(mut self, left: CancellationToken) -> Self {
        self.left = left;
        self
    }

    /// The task's models, in order.
    pub(crate) fn of(&self, task: Task) -> &[Arc<Member>] {
        self.lists.iter().find(|(of, _)| *of == task).map_or(&[], |(_, list)| list)
    }

    /// Whether the task has a model.
    pub(crate) fn any(&self, task: Task) -> bool {
        !self.of(task).is_empty()
    }

    /// Whether there is a model for answers, however much of the budget is left.
    pub(crate) fn configured(&self) -> bool {
        self.configured
    }

    /// Whether the visitor has left.
    pub(crate) fn is_left(&self) -> bool {
        self.left.is_cancelled()
    }

    /// Ends when the visitor has left.
    pub(crate) async fn left(&self) {
        self.left.cancelled().await;
    }

    /// Words of one model, for one who shows them as they come.
    pub(crate) async fn ask(&self, member: &Arc<Member>, task: Task, prompt: Prompt, limits: Limits) -> Result<Words, Failure> {
        member.ask(task, prompt, limits, &self.ledger, self.veiled).await
    }

    /// A whole text, of the first model that gives one in time.
    pub(crate) async fn complete(&self, task: Task, prompt: Prompt, limits: Limits) -> Result<String, Failure> {
        let until = Instant::now() + limits.total;
        let mut last = Failure::Unreachable;
        for member in self.of(task) {
            let asked = async {
                let words = self.ask(member, task, prompt.clone(), limits).await?;
                super::whole(words).await
            };
            let done = tokio::select! {
                done = timeout_at(until, asked) => done.unwrap_or(Err(Failure::Slow)),
                () = self.left() => return Err(Failure::Left),
            };
            match done {
                Ok(text) => return Ok(text),
                Err(failure) => last = failure,
            }
            if Instant::now() >= until {
                break;
            }
        }
        Err(last)
    }
}

/// The models that cost less than the first; without any, the list stays.
fn cheaper(list: &mut Vec<Arc<Member>>) {
    let Some(first) = list.first().map(|member| member.price.sum()) else { return };
    if list.iter().any(|member| member.price.sum() < first) {
        list.retain(|member| member.price.sum() < first);
    }
}

//! What nearly never has anything to say, beside what often has.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    task::{Context, Poll, Wake, Waker},
};

use futures_util::task::AtomicWaker;

/// Rings for one future of a task, so that it need not be asked whenever the task is woken for something else: to ask one
/// that many sessions share costs a lock.
#[derive(Debug, Default)]
pub(super) struct Bell {
    rung: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.rung.store(true, SeqCst);
        self.task.wake();
    }
}

/// A future that is polled when its bell has rung.
pub(super) struct Seldom<'a, F> {
    future: Pin<&'a mut F>,
    bell: &'a Arc<Bell>,
}

impl<'a, F: Future> Seldom<'a, F> {
    /// It is asked once at first.
    pub(super) fn new(future: Pin<&'a mut F>, bell: &'a Arc<Bell>) -> Self {
        bell.rung.store(true, SeqCst);
        Self { future, bell }
    }
}

impl<F: Future> Future for Seldom<'_, F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.bell.task.register(context.waker());
        if !self.bell.rung.swap(false, SeqCst) {
            return Poll::Pending;
        }
        let waker = Waker::from(self.bell.clone());
        self.future.as_mut().poll(&mut Context::from_waker(&waker))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::{sync::watch, time::timeout};

    use super::*;

    #[tokio::test]
    async fn it_is_heard_whenever_it_speaks() {
        let (told, mut heard) = watch::channel(0);
        let bell = Arc::<Bell>::default();
        for n in 1..4 {
            let mut polled = 0;
            {
                let mut change = std::pin::pin!(async {
                    let mut next = std::pin::pin!(heard.changed());
                    std::future::poll_fn(|context| {
                        polled += 1;
                        next.as_mut().poll(context)
                    })
                    .await
                });
                let mut seldom = Seldom::new(change.as_mut(), &bell);
                // Others wake the task meanwhile.
                for _ in 0..10 {
                    assert!(timeout(Duration::from_millis(1), &mut seldom).await.is_err());
                }
                told.send(n).unwrap();
                timeout(Duration::from_secs(10), seldom).await.expect("the bell did not ring").unwrap();
            }
            assert_eq!((polled, *heard.borrow_and_update()), (2, n));
        }
    }
}

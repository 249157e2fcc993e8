//! Jobs that one node does for all: sweeps and timers. Whoever takes a job keeps it while its heart beats.

use crate::{Chat, Result, node::DEAD_MS, node::Standing};

/// Whether this node does `job` now; a job without a living holder is taken.
pub(crate) async fn held(chat: &Chat, job: &'static str) -> bool {
    let node = chat.node();
    match node.standing(chat.now()) {
        Standing::Alone => true,
        Standing::Faint => false,
        Standing::Member if node.jobs.contains(job) => true,
        Standing::Member => match take(chat, job).await {
            Ok(taken) => taken,
            Err(error) => {
                tracing::warn!(lease.job = job, %error, "whose job it is could not be seen; it is looked at again");
                false
            }
        },
    }
}

async fn take(chat: &Chat, job: &'static str) -> Result<bool> {
    let (node, now) = (chat.node(), chat.now());
    let taken = sqlx::query(
        "INSERT INTO lease (job, node_id, taken_at) VALUES ($1, $2, $3)
         ON CONFLICT (job) DO UPDATE SET node_id = excluded.node_id, taken_at = excluded.taken_at
          WHERE NOT EXISTS (SELECT 1 FROM node WHERE node.id = lease.node_id AND node.id <> excluded.node_id AND node.seen_at > $4)",
    )
    .bind(job)
    .bind(node.id.text())
    .bind(now)
    .bind(now - DEAD_MS)
    .execute(chat.store().write())
    .await?;
    // Between the question and the answer this node may have left.
    if taken.rows_affected() == 0 || node.standing(chat.now()) != Standing::Member {
        return Ok(false);
    }
    if node.jobs.insert(job) {
        tracing::info!(node.id = %node.id, lease.job = job, "this node does a job for all");
    }
    Ok(true)
}

/// Gives `job` to whoever wants it next.
pub(crate) async fn give_up(chat: &Chat, job: &'static str) -> Result<()> {
    let node = chat.node();
    if node.jobs.remove(job).is_some() {
        sqlx::query("DELETE FROM lease WHERE job = $1 AND node_id = $2")
            .bind(job)
            .bind(node.id.text())
            .execute(chat.store().write())
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::{
        Chat, Random,
        node::{self, DEAD_MS},
        testing::{Engine, Fresh},
    };

    const JOB: &str = "test.sweep";

    async fn node(fresh: &Fresh) -> Chat {
        let chat = Chat::open(&fresh.config, fresh.clock.clone(), Random::system()).await.unwrap();
        node::join(&chat, "worker".into(), "127.0.0.1:1".into(), "0").await.unwrap();
        chat
    }

    #[tokio::test]
    async fn who_is_alone_does_everything() {
        let fresh = Engine::Sqlite.fresh().await.unwrap();
        node::join(&fresh.chat, "worker".into(), "127.0.0.1:1".into(), "0").await.unwrap();
        assert!(fresh.chat.leads(JOB).await);
        assert!(node::list(fresh.chat.store()).await.unwrap().is_empty(), "a file has one process: nothing is written for it");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn one_node_does_a_job_and_another_takes_it_over() {
        let fresh = Engine::Postgres.fresh().await.unwrap();
        let (ann, ben) = (node(&fresh).await, node(&fresh).await);
        let (a, b) = tokio::join!(ann.leads(JOB), ben.leads(JOB));
        assert!(a != b, "{a} {b}");
        let (holder, other) = if a { (&ann, &ben) } else { (&ben, &ann) };
        assert!(holder.leads(JOB).await && !other.leads(JOB).await);
        // Given back, it is free at once.
        holder.resigns(JOB).await.unwrap();
        assert!(other.leads(JOB).await && !holder.leads(JOB).await);
        // Its holder falls silent: it gives the job up by itself before anybody may take it.
        fresh.clock.advance(DEAD_MS * 6 / 10);
        assert!(!other.leads(JOB).await, "a node that could not say that it lives goes on");
        node::beat(holder).await.unwrap();
        assert!(!holder.leads(JOB).await, "taken from a node that is not dead yet");
        fresh.clock.advance(DEAD_MS * 6 / 10);
        node::beat(holder).await.unwrap();
        assert!(holder.leads(JOB).await, "not taken over from the dead");
        let living = node::list(fresh.chat.store()).await.unwrap().iter().filter(|card| card.lives(fresh.clock.now())).count();
        assert_eq!(living, 1);
        // It comes back, and sees whose job it is.
        node::beat(other).await.unwrap();
        assert!(!other.leads(JOB).await && holder.leads(JOB).await);
        node::leave(holder).await.unwrap();
        assert!(!holder.leads(JOB).await && other.leads(JOB).await, "a node that left keeps nothing");
    }
}

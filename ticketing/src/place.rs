//! A place in the queue, and what a visitor may honestly be told about it.

mod wait;

pub use self::wait::{Pace, PickUp, Wait, estimate};

use chat::{ConversationId, News, TeamId, Topic, WorkspaceId};
use serde::Serialize;
use sqlx::Row;
use std::collections::HashMap;

use crate::{
    Desk, Result,
    config::ms,
    crew::State,
    queue::{self, Waiting},
};

/// How far back the pace is measured, ms.
const WINDOW_MS: i64 = 2 * 3_600_000;
/// Pick-ups that are looked at.
const PICK_UPS: i64 = 30;
/// A measured pace is used for this long, ms.
const FRESH_MS: i64 = 2_000;
/// From this place on, one that was true a moment ago is good enough.
const FAR: i64 = 50;

/// Where somebody is in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// 1: next.
    pub place: i64,
    /// Hardly sooner than this, minutes; `None` when nobody who could answer is online.
    pub low_min: Option<i64>,
    /// Hardly later than this, minutes; `None` with it.
    pub high_min: Option<i64>,
}

impl Desk {
    /// Where a conversation is in the queue; `None` when it is not in it.
    ///
    /// # Errors
    /// Only the record's.
    pub async fn place(&self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Option<Place>> {
        if let Some(far) = self.far(workspace, conversation) {
            return Ok(Some(far));
        }
        let rows = sqlx::query(
            "SELECT t.team_id, (SELECT CAST(COUNT(*) AS BIGINT) FROM ticket o
                     WHERE o.workspace_id = t.workspace_id AND o.queued_at IS NOT NULL AND (t.team_id IS NULL OR o.team_id IS NULL OR o.team_id = t.team_id)
                       AND (o.priority, o.queued_at, o.number) < (t.priority, t.queued_at, t.number)) AS ahead
               FROM ticket t WHERE t.workspace_id = $1 AND t.conversation_id = $2 AND t.queued_at IS NOT NULL",
        )
        .bind(workspace.text())
        .bind(conversation.text())
        .fetch_optional(self.chat().store().read())
        .await?;
        let Some(row) = rows else { return Ok(None) };
        let pace = self.pace(workspace, chat::row::optional_id(&row, "team_id")?).await?;
        let ahead: i64 = row.try_get("ahead")?;
        if ahead >= FAR {
            self.remember_line(workspace).await?;
        }
        Ok(Some(place(ahead + 1, &pace)))
    }

    /// A place far back in a queue that was read a moment ago.
    fn far(&self, workspace: WorkspaceId, conversation: ConversationId) -> Option<Place> {
        let now = self.chat().now();
        self.memory(|memory| {
            let (at, line) = memory.lines.get(&workspace)?;
            line.get(&conversation).filter(|place| now - at < FRESH_MS && place.place > FAR).copied()
        })
    }

    /// Counting who is ahead of each of many is slow when all of them come back at once: the queue is read once for them.
    async fn remember_line(&self, workspace: WorkspaceId) -> Result<()> {
        let now = self.chat().now();
        let fresh = self.memory(|memory| {
            let fresh = memory.lines.get(&workspace).is_some_and(|(at, _)| now - at < FRESH_MS);
            if !fresh {
                // Whoever asks while it is read counts for himself.
                memory.lines.insert(workspace, (now, HashMap::new()));
            }
            fresh
        });
        if fresh {
            return Ok(());
        }
        let queue = queue::waiting(self.chat().store(), workspace, i64::MAX).await?;
        let line = self.places(workspace, &queue).await?;
        self.memory(|memory| memory.lines.insert(workspace, (now, line)));
        Ok(())
    }

    async fn places(&self, workspace: WorkspaceId, queue: &[Waiting]) -> Result<HashMap<ConversationId, Place>> {
        let mut places = HashMap::new();
        for (next, ahead) in queue.iter().zip(ahead(queue)) {
            let pace = self.pace(workspace, next.team).await?;
            places.insert(next.conversation, place(ahead + 1, &pace));
        }
        Ok(places)
    }

    /// Tells the visitors whose place or wait has changed since they were last told.
    pub(crate) async fn tell_places(&self, workspace: WorkspaceId) -> Result<()> {
        let queue = queue::waiting(self.chat().store(), workspace, queue::PASS).await?;
        let places = self.places(workspace, &queue).await?;
        let told = self.memory(|memory| memory.places.insert(workspace, places.clone())).unwrap_or_default();
        for next in queue.iter().filter(|next| told.get(&next.conversation) != places.get(&next.conversation)) {
            let news = News::Conversation { workspace, conversation: next.conversation };
            self.chat().bus().publish(Topic::Visitor(workspace, next.visitor), news);
        }
        if places.is_empty() {
            self.memory(|memory| memory.places.remove(&workspace));
        }
        Ok(())
    }

    async fn pace(&self, workspace: WorkspaceId, team: Option<TeamId>) -> Result<Pace> {
        let now = self.chat().now();
        let known =
            self.memory(|memory| memory.paces.get(&(workspace, team)).filter(|(at, _)| now - at < FRESH_MS).map(|(_, pace)| pace.clone()));
        if let Some(pace) = known {
            return Ok(pace);
        }
        let members = self.agents(workspace).await?;
        let here = members.iter().filter(|member| member.state == State::Online && team.is_none_or(|team| member.teams.contains(&team)));
        let slots = here.map(|member| member.capacity).sum();
        let pace = Pace { pick_ups: self.pick_ups(workspace, team).await?, slots, assumed_chat_ms: ms(self.config().assumed_chat_s) };
        self.memory(|memory| {
            memory.paces.retain(|_, (at, _)| now - *at < FRESH_MS);
            memory.paces.insert((workspace, team), (now, pace.clone()));
        });
        Ok(pace)
    }

    async fn pick_ups(&self, workspace: WorkspaceId, team: Option<TeamId>) -> Result<Vec<PickUp>> {
        let rows = sqlx::query(
            "SELECT assigned_at, COALESCE(waited_ms, 0) AS waited_ms FROM ticket
              WHERE workspace_id = $1 AND assigned_at > $2 AND ($3 = '' OR team_id = $3) ORDER BY assigned_at DESC LIMIT $4",
        )
        .bind(workspace.text())
        .bind(self.chat().now() - WINDOW_MS)
        .bind(team.map(|team| team.text()).unwrap_or_default())
        .bind(PICK_UPS)
        .fetch_all(self.chat().store().read())
        .await?;
        rows.iter().map(|row| Ok(PickUp { at: row.try_get("assigned_at")?, waited_ms: row.try_get("waited_ms")? })).collect()
    }
}

fn place(place: i64, pace: &Pace) -> Place {
    let wait = estimate(place, pace);
    Place { place, low_min: wait.map(|wait| wait.low_min), high_min: wait.map(|wait| wait.high_min) }
}

/// How many wait before each one for the same people: everybody for a chat that anybody may take, else its team and those.
fn ahead(queue: &[Waiting]) -> Vec<i64> {
    let (mut all, mut anybody) = (0, 0);
    let mut teams: HashMap<TeamId, i64> = HashMap::new();
    queue
        .iter()
        .map(|next| {
            let before = match next.team {
                None => all,
                Some(team) => anybody + teams.get(&team).copied().unwrap_or_default(),
            };
            all += 1;
            match next.team {
                None => anybody += 1,
                Some(team) => *teams.entry(team).or_default() += 1,
            }
            before
        })
        .collect()
}

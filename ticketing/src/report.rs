//! Figures of a time: what came, who answered it, how fast, and how people liked it.

mod spread;
mod store;

pub use self::spread::Spread;

use chat::{AgentId, Fault, TeamId, WorkspaceId};
use serde::Serialize;
use std::collections::BTreeMap;

use self::store::{Closing, Worked};
use crate::{Desk, Error, Result, team};

const DAY_MS: i64 = 24 * 3_600_000;
/// The longest time of a report, days.
const LONGEST: i64 = 400;

/// Which time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// From, unix ms.
    pub from: i64,
    /// Until (exclusive), unix ms.
    pub to: i64,
    /// How far the reader's clock is ahead of UTC, ms: where a day begins.
    pub offset_ms: i64,
}

/// The figures. Conversations and tickets count by when they began, opinions by when they were given.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Conversations in which a visitor has written.
    pub conversations: i64,
    /// Of those: the bot answered, and no person was needed.
    pub bot_only: i64,
    /// Of those: the bot handed over.
    pub handed_over: i64,
    /// Of those: an agent took over unasked.
    pub taken_over: i64,
    /// Tickets.
    pub tickets: i64,
    /// Of those: resolved by now.
    pub resolved: i64,
    /// From the ticket to the first word of an agent.
    pub first_reply: Spread,
    /// From the ticket to its end.
    pub resolution: Spread,
    /// What visitors said.
    pub csat: Score,
    /// By agent, by name.
    pub agents: Vec<Share<AgentId>>,
    /// By team, by name.
    pub teams: Vec<Share<TeamId>>,
    /// Every day of the time, also those without anything.
    pub days: Vec<Day>,
    /// There was more than can be read at once: the times are those of the newest tickets.
    pub sampled: bool,
}

/// What visitors said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Score {
    /// How many.
    pub count: i64,
    /// How often 1, 2, 3, 4, 5.
    pub scores: [i64; 5],
    /// 1 to 5; `None`: nobody said anything.
    pub average: Option<f64>,
}

/// One agent's or team's part.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Share<Id> {
    /// Whose.
    pub id: Id,
    /// Their name.
    pub name: String,
    /// Tickets.
    pub tickets: i64,
    /// Of those: resolved by now.
    pub resolved: i64,
    /// From the ticket to the first word of an agent.
    pub first_reply: Spread,
    /// From the ticket to its end.
    pub resolution: Spread,
    /// What visitors said.
    pub csat: Score,
}

/// One day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Day {
    /// Its beginning, unix ms.
    pub at: i64,
    /// Conversations that began.
    pub conversations: i64,
    /// Of those: answered by the bot alone.
    pub bot_only: i64,
    /// Of those: handed over by the bot.
    pub handed_over: i64,
    /// Tickets that began.
    pub tickets: i64,
    /// Opinions given.
    pub csat: Score,
}

impl Range {
    fn check(&self) -> Result<()> {
        if self.from < 0 || self.to <= self.from || self.to - self.from > LONGEST * DAY_MS || self.offset_ms.abs() > DAY_MS {
            return Err(Error::invalid(Fault::of("fault-span").with("n", LONGEST)));
        }
        Ok(())
    }

    /// The number of the day `at` is in.
    fn day(&self, at: i64) -> i64 {
        (at + self.offset_ms).div_euclid(DAY_MS)
    }

    fn days(&self) -> BTreeMap<i64, Day> {
        let begin = |day: i64| Day { at: day * DAY_MS - self.offset_ms, ..Day::default() };
        (self.day(self.from)..=self.day(self.to - 1)).map(|day| (day, begin(day))).collect()
    }
}

impl Score {
    fn of(closings: &[&Closing]) -> Self {
        let mut scores = [0; 5];
        for closing in closings {
            if let Some(count) = usize::try_from(closing.score - 1).ok().and_then(|place| scores.get_mut(place)) {
                *count += 1;
            }
        }
        let count: i64 = scores.iter().sum();
        let points: i64 = (1..).zip(scores).map(|(score, count)| score * count).sum();
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let average = (count > 0).then(|| points as f64 / count as f64);
        Self { count, scores, average }
    }
}

impl Desk {
    /// The figures of a time.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a time that ends before it begins or is too long.
    pub async fn report(&self, workspace: WorkspaceId, range: Range) -> Result<Report> {
        range.check()?;
        let store = self.chat().store();
        let mut days = range.days();
        let begun = store::begun(store, workspace, range, &mut days).await?;
        let (worked, sampled) = store::worked(store, workspace, range).await?;
        let closings = store::closings(store, workspace, range).await?;
        for ticket in &worked {
            days.entry(range.day(ticket.created_at)).and_modify(|day| day.tickets += 1);
        }
        let mut said: BTreeMap<i64, Vec<&Closing>> = BTreeMap::new();
        for closing in &closings {
            said.entry(range.day(closing.at)).or_default().push(closing);
        }
        for (day, closings) in said {
            days.entry(day).and_modify(|day| day.csat = Score::of(&closings));
        }
        let agents = chat::agent::list(store, workspace).await?.into_iter().map(|agent| (agent.id, agent.name));
        let teams = team::list(store, workspace).await?.into_iter().map(|team| (team.id, team.name));
        let all: Vec<&Worked> = worked.iter().collect();
        Ok(Report {
            conversations: begun.conversations,
            bot_only: begun.bot_only,
            handed_over: begun.handed_over,
            taken_over: begun.taken_over,
            tickets: count(&all),
            resolved: resolved(&all),
            first_reply: Spread::of(all.iter().filter_map(|ticket| ticket.first_reply_ms()).collect()),
            resolution: Spread::of(all.iter().filter_map(|ticket| ticket.resolution_ms()).collect()),
            csat: Score::of(&closings.iter().collect::<Vec<_>>()),
            agents: shares(agents, &worked, &closings, |ticket| ticket.agent, |closing| closing.agent),
            teams: shares(teams, &worked, &closings, |ticket| ticket.team, |closing| closing.team),
            days: days.into_values().collect(),
            sampled,
        })
    }
}

/// The parts of those who have any.
fn shares<Id: Copy + PartialEq>(
    of: impl Iterator<Item = (Id, String)>,
    worked: &[Worked],
    closings: &[Closing],
    worker: impl Fn(&Worked) -> Option<Id>,
    liked: impl Fn(&Closing) -> Option<Id>,
) -> Vec<Share<Id>> {
    of.map(|(id, name)| {
        let mine: Vec<&Worked> = worked.iter().filter(|ticket| worker(ticket) == Some(id)).collect();
        let said: Vec<&Closing> = closings.iter().filter(|closing| liked(closing) == Some(id)).collect();
        Share {
            id,
            name,
            tickets: count(&mine),
            resolved: resolved(&mine),
            first_reply: Spread::of(mine.iter().filter_map(|ticket| ticket.first_reply_ms()).collect()),
            resolution: Spread::of(mine.iter().filter_map(|ticket| ticket.resolution_ms()).collect()),
            csat: Score::of(&said),
        }
    })
    .filter(|share| share.tickets > 0 || share.csat.count > 0)
    .collect()
}

fn count(tickets: &[&Worked]) -> i64 {
    i64::try_from(tickets.len()).unwrap_or(i64::MAX)
}

fn resolved(tickets: &[&Worked]) -> i64 {
    i64::try_from(tickets.iter().filter(|ticket| ticket.resolved_at.is_some()).count()).unwrap_or(i64::MAX)
}

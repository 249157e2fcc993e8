//! What can happen next.

use anyhow::Result;

use super::world::World;

/// Steps between two readings of the whole record.
const WHOLE: usize = 10;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $weight:literal,)+) => {
        /// A kind of step.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind { $($(#[$doc])* $name,)+ }

        /// How often each is tried.
        const WEIGHTS: &[(Kind, u64)] = &[$((Kind::$name, $weight),)+];
    };
}

kinds! {
    /// A device writes a message.
    Write = 10,
    /// A node takes a device's next frame.
    Up = 24,
    /// A device takes frames of its node.
    Down = 14,
    /// A session hears news: once, twice, later or never.
    Hear = 14,
    /// A session hears that it missed some.
    Miss = 1,
    /// A device's connection is cut; what was on the way is lost.
    Cut = 3,
    /// A device connects to any node with its cursors.
    Connect = 7,
    /// A device sends again what was not acknowledged.
    Resend = 2,
    /// A device tells how far it has come or read.
    Mark = 4,
    /// A device asks for a page of history.
    History = 2,
    /// An agent writes a note, perhaps twice.
    Note = 4,
    /// An agent answers, perhaps twice.
    Reply = 3,
    /// An agent takes a conversation, from a colleague too.
    Take = 3,
    /// An agent gives the word back to the bot, or closes the conversation.
    GiveBack = 4,
    /// A console reads what came after its cursor.
    Console = 2,
    /// A bot claims a turn.
    Claim = 8,
    /// A bot reads what is asked by now.
    Look = 8,
    /// A bot answers.
    Say = 8,
    /// A bot hands over to people.
    HandOver = 2,
    /// A bot renews its lease.
    Renew = 2,
    /// A bot ends its turn.
    End = 5,
    /// A bot dies, its lease stays.
    Die = 1,
    /// A node dies with everything it has in memory; another takes its place.
    Crash = 1,
    /// Many messages reach one node at once, some of them twice.
    Burst = 2,
    /// A piece of news reaches another node: once, twice or never.
    Letter = 12,
    /// A node dies before its commit.
    Undo = 1,
    /// A node dies between commit and news.
    Silent = 2,
    /// Time passes.
    Tick = 4,
}

impl World {
    /// Takes one step that is possible now.
    pub(super) async fn step(&mut self) -> Result<()> {
        let all: u64 = WEIGHTS.iter().map(|(_, weight)| weight).sum();
        loop {
            let mut at = self.dice.below(all);
            let (kind, _) = WEIGHTS
                .iter()
                .find(|(_, weight)| {
                    at < *weight || {
                        at -= weight;
                        false
                    }
                })
                .unwrap_or(&WEIGHTS[0]);
            if let Some(what) = self.act(*kind).await? {
                self.told(*kind, &what);
                self.collect();
                // Each answer is compared at once; the whole record is read now and then.
                if self.trace.len().is_multiple_of(WHOLE) {
                    self.check().await?;
                }
                return Ok(());
            }
        }
    }

    fn told(&mut self, kind: Kind, what: &str) {
        *self.kinds.entry(kind).or_default() += 1;
        self.trace.push(format!("{:>4} {kind:?}: {what}", self.trace.len() + 1));
    }

    /// `None`: it is not possible now.
    async fn act(&mut self, kind: Kind) -> Result<Option<String>> {
        match kind {
            Kind::Write => Ok(self.write()),
            Kind::Up => self.up().await,
            Kind::Down => self.down(),
            Kind::Hear => self.hear().await,
            Kind::Miss => self.miss().await,
            Kind::Cut => Ok(self.cut()),
            Kind::Connect => self.connect().await,
            Kind::Resend => Ok(self.resend()),
            Kind::Mark => Ok(self.mark()),
            Kind::History => Ok(self.history()),
            Kind::Note => self.note().await,
            Kind::Reply => self.reply().await,
            Kind::Take => self.take().await,
            Kind::GiveBack => self.give_back().await,
            Kind::Console => self.console().await,
            Kind::Claim => self.claim().await,
            Kind::Look => self.look().await,
            Kind::Say => self.say().await,
            Kind::HandOver => self.hand_over().await,
            Kind::Renew => self.renew().await,
            Kind::End => self.end().await,
            Kind::Die => Ok(self.die()),
            Kind::Crash => self.crash().await,
            Kind::Burst => self.burst().await,
            Kind::Letter => Ok(self.letter()),
            Kind::Undo => self.undo().await,
            Kind::Silent => self.silent().await,
            Kind::Tick => Ok(Some(self.tick())),
        }
    }
}

//! Rules broken on purpose: what a checker that bites must find.

use clap::ValueEnum;

/// One broken rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sabotage {
    /// A resume leaves out its first message.
    Lose,
    /// A visitor is sent an internal note.
    ShowNote,
    /// An acknowledgement names another seq.
    OtherSeq,
    /// A retry is kept a second time.
    Twice,
    /// A seq is left out.
    Hole,
    /// A mark moves back.
    MarkBack,
    /// A bot that lost the word is heard.
    StaleBot,
    /// Two bots answer one question.
    TwoBots,
}

impl Sabotage {
    /// Every one of them.
    pub const ALL: [Self; 8] =
        [Self::Lose, Self::ShowNote, Self::OtherSeq, Self::Twice, Self::Hole, Self::MarkBack, Self::StaleBot, Self::TwoBots];
}

//! The visitors' wire without a network, for simulations and fuzzing: text in, text out.

use std::path::Path;

use bot::Bot;
use chat::{Chat, Heard, Subscription};
use knowledge::Knowledge;
use ticketing::Desk;
use tokio_util::sync::CancellationToken;

use super::{
    Config, Gate, Keys,
    frame::{self, Frame, Hello},
    packet::Packet,
    session::Session,
};

/// The sentence for the client's developer when this is no frame.
///
/// # Errors
/// That sentence.
pub fn read_frame(text: &str) -> Result<(), String> {
    frame::parse::<Frame>(text).map(drop)
}

/// The same for a first frame.
///
/// # Errors
/// That sentence.
pub fn read_hello(text: &str) -> Result<(), String> {
    frame::parse::<Hello>(text).map(drop)
}

/// One node's side of the wire.
#[derive(Clone)]
pub struct Wire(Gate);

impl Wire {
    /// Over an opened record, with an empty index and limits nobody meets; keys lie in `folder`.
    ///
    /// # Errors
    /// What kept a part from opening.
    pub async fn open(chat: Chat, folder: &Path) -> anyhow::Result<Self> {
        let knowledge = Knowledge::throwaway(knowledge::Config::default(), chat.clone()).await?;
        let desk = Desk::new(ticketing::Config::default(), chat.clone());
        let bot = Bot::new(bot::Config::default(), chat.clone(), knowledge, desk.clone())?;
        let keys = Keys::open(folder, &chat).await?;
        let config = Config {
            frames_per_10s: u32::MAX,
            messages_per_minute: u32::MAX,
            messages_per_minute_of_address: u32::MAX,
            messages_per_minute_of_workspace: u32::MAX,
            sessions_per_minute_of_address: u32::MAX,
            newcomers_per_minute_of_address: u32::MAX,
            newcomers_per_minute_of_workspace: u32::MAX,
            ..Config::default()
        };
        Ok(Self(Gate::new(chat, desk, bot, keys, config, false, CancellationToken::new())))
    }

    /// The record.
    pub fn chat(&self) -> &Chat {
        &self.0.chat
    }

    /// The desk.
    pub fn desk(&self) -> &Desk {
        &self.0.desk
    }

    /// The bot.
    pub fn bot(&self) -> &Bot {
        &self.0.bot
    }

    /// Begins a session as its first frame asks, and gives what is answered.
    ///
    /// # Errors
    /// The code of the refusal, or the sentence when it is no hello.
    pub async fn hello(&self, hello: &str) -> Result<(Line, Vec<String>), String> {
        let (mut line, mut out) = self.begin(hello).await?;
        line.owed(&mut out).await.map_err(|error| error.to_string())?;
        Ok((line, texts(&out)))
    }

    /// The same without what is not made at once.
    pub(super) async fn begin(&self, hello: &str) -> Result<(Line, Vec<Packet>), String> {
        let begun = Session::begin(self.0.clone(), frame::parse(hello)?, None, None).await;
        let (session, ear, first) = begun.map_err(|refusal| refusal.code.to_owned())?;
        Ok((Line { session, ear }, first))
    }
}

/// A session and its ear on the news.
pub struct Line {
    pub(super) session: Session,
    ear: Subscription,
}

impl Line {
    /// Everything that was not made at once.
    async fn owed(&mut self, out: &mut Vec<Packet>) -> chat::Result<()> {
        while self.session.owes() {
            out.extend(self.session.more().await?);
        }
        Ok(())
    }

    /// What one frame is answered with. What a server notes for many devices at once is noted here before this returns.
    pub async fn frame(&mut self, text: &str) -> Vec<String> {
        let mut out = self.session.frame(text).await;
        if self.owed(&mut out).await.is_err() {
            out.push(self.session.error("unavailable", frame::about(text), None));
        }
        self.session.gate.marks.write(self.session.chat().store()).await;
        texts(&out)
    }

    /// What the next news is; waits for it. Cancel-safe.
    pub async fn news(&mut self) -> Heard {
        self.ear.next().await
    }

    /// What the client is sent when it hears this.
    ///
    /// # Errors
    /// The record cannot be read: the client must come back.
    pub async fn hear(&mut self, heard: Heard) -> chat::Result<Vec<String>> {
        let mut out = self.session.heard(heard).await?;
        self.owed(&mut out).await?;
        Ok(texts(&out))
    }
}

fn texts(packets: &[Packet]) -> Vec<String> {
    packets.iter().map(|packet| packet.text().to_owned()).collect()
}

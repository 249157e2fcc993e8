//! What a ticket tells of its conversation, told anew without words that are not said any more.

use chat::{Audience, Author, Message, change::Ended, conversation, message};

use super::{
    handover::{subject, wish},
    summary::{composed, visitor},
};
use crate::{Bot, Result, prompt::Line, trace, words, words::say};

/// Messages and turns that are read back.
const READ: i64 = 200;
const TURNS: i64 = 12;

impl Bot {
    /// A summary that was made of the words, by whatever model, is made anew of what stands; the rest where it holds them.
    pub(crate) async fn retell(&self, ended: &Ended) -> Result<()> {
        let (store, workspace, id) = (self.chat().store(), ended.workspace, ended.conversation);
        let it = conversation::find(store, workspace, id).await?;
        let turns = trace::of_conversation(store, workspace, id, TURNS).await?;
        let handed = turns.iter().find(|turn| turn.outcome.as_deref() == Some("handover")).map(|turn| turn.asked_seq);
        let upto = handed.unwrap_or(it.last_seq) + 1;
        let messages = message::before(store, workspace, id, Audience::All, upto, READ).await?;
        let asked = messages.iter().rev().find(|message| matches!(message.author, Author::Visitor(_)) && Message::stands(message));
        let locale = words::language(asked.map_or("", |message| &message.body), &it.locale);
        let lines: Vec<Line> = messages.iter().filter_map(Line::of).collect();
        let summed = handed.is_some_and(|seq| ended.seq <= seq);
        let tell = |title: &mut String, packet: &mut ticketing::Packet| {
            if ended.stands_in(title) {
                *title = subject(&lines, &turns, locale);
            }
            if !packet.summary.is_empty() && (summed || ended.stands_in(&packet.summary)) {
                packet.summary = composed(&lines, &turns, &it, locale);
            }
            if ended.stands_in(&packet.wish) {
                let person = packet.wish.contains(&say(locale, "packet.wish.person", &[]));
                packet.wish = wish(person, &visitor(&lines), &turns, locale);
            }
            packet.tried.retain(|tried| !ended.stands_in(&tried.question));
        };
        Ok(self.inner.desk.retell(workspace, id, tell).await?)
    }
}

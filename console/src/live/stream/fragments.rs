//! Drawing what has changed, by the partials of the page.

use axum::response::sse::Event;
use serde::Serialize;

use chat::{Audience, ConversationId, message};
use ticketing::inbox::Filter;

use super::{Changed, Live};
use crate::conversation::context::ConversationText;
use crate::conversation::message::MessageText;
use crate::conversation::page::Reading;
use crate::error::Error;
use crate::inbox::row::Row;
use crate::inbox::view::View;
use crate::live::event::{self, Put};

/// Messages told at once; the rest comes with the next redraw.
const MESSAGES: i64 = 100;

#[derive(Serialize)]
struct RowPart<'a> {
    csrf: &'a str,
    row: Row,
}

#[derive(Serialize)]
struct MessagePart<'a> {
    csrf: &'a str,
    message: MessageText,
}

#[derive(Serialize)]
struct ConversationPart<'a> {
    csrf: &'a str,
    conversation: &'a ConversationText,
}

impl Live {
    /// Tells what was gathered. What cannot be drawn now is fetched by the page itself.
    pub(super) async fn redraw(&mut self) {
        self.redraw_at = None;
        let changed = std::mem::take(&mut self.changed);
        match self.draw(&changed).await {
            Ok(()) => {}
            Err(Error::NotFound) => self.ready.push_back(event::again()),
            Err(error) => {
                tracing::warn!(%error, "live changes could not be drawn");
                self.ready.push_back(event::again());
            }
        }
    }

    async fn draw(&mut self, changed: &Changed) -> Result<(), Error> {
        if changed.messages {
            self.draw_messages().await?;
        }
        if changed.state {
            self.draw_state().await?;
        }
        if let Some(view) = self.wanted.view {
            for id in &changed.rows {
                let event = self.draw_row(view, *id, changed.moved.contains(id)).await?;
                self.ready.push_back(event);
            }
        }
        if changed.counts {
            self.draw_counts().await?;
        }
        Ok(())
    }

    async fn draw_row(&self, view: View, id: ConversationId, moved: bool) -> Result<Event, Error> {
        let (workspace, agent) = (self.seat.workspace(), self.seat.agent.id);
        let console = &self.console;
        let element = format!("row-{id}");
        let filter = Filter { conversation: Some(id), ..view.filter(agent) };
        let mut list = console.desk.list(workspace, &filter).await?;
        let Some(found) = list.rows.pop() else {
            return Ok(event::remove(&element));
        };
        let open = self.wanted.open;
        let place = console.place(workspace, agent, view, open).await?;
        let part = RowPart { csrf: &self.seat.visit.csrf, row: console.row(self.seat.locale(), &place, found) };
        Ok(event::put(&Put {
            html: self.partial("partials/row.html", &part)?,
            id: element,
            list: "rows",
            place: "start",
            flash: true,
            moves: moved,
        }))
    }

    async fn draw_messages(&mut self) -> Result<(), Error> {
        let Some(open) = self.wanted.open else {
            return Ok(());
        };
        let (workspace, store) = (self.seat.workspace(), self.console.chat.store());
        let it = chat::conversation::find(store, workspace, open).await?;
        if it.last_seq <= self.wanted.after {
            return Ok(());
        }
        // One message more at the front: it tells whether a run goes on.
        let from = (self.wanted.after - 1).max(0);
        let messages = message::after(store, workspace, open, Audience::Staff, from, MESSAGES);
        let messages = messages.await?;
        let telling = self.console.telling(&self.seat, &it).await?;
        for (n, message) in messages.iter().enumerate() {
            if message.seq <= self.wanted.after {
                continue;
            }
            if let Some(of) = message.changes() {
                // What it changed is drawn anew where it stands, if it is on the page at all.
                let pair = message::before(store, workspace, open, Audience::Staff, of + 1, 2).await?;
                if let Some((changed, before)) = pair.split_last() {
                    let text = telling.text(changed, before.last());
                    self.ready.push_back(self.message_event(text, message.seq)?);
                }
                continue;
            }
            let previous = messages[..n].iter().rfind(|message| message.changes().is_none());
            let text = telling.text(message, previous);
            self.ready.push_back(self.message_event(text, message.seq)?);
        }
        if let Some(last) = messages.last() {
            self.wanted.after = self.wanted.after.max(last.seq);
        }
        if it.last_seq > self.wanted.after {
            self.changed.messages = true;
            self.gather();
        }
        Ok(())
    }

    /// A message that is put at its place, told as what happened at `seq`.
    fn message_event(&self, text: MessageText, seq: i64) -> Result<Event, Error> {
        let put = Put {
            id: text.id.clone(),
            list: "messages",
            place: "end",
            html: self.partial("partials/message.html", &MessagePart { csrf: &self.seat.visit.csrf, message: text })?,
            flash: false,
            moves: false,
        };
        Ok(event::put(&put).id(seq.to_string()))
    }

    async fn draw_state(&mut self) -> Result<(), Error> {
        let Some(open) = self.wanted.open else {
            return Ok(());
        };
        let reading = Reading { view: self.wanted.view.unwrap_or(View::All), before_seq: None, sum_up: false };
        let conversation = self.console.read_conversation(&self.seat, open, &reading).await?;
        for (id, template) in
            [("talk-head", "partials/head.html"), ("panel", "partials/panel.html"), ("composer-place", "partials/composer.html")]
        {
            let part = ConversationPart { csrf: &self.seat.visit.csrf, conversation: &conversation };
            let put = Put { id: id.to_owned(), list: "", place: "end", html: self.partial(template, &part)?, flash: false, moves: false };
            self.ready.push_back(event::put(&put));
        }
        Ok(())
    }

    async fn draw_counts(&mut self) -> Result<(), Error> {
        let (workspace, agent) = (self.seat.workspace(), self.seat.agent.id);
        let counts = self.console.counts(workspace, agent).await?;
        if self.told.as_ref() != Some(&counts) {
            self.ready.push_back(event::counts(&counts));
            self.told = Some(counts);
        }
        Ok(())
    }

    fn partial(&self, name: &str, part: &impl Serialize) -> Result<String, Error> {
        self.console.templates.render(self.seat.locale(), name, part)
    }
}

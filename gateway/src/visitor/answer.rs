//! What each frame of a client does.

use chat::{
    Append, Author, ClientId, ConversationId, Extra, Message, News, Side, Topic,
    conversation::{self, Opening},
    cursor::{self, Delivered, Reader},
    message, visitor,
};
use serde_json::json;

use super::{
    frame::{self, Frame, Page},
    packet::Packet,
    session::Session,
    view,
};

/// Messages a page of history has at most.
const HISTORY: i64 = 50;
/// About how many bytes it has at most.
const HISTORY_BYTES: usize = 192 * 1024;

impl Session {
    /// Takes one frame of text and gives what is answered at once; the rest comes as news.
    pub(crate) async fn frame(&mut self, text: &str) -> Vec<Packet> {
        if let Err(wait) = self.frames.take(self.gate.chat.now()) {
            return vec![self.error("slow_down", frame::about(text), Some(wait))];
        }
        self.answer_text(text).await
    }

    pub(super) async fn answer_text(&mut self, text: &str) -> Vec<Packet> {
        match frame::parse(text) {
            Ok(frame) => self.answer(frame).await,
            Err(sentence) => vec![view::error("bad_frame", &sentence, frame::about(text), None).into()],
        }
    }

    async fn answer(&mut self, frame: Frame) -> Vec<Packet> {
        match frame {
            Frame::Send { id, conversation, body, wish, button, proof } => {
                let extra = Extra {
                    wish: wish.filter(|wish| wish == "person"),
                    button: button.map(|b| conversation::cut(&b, 200)),
                    subject: self.subject(),
                    ..Extra::default()
                };
                vec![self.send(id, conversation, body, extra, proof.as_deref()).await]
            }
            Frame::Edit { id, conversation, seq, body } => vec![self.change(id, (conversation, seq), Some(body)).await],
            Frame::Recall { id, conversation, seq } => vec![self.change(id, (conversation, seq), None).await],
            Frame::Resume { conversation, after } => {
                if !self.mine(conversation).await {
                    return vec![self.error("not_found", view::about(conversation), None)];
                }
                self.sent.insert(conversation, after.max(0));
                match self.rest(conversation).await {
                    Ok(rest) => rest,
                    Err(_) => vec![self.error("unavailable", view::about(conversation), Some(2_000))],
                }
            }
            Frame::History { conversation, before, limit } => vec![self.history(conversation, before, limit).await],
            Frame::Read { conversation, seq } => self.read(conversation, seq).await,
            Frame::Got { conversation, seq } => self.got(conversation, seq).await,
            Frame::Typing { conversation, on } => self.typing(conversation, on).await,
            Frame::Rate { conversation, seq, score } => vec![self.rate(conversation, seq, score).await],
            Frame::Csat { conversation, score, comment } => self.csat(conversation, score, &comment).await,
            Frame::Code { conversation, call, code, resend } => vec![self.code(conversation, call, code, resend).await],
            Frame::Contact { name, email, proof } => vec![self.contact(name, email, proof.as_deref()).await],
            Frame::Page(page) => self.on_page(page).await,
            Frame::Ping => vec![view::frame("pong", json!({})).into()],
            Frame::Hello | Frame::Unknown => Vec::new(),
        }
    }

    pub(super) async fn mine(&self, id: ConversationId) -> bool {
        self.sent.contains_key(&id) || conversation::of_visitor(self.chat().store(), self.workspace, self.visitor, id).await.is_ok()
    }

    async fn send(&mut self, id: ClientId, talk: ConversationId, body: String, extra: Extra, proof: Option<&str>) -> Packet {
        if let Some(refused) = self.too_much(id, talk, &body) {
            return refused;
        }
        if let Some(asked) = self.challenge(proof, || view::about_message(id, talk)).await {
            return asked;
        }
        let done = self.keep(id, talk, body, extra).await;
        if let Ok(done) = &done {
            self.placed(&done.message);
        }
        self.acknowledge(id, talk, done)
    }

    /// Why it may not be said now.
    pub(super) fn too_much(&self, id: ClientId, talk: ConversationId, body: &str) -> Option<Packet> {
        let gate = &self.gate;
        if let Err(wait) = gate.limits.write(&gate.config, (self.workspace, self.visitor), self.address, gate.chat.now()) {
            return Some(self.error("slow_down", view::about_message(id, talk), Some(wait)));
        }
        (body.chars().count() > chat::MAX_BODY).then(|| self.error("too_long", view::about_message(id, talk), None))
    }

    /// What became of a message, for its sender.
    pub(super) fn acknowledge(&self, id: ClientId, talk: ConversationId, done: chat::Result<chat::Appended>) -> Packet {
        match done {
            Ok(done) => {
                let m = done.message;
                let prev = m.prev(chat::Audience::All);
                Packet::of(&view::Ack { id, conversation: talk, seq: m.seq, prev, at: m.at })
            }
            Err(chat::Error::Invalid(_)) => self.error("empty", view::about_message(id, talk), None),
            Err(chat::Error::NotFound) => self.error("not_found", view::about_message(id, talk), None),
            Err(chat::Error::TooLate) => self.error("fixed", view::about_message(id, talk), None),
            Err(error) => {
                tracing::warn!(conversation.id = %talk, %error, "a visitor's message could not be kept and will be sent again");
                self.error("unavailable", view::about_message(id, talk), Some(2_000))
            }
        }
    }

    /// Where nothing is missing before it, the acknowledgement gives a message its place: its sender is not sent it again.
    fn placed(&mut self, message: &Message) {
        if let Some(sent) = self.sent.get_mut(&message.conversation)
            && *sent == message.prev(chat::Audience::All)
        {
            *sent = message.seq;
        }
    }

    async fn keep(&mut self, id: ClientId, talk: ConversationId, body: String, extra: Extra) -> chat::Result<chat::Appended> {
        if let Some(done) = self.written_code(id, talk, &body).await {
            return done;
        }
        let open = self.sent.contains_key(&talk);
        let opening = (!open).then(|| Box::new(self.opening(talk)));
        let append = Append { extra, opening, ..Append::new(self.workspace, talk, id, Author::Visitor(self.visitor), body) };
        let done = self.chat().append(append).await?;
        self.kept = true;
        if !open {
            // From here on the news fills in what comes; what came before is the client's to ask for.
            self.sent.insert(talk, done.before);
        }
        Ok(done)
    }

    fn opening(&self, id: ConversationId) -> Opening {
        Opening {
            id,
            workspace: self.workspace,
            inbox: self.inbox,
            visitor: self.visitor,
            locale: self.locale.into(),
            page_url: self.page.url.clone(),
            page_title: self.page.title.clone(),
        }
    }

    async fn history(&mut self, talk: ConversationId, before: Option<i64>, limit: Option<i64>) -> Packet {
        if !self.mine(talk).await {
            return self.error("not_found", view::about(talk), None);
        }
        let limit = limit.unwrap_or(HISTORY).clamp(1, HISTORY);
        let before = before.unwrap_or(i64::MAX);
        let Ok(mut found) = message::before(self.chat().store(), self.workspace, talk, chat::Audience::All, before, limit + 1).await else {
            return self.error("unavailable", view::about(talk), Some(2_000));
        };
        let mut more = found.len() as i64 > limit;
        if more {
            found.remove(0);
        }
        if before == i64::MAX {
            let last = found.last().map_or(0, |m| m.seq);
            self.sent.insert(talk, last);
        }
        let mut page = Vec::with_capacity(found.len());
        let mut bytes = 0;
        let ratings = self.gate.bot.ratings(self.workspace, talk).await.unwrap_or_default();
        // Newest first, as far as a frame should reach; the older ones are another page.
        for m in found.iter().rev() {
            let message = Packet::of(&view::message(&self.gate, m, ratings.get(&m.seq).copied()).await);
            bytes += message.len();
            if bytes > HISTORY_BYTES && !page.is_empty() {
                more = true;
                break;
            }
            page.push(message);
        }
        page.reverse();
        let messages: Vec<&str> = page.iter().map(Packet::text).collect();
        let messages = messages.join(",");
        format!("{{\"t\":\"history\",\"conversation\":\"{talk}\",\"messages\":[{messages}],\"more\":{more}}}").into()
    }

    async fn got(&mut self, conversation: ConversationId, seq: i64) -> Vec<Packet> {
        if !self.mine(conversation).await {
            return vec![self.error("not_found", view::about(conversation), None)];
        }
        let (workspace, reader, device) = (self.workspace, Reader::Visitor(self.visitor), self.device);
        let at = self.chat().now();
        self.gate.marks.note(Delivered { workspace, conversation, reader, device, seq: seq.max(0), at });
        Vec::new()
    }

    async fn read(&mut self, talk: ConversationId, seq: i64) -> Vec<Packet> {
        if !self.mine(talk).await {
            return vec![self.error("not_found", view::about(talk), None)];
        }
        let (chat, seq) = (self.chat(), seq.max(0));
        let reader = Reader::Visitor(self.visitor);
        let moved = cursor::advance(chat.store(), self.workspace, talk, reader, self.device, (seq, seq), chat.now()).await;
        if let Ok(Some(seq)) = moved {
            let news = std::sync::Arc::new(News::Read { workspace: self.workspace, conversation: talk, by: Side::Visitor, seq });
            chat.bus().publish_shared(Topic::Visitor(self.workspace, self.visitor), news.clone());
            chat.bus().publish_shared(Topic::Workspace(self.workspace), news);
        }
        Vec::new()
    }

    async fn typing(&mut self, talk: ConversationId, on: bool) -> Vec<Packet> {
        if self.mine(talk).await {
            let name = String::new();
            let news = News::Typing { workspace: self.workspace, conversation: talk, author: Author::Visitor(self.visitor), name, on };
            self.chat().bus().publish(Topic::Conversation(self.workspace, talk), news);
        }
        Vec::new()
    }

    async fn rate(&mut self, talk: ConversationId, seq: i64, score: i64) -> Packet {
        match self.gate.bot.rate(self.workspace, self.visitor, talk, seq, score).await {
            Ok(()) => view::frame("rated", json!({ "conversation": talk, "seq": seq, "score": score })).into(),
            Err(_) => self.error("rate", view::about(talk), None),
        }
    }

    async fn csat(&mut self, talk: ConversationId, score: i64, comment: &str) -> Vec<Packet> {
        match self.gate.desk.csat(self.workspace, self.visitor, talk, score, comment).await {
            Ok(()) => self.status(talk).await.unwrap_or_default(),
            Err(_) => vec![self.error("csat", view::about(talk), None)],
        }
    }

    async fn contact(&mut self, name: Option<String>, email: Option<String>, proof: Option<&str>) -> Packet {
        if let Some(asked) = self.challenge(proof, || json!({})).await {
            return asked;
        }
        if self.keep_visitor().await.is_err() {
            return self.error("unavailable", json!({}), Some(2_000));
        }
        match visitor::label(self.chat().store(), self.workspace, self.visitor, name.as_deref(), email.as_deref()).await {
            Ok(found) => {
                for talk in self.sent.keys() {
                    self.chat().conversation_changed(self.workspace, self.visitor, *talk);
                }
                view::frame("visitor", json!({ "id": found.id, "name": found.name, "email": found.email })).into()
            }
            Err(chat::Error::Invalid(_)) => self.error("email", json!({}), None),
            Err(_) => self.error("unavailable", json!({}), Some(2_000)),
        }
    }

    async fn on_page(&mut self, page: Page) -> Vec<Packet> {
        self.page = page;
        // Of the conversations that are open here, only the newest belongs to the page.
        if let Some(talk) = self.sent.keys().max().copied() {
            let moved = conversation::on_page(self.chat().store(), self.workspace, talk, &self.page.url, &self.page.title).await;
            if moved.is_ok() {
                self.chat()
                    .bus()
                    .publish(Topic::Workspace(self.workspace), News::Conversation { workspace: self.workspace, conversation: talk });
            }
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests;

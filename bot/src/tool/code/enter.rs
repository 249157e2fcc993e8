//! A visitor enters a code. Right or wrong is one transaction: it counts once, and it is a message the bot goes on with.

use chat::{
    Append, Appended, Author, Chat, ClientId, Conversation, ConversationId, Event, Extra, Secret, ToolCallId, Tx, VisitorId, WorkspaceId,
    conversation,
};

use super::{
    ATTEMPTS, Judged, Known, PAUSE_MS, SENDS, is_right, judge, read,
    row::{self, Kept},
    send::{Errand, Sent},
};
use crate::{
    Bot, Error, Result,
    tool::{Row, Status, call, record},
    words::say,
};

/// What stands in the record in the place of a code that was written as a message.
const MASK: &str = "••••••";

/// Who enters a code, and where.
#[derive(Clone, Debug)]
pub struct Whose {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// Whose conversation it is.
    pub visitor: VisitorId,
    /// The conversation.
    pub conversation: ConversationId,
    /// Who the visitor is now, by an identity that holds.
    pub subject: Option<String>,
}

/// What a form does.
#[derive(Clone, Debug)]
pub enum Act {
    /// Asks how it stands.
    Look,
    /// Enters what was typed.
    Enter(Secret),
    /// Asks for a new code.
    Resend,
}

/// How a call stands that needs a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// It waits for the code.
    Waiting,
    /// That was none of six digits, or not the right one.
    Wrong,
    /// The last code could not be sent.
    Unsent,
    /// The visitor is not proven now to be the one it is for.
    Stranger,
    /// The code was right.
    Done,
    /// It was wrong too often.
    Void,
    /// It came too late, or a newer one is awaited.
    Expired,
    /// A person has the word, or it was decided otherwise.
    Over,
}

impl Stand {
    /// As the wire names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Wrong => "wrong",
            Self::Unsent => "unsent",
            Self::Stranger => "stranger",
            Self::Done => "done",
            Self::Void => "void",
            Self::Expired => "expired",
            Self::Over => "over",
        }
    }
}

/// What the form of a code shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// Which call it is for.
    pub call: ToolCallId,
    /// How it stands.
    pub stand: Stand,
    /// Wrong codes that are left.
    pub left: i64,
    /// How long the code holds, unix milliseconds.
    pub until: i64,
    /// How often a new one can be asked for.
    pub resends: i64,
    /// In how many milliseconds.
    pub resend_ms: i64,
}

impl Bot {
    /// What a form of the visitor does, and how it stands then.
    ///
    /// # Errors
    /// [`Error::NotFound`] when this visitor has no such call.
    pub async fn code(&self, whose: &Whose, id: ToolCallId, act: Act) -> Result<Form> {
        let (call, kept, talk) = self.awaited(whose, id).await?;
        match act {
            Act::Look => {}
            Act::Resend => self.resend(whose, &call, &kept, &talk).await?,
            Act::Enter(typed) => match read(typed.expose()) {
                None => return Ok(Form { stand: Stand::Wrong, ..self.form(whose, &call, &kept, &talk) }),
                Some(code) => {
                    let (judged, _) = self.enter(whose, &talk, &call, &code, None).await?;
                    let (call, kept, talk) = self.awaited(whose, id).await?;
                    let form = self.form(whose, &call, &kept, &talk);
                    return Ok(if matches!(judged, Judged::Wrong(_)) { Form { stand: Stand::Wrong, ..form } } else { form });
                }
            },
        }
        let (call, kept, talk) = self.awaited(whose, id).await?;
        Ok(self.form(whose, &call, &kept, &talk))
    }

    /// Takes a message that is nothing but a code while one is awaited: it is kept without the code, and the bot says what came of it.
    /// `None`: it is a message like any other.
    ///
    /// # Errors
    /// The record's.
    pub async fn written_code(&self, whose: &Whose, message: ClientId, body: &str) -> Result<Option<Appended>> {
        let Some(code) = read(body) else { return Ok(None) };
        let Some(call) = call::awaiting_code(self.chat(), whose.workspace, whose.conversation).await? else { return Ok(None) };
        // Sent again because its acknowledgement was lost: it is kept and counted already, and the door says so.
        if row::is_kept(self.chat(), whose.workspace, whose.conversation, message).await? {
            return Ok(None);
        }
        let (call, kept, talk) = match self.awaited(whose, call).await {
            Err(Error::NotFound) => return Ok(None),
            found => found?,
        };
        if talk.speaker != chat::Speaker::Bot || talk.epoch != kept.epoch {
            return Ok(None);
        }
        let (_, appended) = self.enter(whose, &talk, &call, &code, Some(message)).await?;
        Ok(appended)
    }

    async fn awaited(&self, whose: &Whose, id: ToolCallId) -> Result<(Row, Kept, Conversation)> {
        let talk = conversation::of_visitor(self.chat().store(), whose.workspace, whose.visitor, whose.conversation).await;
        let talk = talk.map_err(|_| Error::NotFound)?;
        let call = call::find(self.chat(), whose.workspace, whose.conversation, id).await?.ok_or(Error::NotFound)?;
        let kept = row::find(self.chat(), whose.workspace, id).await?.ok_or(Error::NotFound)?;
        Ok((call, kept, talk))
    }

    fn form(&self, whose: &Whose, call: &Row, kept: &Kept, talk: &Conversation) -> Form {
        let now = self.chat().now();
        let stand = match call.status {
            Status::Code if talk.speaker != chat::Speaker::Bot || talk.epoch != kept.epoch => Stand::Over,
            Status::Code if call.until <= now => Stand::Expired,
            Status::Code if call.subject != whose.subject => Stand::Stranger,
            Status::Code if !kept.problem.is_empty() => Stand::Unsent,
            Status::Code => Stand::Waiting,
            Status::Void => Stand::Void,
            Status::Expired => Stand::Expired,
            Status::Approved | Status::Running | Status::Done | Status::Failed => Stand::Done,
            _ => Stand::Over,
        };
        Form {
            call: call.id,
            stand,
            left: (ATTEMPTS - kept.wrong).max(0),
            until: call.until,
            resends: (SENDS - kept.sends).max(0),
            resend_ms: (kept.sent_at + PAUSE_MS - now).max(0),
        }
    }

    async fn resend(&self, whose: &Whose, call: &Row, kept: &Kept, talk: &Conversation) -> Result<()> {
        let open = call.status == Status::Code && call.until > self.chat().now() && call.subject == whose.subject;
        if !open || talk.speaker != chat::Speaker::Bot || talk.epoch != kept.epoch {
            return Ok(());
        }
        let tool = record::find(self.chat(), whose.workspace, call.tool).await?;
        let errand = Errand {
            workspace: whose.workspace,
            conversation: whose.conversation,
            visitor: whose.visitor,
            epoch: kept.epoch,
            locale: &kept.locale,
        };
        if let Sent::No(problem) = self.send_code(errand, &tool, call, false).await? {
            row::note(self.chat(), whose.workspace, call.id, &kept.hash, &problem).await?;
        }
        Ok(())
    }

    /// Judges a code and keeps what came of it. `written`: the message it came as.
    async fn enter(
        &self,
        whose: &Whose,
        talk: &Conversation,
        call: &Row,
        code: &Secret,
        written: Option<ClientId>,
    ) -> Result<(Judged, Option<Appended>)> {
        let chat = self.chat();
        let mut tx = chat.begin().await?;
        let kept = row::lock(&mut tx, whose.workspace, call.id).await?.ok_or(Error::NotFound)?;
        let (status, until) = call::state(&mut tx, whose.workspace, call.id).await?;
        let known = Known {
            status,
            subject: call.subject.as_deref(),
            until,
            wrong: kept.wrong,
            epoch: kept.epoch,
            now: chat.now(),
            current: talk.epoch,
            bot: talk.speaker == chat::Speaker::Bot,
            writer: whose.subject.as_deref(),
        };
        let judged = judge(&known, is_right(&kept.hash, &kept.salt, call.id, &call.digest, code));
        match judged {
            Judged::Right => self.decide(&mut tx, whose, call, Status::Approved).await?,
            Judged::Void if status == Status::Code => {
                row::count(&mut tx, whose.workspace, call.id).await?;
                self.decide(&mut tx, whose, call, Status::Void).await?;
            }
            Judged::Wrong(_) => row::count(&mut tx, whose.workspace, call.id).await?,
            _ => {}
        }
        let decides = judged == Judged::Right || (judged == Judged::Void && status == Status::Code);
        let told = match (written, decides) {
            (Some(id), _) => Some(masked(whose, call, id)),
            (None, true) => Some(decision(whose, talk, call, judged == Judged::Right)),
            (None, false) => None,
        };
        let appended = match told {
            // Whoever takes over in this moment is first: then nothing was entered.
            Some(told) => Some(chat.append_in(&mut tx, Append { epoch: Some(kept.epoch), ..told }).await?),
            None => None,
        };
        let (workspace, visitor, conversation) = (whose.workspace, whose.visitor, whose.conversation);
        let changed = move |chat: &Chat| {
            if decides {
                chat.conversation_changed(workspace, visitor, conversation);
            }
        };
        chat.commit(tx, appended.clone().into_iter().collect(), changed).await?;
        tracing::info!(
            workspace.id = %whose.workspace, call.id = %call.id, code.right = judged == Judged::Right, code.void = judged == Judged::Void,
            "a one-time code was entered"
        );
        Ok((judged, appended))
    }

    async fn decide(&self, tx: &mut Tx, whose: &Whose, call: &Row, to: Status) -> Result<()> {
        sqlx::query("UPDATE tool_call SET status = $3, decided_by = 'code', decided_at = $4 WHERE workspace_id = $1 AND id = $2 AND status = 'code'")
            .bind(whose.workspace.text())
            .bind(call.id.text())
            .bind(to.text())
            .bind(self.chat().now())
            .execute(&mut **tx)
            .await?;
        Ok(())
    }
}

/// The message a code was written as, without it.
fn masked(whose: &Whose, call: &Row, id: ClientId) -> Append {
    let extra = Extra { call: Some(call.id), subject: whose.subject.clone(), ..Extra::default() };
    Append { extra, ..Append::new(whose.workspace, whose.conversation, id, Author::Visitor(whose.visitor), MASK) }
}

/// What the house says when a form was right, or wrong for the last time; the bot goes on from there.
fn decision(whose: &Whose, talk: &Conversation, call: &Row, right: bool) -> Append {
    let name = if right { "code_right" } else { "code_void" };
    let extra = Extra { call: Some(call.id), event: Some(Event { name: name.into(), ..Event::default() }), ..Extra::default() };
    let said = say(&talk.locale, &format!("event.{name}"), &[]);
    Append { extra, ..Append::new(whose.workspace, whose.conversation, ClientId(call.id.0), Author::System, said) }
}

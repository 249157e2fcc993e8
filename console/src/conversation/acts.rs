//! What an agent does with a conversation. Each is one verb of the desk.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use chat::{AgentId, ConversationId, TeamId};
use ticketing::To;
use ticketing::ticket::Priority;

use crate::error::Error;
use crate::handle::Console;
use crate::inbox::row::address;
use crate::inbox::view::View;
use crate::web::answer;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::params::Id;
use crate::web::visit::Seat;

/// An hour in ms.
const HOUR_MS: i64 = 3_600_000;

type Answer = Result<Response, Error>;

/// Takes it: from the queue, from the bot, or over from a colleague.
pub async fn take(State(console): State<Console>, seat: Seat, Id(id): Id<ConversationId>, fields: Fields) -> Answer {
    let desk = &console.desk;
    desk.take_over(seat.workspace(), seat.agent.id, id).await?;
    done(&console, &seat, &fields, id, &Flash::done("flash-taken"))
}

/// The work is done.
pub async fn resolve(State(console): State<Console>, seat: Seat, Id(id): Id<ConversationId>, fields: Fields) -> Answer {
    let desk = &console.desk;
    desk.resolve(seat.workspace(), seat.agent.id, id).await?;
    console.learn(&seat, id);
    let flash = Flash::done("flash-resolved").undo(undo(&fields, id, "reopen"));
    done(&console, &seat, &fields, id, &flash)
}

/// The work goes on.
pub async fn reopen(State(console): State<Console>, seat: Seat, Id(id): Id<ConversationId>, fields: Fields) -> Answer {
    let desk = &console.desk;
    desk.reopen(seat.workspace(), seat.agent.id, id).await?;
    done(&console, &seat, &fields, id, &Flash::done("flash-reopened"))
}

/// The bot goes on.
pub async fn give_back(State(console): State<Console>, seat: Seat, Id(id): Id<ConversationId>, fields: Fields) -> Answer {
    let desk = &console.desk;
    desk.give_back(seat.workspace(), seat.agent.id, id).await?;
    done(&console, &seat, &fields, id, &Flash::done("flash-returned"))
}

/// Waits for the visitor.
pub async fn pend(State(console): State<Console>, seat: Seat, Id(id): Id<ConversationId>, fields: Fields) -> Answer {
    let desk = &console.desk;
    desk.pend(seat.workspace(), seat.agent.id, id).await?;
    done(&console, &seat, &fields, id, &Flash::done("flash-pending"))
}

/// Puts it away until a time.
pub async fn snooze(State(console): State<Console>, seat: Seat, Id(id): Id<ConversationId>, fields: Fields) -> Answer {
    let until = until(fields.text("until"), console.chat.now()).ok_or_else(|| Error::Broken("until".to_owned()))?;
    let desk = &console.desk;
    desk.snooze(seat.workspace(), seat.agent.id, id, until).await?;
    let flash = Flash::done("flash-snoozed").undo(undo(&fields, id, "wake"));
    done(&console, &seat, &fields, id, &flash)
}

/// Makes work again of what was put away or waits.
pub async fn wake(State(console): State<Console>, seat: Seat, Id(id): Id<ConversationId>, fields: Fields) -> Answer {
    let desk = &console.desk;
    desk.resume(seat.workspace(), seat.agent.id, id).await?;
    done(&console, &seat, &fields, id, &Flash::done("flash-woken"))
}

/// Gives it to a colleague, a team or the queue, with an optional note for them.
pub async fn transfer(State(console): State<Console>, seat: Seat, Id(id): Id<ConversationId>, fields: Fields) -> Answer {
    let to = target(fields.text("to")).ok_or_else(|| Error::Broken("to".to_owned()))?;
    let (workspace, me) = (seat.workspace(), seat.agent.id);
    let desk = &console.desk;
    if let Err(ticketing::Error::NotOpen) = desk.transfer(workspace, me, id, to).await.map(drop) {
        // What the bot has must be somebody's before it can be given to somebody else.
        desk.take(workspace, me, id).await?;
        desk.transfer(workspace, me, id, to).await?;
    }
    let note = fields.text("note").trim();
    if !note.is_empty() {
        desk.note(workspace, me, id, console.chat.id(), note).await?;
    }
    done(&console, &seat, &fields, id, &Flash::done("flash-transferred"))
}

/// How much it hurries.
pub async fn priority(State(console): State<Console>, seat: Seat, Id(id): Id<ConversationId>, fields: Fields) -> Answer {
    let rank: i64 =
        fields.text("priority").parse().ok().filter(|rank| (1..=4).contains(rank)).ok_or_else(|| Error::Broken("priority".to_owned()))?;
    let desk = &console.desk;
    desk.set_priority(seat.workspace(), seat.agent.id, id, Priority::of_rank(rank)).await?;
    done(&console, &seat, &fields, id, &Flash::done("flash-priority"))
}

/// This person has read up to a message.
pub async fn read(State(console): State<Console>, seat: Seat, Id(id): Id<ConversationId>, fields: Fields) -> Answer {
    let seq = fields.text("seq").parse().unwrap_or(0);
    console.mark_read(&seat, id, seq).await?;
    Ok(answer::done(&seat.visit, &fields.back(&natural(&seat, id))))
}

/// This person writes, or has stopped.
pub async fn typing(State(console): State<Console>, seat: Seat, Id(id): Id<ConversationId>, fields: Fields) -> Answer {
    let on = fields.text("on") == "1";
    let desk = &console.desk;
    desk.typing(seat.workspace(), seat.agent.id, id, on).await?;
    Ok(answer::done(&seat.visit, &fields.back(&natural(&seat, id))))
}

/// Back to where the form was, with a word about it.
pub fn done(console: &Console, seat: &Seat, fields: &Fields, id: ConversationId, flash: &Flash) -> Answer {
    let to = fields.back(&natural(seat, id));
    Ok(console.said(&seat.visit, &to, flash))
}

/// Where a form without a way back goes: the conversation beside the list it was opened from.
fn natural(seat: &Seat, id: ConversationId) -> String {
    address(id, view_in(&seat.visit.path))
}

/// The address that takes an act back, with the list the conversation was opened from.
#[must_use]
pub fn undo(fields: &Fields, id: ConversationId, act: &str) -> String {
    let view = view_in(fields.text("back"));
    format!("/console/conversations/{id}/{act}?view={}", view.key())
}

/// The view an address names; all of them, if it names none.
#[must_use]
pub fn view_in(address: &str) -> View {
    let query = address.split_once('?').map_or("", |(_, query)| query);
    let named = query.split('&').find_map(|part| part.strip_prefix("view="));
    named.map_or(View::All, View::of)
}

/// A moment by its name, or as unix ms.
fn until(text: &str, now: i64) -> Option<i64> {
    let day = 24 * HOUR_MS;
    // Mornings are at 8:00 UTC: the console knows no other zone of a person yet.
    let morning = |days: i64| (now.div_euclid(day) + days) * day + 8 * HOUR_MS;
    match text {
        "1h" => Some(now + HOUR_MS),
        "4h" => Some(now + 4 * HOUR_MS),
        "tomorrow" => Some(morning(1)),
        "week" => Some(morning(7)),
        other => other.parse().ok(),
    }
}

fn target(text: &str) -> Option<To> {
    match text.split_once(':') {
        None if text == "queue" => Some(To::Queue),
        Some(("agent", id)) => AgentId::parse(id).map(To::Agent),
        Some(("team", id)) => TeamId::parse(id).map(To::Team),
        _ => None,
    }
}

/// A colleague was quicker: said with their name.
#[must_use]
pub fn held(console: &Console, seat: &Seat, name: &str) -> Response {
    let words = console.templates.words();
    let text = words.with(seat.locale(), "fault-held", &[("name", name)]);
    (StatusCode::CONFLICT, Json(json!({ "text": text }))).into_response()
}

#[cfg(test)]
mod tests {
    use super::{target, until};

    #[test]
    fn moments_have_names() {
        let now = 1_760_000_000_000;
        assert_eq!(until("1h", now), Some(now + 3_600_000));
        assert_eq!(until("tomorrow", now), Some(1_760_083_200_000));
        assert_eq!(until("1760000000001", now), Some(now + 1));
        assert_eq!(until("never", now), None);
    }

    #[test]
    fn targets_are_typed() {
        let id = "01997a00-0000-7000-8000-000000000101";
        assert!(target(&format!("agent:{id}")).is_some());
        assert!(target(&format!("team:{id}")).is_some());
        assert!(target("queue").is_some());
        for bad in ["", "agent:", "agent:x", "other:1", id] {
            assert!(target(bad).is_none(), "{bad}");
        }
    }
}

//! The inbox: views, list, and the conversation that is open beside it.

pub mod counts;
pub mod row;
pub mod view;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use chat::ConversationId;
use ticketing::inbox::{Cursor, Filter};

use crate::conversation::context::ConversationText;
use crate::conversation::page::Reading;
use crate::error::Error;
use crate::handle::Console;
use crate::templates::filters::urlencode;
use crate::web::params::{Ask, Id};
use crate::web::visit::Seat;

use counts::Counts;
use row::Row;
use view::View;

/// Rows of one page.
const PAGE: i64 = 40;

/// The query of the inbox.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// A view's name.
    pub view: String,
    /// Words to look for.
    pub q: String,
    /// Where the previous page of the list ended.
    pub before: String,
    /// Only messages before this one.
    pub before_seq: Option<i64>,
}

#[derive(Serialize)]
struct InboxPage {
    view: &'static str,
    views: Vec<ViewLink>,
    rows: Vec<Row>,
    q: String,
    next: Option<String>,
    everywhere: Option<String>,
    conversation: Option<ConversationText>,
}

#[derive(Serialize)]
struct ViewLink {
    key: &'static str,
    count: i64,
    href: String,
    current: bool,
}

/// The list alone.
pub async fn show(State(console): State<Console>, seat: Seat, Ask(asked): Ask<Asked>) -> Result<Response, Error> {
    page(&console, &seat, &asked, None).await
}

/// The list with a conversation beside it.
pub async fn open(
    State(console): State<Console>,
    seat: Seat,
    Id(id): Id<ConversationId>,
    Ask(asked): Ask<Asked>,
) -> Result<Response, Error> {
    let reading = Reading { view: View::of(&asked.view), before_seq: asked.before_seq, sum_up: false };
    let conversation = console.read_conversation(&seat, id, &reading).await?;
    console.saw(&seat, id, conversation.last_seq).await;
    page(&console, &seat, &asked, Some((id, conversation))).await
}

async fn page(console: &Console, seat: &Seat, asked: &Asked, open: Option<(ConversationId, ConversationText)>) -> Result<Response, Error> {
    console.beat(seat).await;
    let (workspace, agent, view) = (seat.workspace(), seat.agent.id, View::of(&asked.view));
    let (open_id, conversation) = open.unzip();
    let found = console.desk.find(workspace, &asked.q).await?;
    let said = found.iter().map(|found| found.conversation).collect();
    let filter = Filter { search: asked.q.clone(), said, after: Cursor::parse(&asked.before), limit: PAGE, ..view.filter(agent) };
    let list = console.desk.list(workspace, &filter).await?;
    let place = console.place(workspace, agent, view, open_id).await?;
    let counts = console.counts(workspace, agent).await?;
    let live = live(asked, view, conversation.as_ref());
    let own = InboxPage {
        view: view.key(),
        views: links(view, &counts),
        rows: list.rows.into_iter().map(|row| console.row(seat.locale(), &place, row).saying(&found)).collect(),
        everywhere: (view != View::All && !asked.q.trim().is_empty())
            .then(|| format!("/console/inbox?view={}&q={}", View::All.key(), urlencode(asked.q.trim()))),
        q: asked.q.clone(),
        next: list.next.map(|next| next_page(view, &asked.q, &next)),
        conversation,
    };
    let page = console.live_page(&seat.visit, "inbox", "inbox.html", live, own).await?;
    Ok(page.into_response())
}

/// The stream of the page. What was searched for or paged to is not drawn anew by itself.
fn live(asked: &Asked, view: View, open: Option<&ConversationText>) -> String {
    let plain = asked.q.trim().is_empty() && asked.before.is_empty();
    let view = if plain { view.key() } else { "" };
    let (id, after) = open.map_or(("", 0), |open| (open.id.as_str(), open.last_seq));
    format!("/console/live?view={view}&conversation={id}&after={after}")
}

fn links(current: View, counts: &Counts) -> Vec<ViewLink> {
    View::EVERY
        .into_iter()
        .map(|view| ViewLink {
            key: view.key(),
            count: counts.in_view(view),
            href: format!("/console/inbox?view={}", view.key()),
            current: view == current,
        })
        .collect()
}

fn next_page(view: View, words: &str, next: &Cursor) -> String {
    let words = match words.trim() {
        "" => String::new(),
        words => format!("&q={}", urlencode(words)),
    };
    let view = view.key();
    format!("/console/inbox?view={view}{words}&before={}", urlencode(&next.text()))
}

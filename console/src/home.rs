//! The first page: what is still to be set up, today's figures, and what waits.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;
use sqlx::Row as _;

use chat::WorkspaceId;
use ticketing::inbox::Filter;
use ticketing::report::Range;

use crate::error::Error;
use crate::handle::Console;
use crate::inbox::row::{Row, turn};
use crate::inbox::view::View;
use crate::web::visit::Seat;

/// A day in ms.
const DAY_MS: i64 = 86_400_000;
/// Rows of what waits.
const WAITING: usize = 6;

#[derive(Serialize)]
struct HomePage {
    steps: Vec<Step>,
    steps_done: usize,
    demo_url: &'static str,
    guide_url: &'static str,
    today: Today,
    waiting: Vec<Row>,
}

#[derive(Serialize)]
struct Step {
    key: &'static str,
    href: &'static str,
    done: bool,
}

#[derive(Serialize)]
struct Today {
    conversations: i64,
    answered: i64,
    handed_over: i64,
    waiting: i64,
    agents_online: i64,
}

/// `/console` without the slash.
pub async fn slash() -> Redirect {
    Redirect::permanent("/console/")
}

/// The page.
pub async fn show(State(console): State<Console>, seat: Seat) -> Result<Response, Error> {
    console.beat(&seat).await;
    let steps = steps(&console, seat.workspace()).await?;
    let own = HomePage {
        steps_done: steps.iter().filter(|step| step.done).count(),
        steps,
        demo_url: "/demo",
        guide_url: "/guide",
        today: today(&console, &seat).await?,
        waiting: waiting(&console, &seat).await?,
    };
    let live = "/console/live".to_owned();
    let page = console.live_page(&seat.visit, "home", "home.html", live, own).await?;
    Ok(page.into_response())
}

/// What a new workspace has to do, and what of it is done.
async fn steps(console: &Console, workspace: WorkspaceId) -> Result<Vec<Step>, Error> {
    let row = sqlx::query(
        "SELECT \
           (SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT 1 AS one FROM conversation WHERE workspace_id = $1 AND last_seq > 0 LIMIT 1) AS a) AS tried, \
           (SELECT CAST(COUNT(*) AS BIGINT) FROM source WHERE workspace_id = $1 AND kind <> 'guides') AS sources, \
           (SELECT CAST(COUNT(*) AS BIGINT) FROM conversation WHERE workspace_id = $1 AND page_url LIKE 'http%' AND page_url NOT LIKE '%/demo%' AND page_url NOT LIKE '%/chat/%') AS websites, \
           (SELECT CAST(COUNT(*) AS BIGINT) FROM agent WHERE workspace_id = $1 AND disabled_at IS NULL) AS people",
    )
    .bind(workspace.text())
    .fetch_one(console.chat.store().read())
    .await?;
    let count = |name: &str| row.try_get::<i64, _>(name);
    let step = |key, href, done| Step { key, href, done };
    let model = console.has_model(workspace).await;
    Ok(vec![
        step("try", "/demo", count("tried")? > 0),
        step("knowledge", "/console/sources/new", count("sources")? > 0),
        step("website", "/console/inboxes", count("websites")? > 0),
        step("team", "/console/people", count("people")? > 1),
        step("model", "/console/bot", model),
    ])
}

async fn today(console: &Console, seat: &Seat) -> Result<Today, Error> {
    let (workspace, now) = (seat.workspace(), console.chat.now());
    let range = Range { from: now.div_euclid(DAY_MS) * DAY_MS, to: now + 1, offset_ms: 0 };
    let report = console.desk.report(workspace, range).await?;
    let counts = console.counts(workspace, seat.agent.id).await?;
    let members = console.desk.agents(workspace).await?;
    Ok(Today {
        conversations: report.conversations,
        answered: report.bot_only,
        handed_over: report.handed_over,
        waiting: counts.unassigned,
        agents_online: members.iter().filter(|member| member.state == ticketing::State::Online).count() as i64,
    })
}

/// Open conversations in which the visitor waits for us, those with nobody first.
async fn waiting(console: &Console, seat: &Seat) -> Result<Vec<Row>, Error> {
    let (workspace, agent) = (seat.workspace(), seat.agent.id);
    let mut rows = Vec::new();
    for view in [View::Unassigned, View::Mine] {
        let filter = Filter { limit: 50, ..view.filter(agent) };
        let place = console.place(workspace, agent, view, None).await?;
        let list = console.desk.list(workspace, &filter).await?;
        let due = list.rows.into_iter().filter(|found| turn(found) == "us");
        rows.extend(due.map(|found| console.row(seat.locale(), &place, found)));
    }
    rows.truncate(WAITING);
    Ok(rows)
}

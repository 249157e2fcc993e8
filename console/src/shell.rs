//! What surrounds every page: navigation, counts, who is signed in, and how a page is rendered.

use axum::response::Html;
use serde::Serialize;

use chat::agent::{Agent, Role};

use crate::error::Error;
use crate::face::{initials, tint};
use crate::handle::Console;
use crate::inbox::counts::Counts;
use crate::web::flash::FlashText;
use crate::web::visit::Visit;

/// The context every page shares.
#[derive(Serialize)]
struct Shell<'a> {
    lang: &'static str,
    dir: &'static str,
    csrf: &'a str,
    section: &'static str,
    path: &'a str,
    theme: &'a str,
    workspace: Workspace,
    me: Option<Me>,
    counts: Counts,
    flash: Option<FlashText>,
    live: String,
}

#[derive(Serialize)]
struct Workspace {
    name: String,
}

#[derive(Serialize)]
struct Me {
    id: String,
    name: String,
    email: String,
    initials: String,
    tint: u8,
    role: &'static str,
    admin: bool,
    owner: bool,
    state: &'static str,
}

#[derive(Serialize)]
struct Page<'a, T> {
    #[serde(flatten)]
    shell: Shell<'a>,
    #[serde(flatten)]
    own: T,
}

impl Console {
    /// Renders a page; `section` is the entry of the navigation it belongs to.
    pub async fn page<T: Serialize>(&self, visit: &Visit, section: &'static str, template: &str, own: T) -> Result<Html<String>, Error> {
        self.live_page(visit, section, template, String::new(), own).await
    }

    /// Renders a page that stays live by the stream at `live`.
    pub async fn live_page<T: Serialize>(
        &self,
        visit: &Visit,
        section: &'static str,
        template: &str,
        live: String,
        own: T,
    ) -> Result<Html<String>, Error> {
        let live = if live.is_empty() { live } else { crate::live::from(&live, visit.at) };
        let shell = self.shell(visit, section, live).await;
        let html = self.templates.render(visit.locale, template, &Page { shell, own })?;
        Ok(Html(html))
    }

    /// A shell is drawn even when the record cannot be read: the error page needs one, too.
    async fn shell<'a>(&self, visit: &'a Visit, section: &'static str, live: String) -> Shell<'a> {
        let words = self.templates.words();
        let (workspace, counts, me) = match &visit.agent {
            Some(agent) => self.around(agent).await,
            None => (String::new(), Counts::default(), None),
        };
        Shell {
            lang: visit.locale.tag(),
            dir: "ltr",
            csrf: &visit.csrf,
            section,
            path: &visit.path,
            theme: &visit.theme,
            workspace: Workspace { name: workspace },
            me,
            counts,
            flash: visit.flash.as_ref().map(|flash| flash.text(words, visit.locale)),
            live,
        }
    }

    async fn around(&self, agent: &Agent) -> (String, Counts, Option<Me>) {
        let workspace = chat::workspace::find(self.chat.store(), agent.workspace).await.map(|workspace| workspace.name);
        let counts = self.counts(agent.workspace, agent.id).await;
        if let Err(error) = &counts {
            tracing::warn!(%error, "the counts of the navigation cannot be read");
        }
        let state = self.state_of(agent).await;
        (workspace.unwrap_or_default(), counts.unwrap_or_default(), Some(me(agent, state)))
    }

    /// What somebody who looks at a page is: here, unless they said that they are away.
    pub async fn state_of(&self, agent: &Agent) -> &'static str {
        match self.desk.availability(agent.workspace, agent.id).await {
            Ok(Some(availability)) => availability.text(),
            Ok(None) | Err(_) => "online",
        }
    }
}

fn me(agent: &Agent, state: &'static str) -> Me {
    Me {
        id: agent.id.text(),
        name: agent.name.clone(),
        email: agent.email.clone(),
        initials: initials(&agent.name),
        tint: tint(agent.id.0),
        role: agent.role.text(),
        admin: agent.role >= Role::Admin,
        owner: agent.role >= Role::Owner,
        state,
    }
}

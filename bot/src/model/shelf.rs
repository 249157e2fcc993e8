//! The models of a process: those of the configuration, and one a workspace that brings its own.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chat::WorkspaceId;
use parking_lot::Mutex;
use serde::Serialize;

use super::{
    Failure, OpenAi, Price, Task,
    breaker::{Breaker, Phase},
    ledger::Ledger,
    member::{Member, Parts},
    openai::Http,
    roster::Roster,
};
use crate::{Config, Settings, config::Listed, settings::Endpoint};

/// A model of a workspace, and the settings it was made of.
type Own = (Endpoint, Arc<Member>);

/// Models of its own that are kept for a workspace.
const OWN: usize = 4;

/// Every model this process asks: one pool of connections, one breaker a model.
pub(crate) struct Models {
    http: Http,
    config: Config,
    /// Of the configuration, in its order.
    common: Vec<Arc<Member>>,
    /// A workspace's own, the last used first: its releases and its settings of today may name several.
    own: Mutex<HashMap<WorkspaceId, Vec<Own>>>,
}

/// A model for pages: what it is for, and how it is doing in this process.
#[derive(Clone, Debug, Serialize)]
pub struct ModelState {
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub host: String,
    /// What it is asked for.
    pub tasks: Vec<Task>,
    /// Whether it is asked now.
    pub phase: Phase,
    /// How it failed last.
    pub failure: Option<Failure>,
    /// How long ago that was, in seconds.
    pub failed_s: Option<u64>,
    /// Milliseconds to its first word, a running mean.
    pub first_ms: Option<u64>,
    /// Requests that run.
    pub busy: usize,
    /// Requests that may run at once.
    pub places: usize,
    /// What it costs.
    pub price: Price,
}

impl Models {
    /// # Errors
    /// When TLS cannot be set up.
    pub(crate) fn new(config: &Config) -> Result<Self, reqwest::Error> {
        let mut models = Self { http: Http::new()?, config: config.clone(), common: Vec::new(), own: Mutex::default() };
        models.common = config.listed().iter().map(|listed| models.member(listed)).collect();
        Ok(models)
    }

    /// Fakes take the place of what the configuration lists, in order.
    #[cfg(test)]
    pub(crate) fn faked(config: &Config, fakes: Vec<Arc<dyn super::Model>>) -> Self {
        let mut models = Self::new(config).expect("a client");
        let named = |n: usize| Listed { name: format!("fake-{n}"), ..Listed::default() };
        let made = fakes.into_iter().enumerate().map(|(n, fake)| Member::new(models.parts(&named(n)), fake));
        models.common = made.collect();
        models
    }

    /// The lists of a workspace.
    pub(crate) fn of(&self, workspace: WorkspaceId, settings: &Settings, ledger: Arc<Ledger>) -> Roster {
        Roster::new(Task::ALL.map(|task| (task, self.list(workspace, settings, task))).into(), ledger)
    }

    fn list(&self, workspace: WorkspaceId, settings: &Settings, task: Task) -> Vec<Arc<Member>> {
        let common = || match self.config.tasks.of(task) {
            [] => self.common.clone(),
            names => names.iter().filter_map(|name| self.common.iter().find(|member| member.name == *name)).cloned().collect(),
        };
        if settings.model.url.is_empty() {
            return common();
        }
        let mut list = vec![self.own(workspace, &settings.model)];
        if settings.fail_over {
            list.extend(common());
        }
        list
    }

    /// How the workspace's models are doing.
    pub(crate) fn states(&self, workspace: WorkspaceId, settings: &Settings) -> Vec<ModelState> {
        let mut found: Vec<(Arc<Member>, Vec<Task>)> = Vec::new();
        for task in Task::ALL {
            for member in self.list(workspace, settings, task) {
                match found.iter_mut().find(|(known, _)| Arc::ptr_eq(known, &member)) {
                    Some((_, tasks)) => tasks.push(task),
                    None => found.push((member, vec![task])),
                }
            }
        }
        found.into_iter().map(|(member, tasks)| state(&member, tasks)).collect()
    }

    /// The names of each task's models, in their order.
    pub(crate) fn lists(&self, workspace: WorkspaceId, settings: &Settings) -> Vec<(Task, Vec<String>)> {
        let names = |task| self.list(workspace, settings, task).iter().map(|member| member.name.clone()).collect();
        Task::ALL.into_iter().map(|task| (task, names(task))).collect()
    }

    /// A task's model of that name.
    pub(crate) fn named(&self, workspace: WorkspaceId, settings: &Settings, task: Task, name: &str) -> Option<Arc<Member>> {
        self.list(workspace, settings, task).into_iter().find(|member| member.name == name)
    }

    /// A model outside of all lists, to try it.
    pub(crate) fn single(&self, endpoint: &Endpoint) -> Arc<Member> {
        self.member(&Listed::of(endpoint))
    }

    fn own(&self, workspace: WorkspaceId, endpoint: &Endpoint) -> Arc<Member> {
        let mut own = self.own.lock();
        let known = own.entry(workspace).or_default();
        let (endpoint, member) = match known.iter().position(|(known, _)| known == endpoint) {
            Some(at) => known.remove(at),
            None => (endpoint.clone(), self.single(endpoint)),
        };
        known.insert(0, (endpoint, member.clone()));
        known.truncate(OWN);
        member
    }

    fn member(&self, listed: &Listed) -> Arc<Member> {
        Member::new(self.parts(listed), Arc::new(OpenAi::new(&self.http, listed)))
    }

    fn parts(&self, listed: &Listed) -> Parts {
        Parts {
            name: listed.title().to_owned(),
            host: reqwest::Url::parse(&listed.url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default(),
            limits: self.config.limits_of(listed),
            price: listed.price(),
            places: if listed.concurrent == 0 { self.config.concurrent } else { listed.concurrent },
            breaker: Breaker::new(self.config.breaker_failures, Duration::from_secs(self.config.breaker_s)),
        }
    }
}

fn state(member: &Member, tasks: Vec<Task>) -> ModelState {
    let lately = member.lately();
    let (busy, places) = member.busy();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds of a request")]
    let first_ms = lately.first_ms.map(|ms| ms.round() as u64);
    ModelState {
        name: member.name.clone(),
        host: member.host.clone(),
        tasks,
        phase: member.phase(),
        failure: lately.failed.map(|(failure, _)| failure),
        failed_s: lately.failed.map(|(_, at)| at.elapsed().as_secs()),
        first_ms,
        busy,
        places,
        price: member.price,
    }
}

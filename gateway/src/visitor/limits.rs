//! How fast visitors, addresses and whole workspaces may talk.

use std::{hash::Hash, net::IpAddr, sync::Arc};

use chat::{VisitorId, WorkspaceId};
use dashmap::DashMap;

use super::{challenge::Crowd, flow::Flow, gate::Config, pace::Pace};

const MINUTE_MS: u32 = 60_000;

/// A bucket for each of them; cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Limits {
    visitors: Arc<DashMap<VisitorId, Pace>>,
    workspaces: Arc<DashMap<WorkspaceId, Pace>>,
    addresses: Arc<DashMap<IpAddr, Pace>>,
    arrivals: Arc<DashMap<IpAddr, Pace>>,
    posts: Arc<DashMap<VisitorId, Pace>>,
    /// New visitors who write.
    newcomers_of_address: Arc<DashMap<IpAddr, Flow>>,
    newcomers_of_workspace: Arc<DashMap<WorkspaceId, Flow>>,
    searches: Arc<DashMap<IpAddr, Pace>>,
}

impl Limits {
    /// A session begins; otherwise the milliseconds to wait.
    pub(crate) fn arrive(&self, config: &Config, address: Option<IpAddr>, now: i64) -> Result<(), i64> {
        match address.and_then(network) {
            Some(network) => take(&self.arrivals, network, (config.sessions_per_minute_of_address, MINUTE_MS), now),
            None => Ok(()),
        }
    }

    /// A frame comes by POST, which no session counts; otherwise the milliseconds to wait.
    pub(crate) fn post(&self, config: &Config, visitor: VisitorId, now: i64) -> Result<(), i64> {
        take(&self.posts, visitor, (config.frames_per_10s, 10_000), now)
    }

    /// Somebody searches the help center, which costs what a question costs; otherwise the milliseconds to wait.
    pub(crate) fn search(&self, config: &Config, address: Option<IpAddr>, now: i64) -> Result<(), i64> {
        match address.and_then(network) {
            Some(network) => take(&self.searches, network, (config.messages_per_minute_of_address, MINUTE_MS), now),
            None => Ok(()),
        }
    }

    /// A visitor writes; otherwise the milliseconds to wait.
    pub(crate) fn write(
        &self,
        config: &Config,
        (workspace, visitor): (WorkspaceId, VisitorId),
        address: Option<IpAddr>,
        now: i64,
    ) -> Result<(), i64> {
        take(&self.visitors, visitor, (config.messages_per_minute, MINUTE_MS), now)?;
        if let Some(network) = address.and_then(network) {
            take(&self.addresses, network, (config.messages_per_minute_of_address, MINUTE_MS), now)?;
        }
        take(&self.workspaces, workspace, (config.messages_per_minute_of_workspace, MINUTE_MS), now)
    }

    /// A new visitor writes: how many did within the last minute.
    pub(crate) fn newcomer(&self, workspace: WorkspaceId, address: Option<IpAddr>, now: i64) -> Crowd {
        let of_address = address.and_then(network).map_or(0.0, |network| self.newcomers_of_address.entry(network).or_default().add(now));
        Crowd { of_address, of_workspace: self.newcomers_of_workspace.entry(workspace).or_default().add(now) }
    }

    /// Forgets buckets that are full again, and crowds that have gone.
    pub(crate) fn sweep(&self, now: i64) {
        self.newcomers_of_address.retain(|_, flow| !flow.is_over(now));
        self.newcomers_of_workspace.retain(|_, flow| !flow.is_over(now));
        self.visitors.retain(|_, pace| !pace.is_full(now));
        self.workspaces.retain(|_, pace| !pace.is_full(now));
        self.addresses.retain(|_, pace| !pace.is_full(now));
        self.arrivals.retain(|_, pace| !pace.is_full(now));
        self.posts.retain(|_, pace| !pace.is_full(now));
        self.searches.retain(|_, pace| !pace.is_full(now));
    }
}

fn take<K: Eq + Hash>(paces: &DashMap<K, Pace>, key: K, (size, fill_ms): (u32, u32), now: i64) -> Result<(), i64> {
    paces.entry(key).or_insert_with(|| Pace::new(size, fill_ms, now)).take(now)
}

/// Whom an address stands for. This machine itself is a proxy or a program of the operator, not a visitor;
/// an IPv6 customer has a whole /64.
pub(super) fn network(address: IpAddr) -> Option<IpAddr> {
    match address.to_canonical() {
        address if address.is_loopback() => None,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Some(IpAddr::from([a, b, c, d, 0, 0, 0, 0]))
        }
        address => Some(address),
    }
}

#[cfg(test)]
mod tests {
    use chat::Random;

    use super::*;

    #[test]
    fn each_kind_of_limit_bites_alone() {
        let random = Random::seeded(1);
        let (workspace, other): (WorkspaceId, WorkspaceId) = (random.id(1), random.id(2));
        let config = Config {
            messages_per_minute: 3,
            messages_per_minute_of_address: 5,
            messages_per_minute_of_workspace: 7,
            sessions_per_minute_of_address: 2,
            ..Config::default()
        };
        let limits = Limits::default();
        let home: Option<IpAddr> = "192.0.2.7".parse().ok();
        let one: VisitorId = random.id(3);
        let write = |workspace, visitor, address| limits.write(&config, (workspace, visitor), address, 0);
        assert!((0..3).all(|_| write(workspace, one, home).is_ok()));
        assert_eq!(write(workspace, one, home), Err(20_000), "a visitor, in however many tabs");
        assert!((0..2).all(|_| write(workspace, random.id(4), home).is_ok()));
        assert!(write(workspace, random.id(5), home).is_err(), "an address, under however many names");
        assert!(write(workspace, random.id(6), None).is_ok());
        assert!(write(workspace, random.id(7), None).is_ok());
        assert!(write(workspace, random.id(8), None).is_err(), "a workspace, from however many addresses");
        assert!(write(other, random.id(9), None).is_ok(), "others do not suffer");
        assert!((0..2).all(|_| limits.arrive(&config, home, 0).is_ok()));
        assert!(limits.arrive(&config, home, 0).is_err());
        limits.sweep(0);
        assert!(limits.arrive(&config, home, 0).is_err(), "what is not full is not forgotten");
        limits.sweep(60_000);
        assert!(limits.visitors.is_empty() && limits.workspaces.is_empty() && limits.addresses.is_empty() && limits.arrivals.is_empty());
        assert!(limits.arrive(&config, home, 60_000).is_ok());
    }

    #[test]
    fn networks() {
        for (address, stands_for) in [
            ("127.0.0.1", None),
            ("::1", None),
            ("::ffff:127.0.0.1", None),
            ("192.0.2.7", Some("192.0.2.7")),
            ("::ffff:192.0.2.7", Some("192.0.2.7")),
            ("2001:db8:1:2:3:4:5:6", Some("2001:db8:1:2::")),
        ] {
            let expected: Option<IpAddr> = stands_for.map(|text| text.parse().unwrap());
            assert_eq!(network(address.parse().unwrap()), expected, "{address}");
        }
    }
}

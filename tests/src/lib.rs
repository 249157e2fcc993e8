//! The proof of Warbler: a harness that speaks to the real binary as visitors, staff and browsers do,
//! the integration binary in `it/`, and programs that measure and torment.

pub mod autobahn;
pub mod browser;
pub mod check;
pub mod checker;
pub mod corpus;
pub mod faults;
pub mod furnish;
pub mod fuzz;
pub mod hostile;
pub mod identity;
pub mod judge;
pub mod load;
pub mod model;
pub mod peers;
pub mod post;
pub mod private;
pub mod proxy;
pub mod qdrant;
pub mod record;
pub mod scale;
pub mod server;
pub mod simulate;
pub mod staff;
pub mod tls;
pub mod torment;
pub mod tree;
pub mod trial;
pub mod visitor;

/// An HTTP client that follows nothing and trusts nobody's proxy.
pub fn http() -> reqwest::Client {
    // A second installation is refused, which is as good.
    rustls::crypto::ring::default_provider().install_default().ok();
    // A connection a request: a server that refused a huge body closes its connection, and the next request must not meet that.
    reqwest::Client::builder()
        .pool_max_idle_per_host(0)
        .no_proxy()
        // Servers of a run make their certificates themselves.
        .tls_danger_accept_invalid_certs(true)
        .redirect(reqwest::redirect::Policy::none())
        .timeout(std::time::Duration::from_secs(60))
        .build()
        .unwrap_or_default()
}

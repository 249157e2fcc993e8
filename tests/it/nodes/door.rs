//! The samples in `deploy/`: taken by the programs they are for, and a visitor comes through them to whichever node lives.

use serde_json::json;
use tests::private::{Haproxy, Nginx};
use tests::server::{Plan, Server};
use tests::visitor::{Transport, Visitor};

use super::nodes;

fn addresses(nodes: &[Server]) -> Vec<String> {
    nodes.iter().map(|node| node.base().replace("http://", "")).collect()
}

#[tokio::test]
async fn by_haproxy() {
    let nodes = nodes(Plan::new(), 2).await;
    let door = Haproxy::start(&addresses(&nodes)).await.unwrap();
    through(&door.base(), nodes).await;
}

#[tokio::test]
async fn by_nginx() {
    let nodes = nodes(Plan::new(), 2).await;
    let door = Nginx::start(&addresses(&nodes)).await.unwrap();
    through(&door.base(), nodes).await;
}

/// A visitor on a socket and on a stream, each without stickiness; then one node is killed, then the other is drained.
async fn through(door: &str, mut nodes: Vec<Server>) {
    let inbox = nodes[0].inbox().await.unwrap();
    let mut visitors = Vec::new();
    for transport in [Transport::Socket, Transport::Stream] {
        let mut visitor = Visitor::new(door, &inbox).over(transport);
        visitor.connect().await.unwrap();
        let talk = Visitor::conversation();
        visitor.ask(&talk, "How do I add a website?").await.unwrap();
        visitors.push((visitor, talk));
    }
    nodes[0].kill().unwrap();
    everybody_goes_on(&mut visitors, "one node was killed").await;
    nodes[0].start().await.unwrap();
    let drained = nodes[1].stop().await.unwrap();
    assert!(drained.success(), "the drain ended with {drained}");
    everybody_goes_on(&mut visitors, "the other was drained").await;
    for (visitor, _) in &mut visitors {
        assert_eq!(visitor.faults().await.unwrap(), Vec::<String>::new());
    }
}

async fn everybody_goes_on(visitors: &mut [(Visitor, String)], why: &str) {
    for (visitor, talk) in visitors {
        let id = visitor.welcome["visitor"]["id"].clone();
        // The load balancer takes a moment to see who lives.
        let mut tries = 0;
        while let Err(error) = visitor.connect().await {
            tries += 1;
            assert!(tries < 20, "{why}: {error:#}");
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
        assert_eq!(visitor.welcome["visitor"]["id"], id, "{why}: a known visitor was taken for a new one");
        let answer = visitor.ask(talk, "How do I import documents?").await.unwrap();
        assert_ne!(answer["author"]["kind"], json!("visitor"));
    }
}

#[tokio::test]
async fn what_a_client_says_of_its_own_address_counts_for_nothing() {
    let plan = Plan::new().env("WARBLER_CONSOLE__TRUST_PROXY", "true").env("WARBLER_VISITOR__SESSIONS_PER_MINUTE_OF_ADDRESS", "1");
    let server = plan.start().await.unwrap();
    let hello = Visitor::new("", &server.inbox().await.unwrap()).hello();
    let nodes = addresses(std::slice::from_ref(&server));
    let (haproxy, nginx) = (Haproxy::start(&nodes).await.unwrap(), Nginx::start(&nodes).await.unwrap());
    let come = async |base: String| {
        let request = tests::http().post(format!("{base}/v1/visitor/stream")).header("x-forwarded-for", "198.51.100.7");
        request.json(&hello).send().await.unwrap().status().as_u16()
    };
    // Whoever speaks to the node itself is its proxy, and believed: the second of one address is one too many.
    assert_eq!((come(server.base()).await, come(server.base()).await), (200, 429));
    for base in [haproxy.base(), nginx.base()] {
        assert_eq!(come(base.clone()).await, 200, "{base} passed on what a client said");
        for path in ["/readyz", "/statusz"] {
            assert_eq!(tests::http().get(format!("{base}{path}")).send().await.unwrap().status(), 403, "{path}");
        }
    }
}

#[test]
fn the_sample_of_a_node_is_a_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = tests::server::warbler(None, folder.path()).unwrap();
    let file = tests::tree::root().join("deploy/warbler.toml");
    command.args(["config", "--config"]).arg(file);
    let printed = tests::server::run(command, "").unwrap();
    let said = String::from_utf8_lossy(&printed.stdout);
    assert!(printed.status.success() && said.contains("postgres://warbler:***@"), "{said}{}", String::from_utf8_lossy(&printed.stderr));
}

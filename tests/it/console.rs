//! The staff's pages as an attacker, a colleague without rights, and a browser without scripts see them.

mod doors;
mod forms;
mod markup;
mod roles;

use tests::server::{Plan, Server};
use tests::staff::Staff;

/// A server with an owner, an admin and an agent, each signed in.
struct Crew {
    server: Server,
    owner: Staff,
    admin: Staff,
    agent: Staff,
}

async fn crew() -> Crew {
    let server = Plan::new().start().await.unwrap();
    let owner = Staff::owner(&server).await.unwrap();
    let admin = Staff::hired(&server, "admin@shop.example", "Abe Admin", "admin").await.unwrap();
    let agent = Staff::hired(&server, "agent@shop.example", "Ada Agent", "agent").await.unwrap();
    Crew { server, owner, admin, agent }
}

//! HTTPS by the process itself.

use std::time::Duration;

use tests::load::link::Closed;
use tests::load::session::{Door, Session, Tls};
use tests::load::wire::{Who, Wire};
use tests::server::{Plan, Server};
use tests::tls;

fn address(server: &Server) -> std::net::SocketAddr {
    server.base().trim_start_matches("https://").parse().unwrap()
}

/// The certificate the server shows now.
async fn shown(server: &Server) -> Vec<u8> {
    let stream = tokio::net::TcpStream::connect(address(server)).await.unwrap();
    let stream = tls::connector().unwrap().connect("localhost".try_into().unwrap(), stream).await.unwrap();
    stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn visitors_come_by_tls_certificates_are_renewed_and_a_drain_is_a_drain() {
    let mut server = Plan::new().tls().env("WARBLER_TLS__HSTS_S", "31536000").start().await.unwrap();
    let answer = tests::http().get(format!("{}/readyz", server.base())).send().await.unwrap();
    assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
    // Who speaks plainly is not answered, and who says nothing keeps nobody else waiting.
    let plain = format!("http://{}/readyz", address(&server));
    assert!(tests::http().get(plain).send().await.is_err());
    let silent = tokio::net::TcpStream::connect(address(&server)).await.unwrap();
    let wire = Wire::Warbler(server.inbox().await.unwrap().into());
    let door = Door { address: address(&server), wire, tls: Some(Tls(tls::connector().unwrap())) };
    let mut session = Session::open(&door, Who::new(1)).await.unwrap();
    session.say(1, "hello over TLS").await.unwrap();
    let before = shown(&server).await;
    tls::certificate(server.certificates(), None).unwrap();
    let renewed = async {
        while shown(&server).await == before {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), renewed).await.expect("a new certificate is taken within seconds");
    session.say(2, "still here").await.unwrap();
    let drained = tokio::spawn(async move { (server.stop().await.unwrap(), server) });
    let closed = loop {
        if let Err(closed) = session.hear(|_| {}).await {
            break closed;
        }
    };
    assert_eq!(closed, Closed(Some(1012)), "a client is told to come back");
    assert!(drained.await.unwrap().0.success());
    drop(silent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_another_certificate_is_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let (cert, _) = tls::certificate(folder.path(), None).unwrap();
    let own = std::fs::read(&cert).unwrap();
    let (_, key) = tls::certificate(folder.path(), None).unwrap();
    std::fs::write(&cert, own).unwrap();
    let plan = Plan::new().env("WARBLER_TLS__CERT", cert.display().to_string()).env("WARBLER_TLS__KEY", key.display().to_string());
    let refused = plan.start().await.unwrap_err().to_string();
    assert!(refused.contains("is not the key of the certificate"), "{refused}");
}

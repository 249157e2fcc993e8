use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;

#[test]
fn only_public_addresses_are_public() {
    let hostile = [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "169.254.0.1",
        "100.64.0.1",
        "100.100.100.200",
        "100.127.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "192.88.99.1",
        "168.63.129.16",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001::1",
        "2001:db8::1",
        "2001:10::1",
        "3fff::1",
        "5f00::1",
        "fe80::1",
        "fec0::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "100::1",
        "::ffff:0:127.0.0.1",
    ];
    for address in hostile {
        assert!(!is_public(address.parse().unwrap()), "{address}");
    }
    for address in [
        "1.1.1.1",
        "8.8.8.8",
        "93.184.216.34",
        "172.15.0.1",
        "172.32.0.1",
        "100.63.0.1",
        "2606:4700::1111",
        "2a00:1450::1",
        "::ffff:8.8.8.8",
    ] {
        assert!(is_public(address.parse().unwrap()), "{address}");
    }
}

#[tokio::test]
async fn hostile_addresses_are_refused_however_they_are_written() {
    let outbound = Outbound::new(5, false);
    for url in [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://0x7f.0x0.0x0.0x1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://localhost/",
        "http://localhost./",
        "http://LOCALHOST:8080/",
        "http://0/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/",
        "http://１２７.０.０.１/",
        "http://127。0。0。1/",
        "https://10.1.2.3:6443/",
        "http://192.168.0.1\\@example.org/",
    ] {
        let error = outbound.get(url, 1_000).await.unwrap_err();
        assert!(matches!(error, Error::Private(_) | Error::NoHost(_)), "{url}: {error}");
    }
    for url in [
        "",
        "example.org",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "data:text/html,x",
        "javascript:alert(1)",
        "http://",
        "https://user:secret@example.org/",
        "http://example.org:99999/",
        "http://[::1",
        "http://exa mple.org/",
    ] {
        assert!(matches!(outbound.get(url, 1_000).await.unwrap_err(), Error::Address(_)), "{url}");
    }
}

/// A server that gives each connection the next of these answers.
async fn server(answers: Vec<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let here = base.clone();
    tokio::spawn(async move {
        for answer in answers.iter().cycle() {
            let Ok((mut stream, _)) = listener.accept().await else { return };
            let mut request = [0; 2_048];
            drop(stream.read(&mut request).await);
            drop(stream.write_all(answer.replace("{here}", &here).as_bytes()).await);
        }
    });
    base
}

fn private() -> Outbound {
    drop(rustls::crypto::ring::default_provider().install_default());
    Outbound::new(5, true)
}

#[tokio::test]
async fn redirects_are_followed_and_checked() {
    let page = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 5\r\n\r\nhello".to_owned();
    let base = server(vec!["HTTP/1.1 302 Found\r\nlocation: /next\r\ncontent-length: 0\r\n\r\n".into(), page]).await;
    let fetched = private().get(&base, 1_000).await.unwrap();
    assert_eq!((fetched.bytes.as_slice(), fetched.url), (b"hello".as_slice(), format!("{base}/next")));

    for (location, private_only) in
        [("http://169.254.169.254/", true), ("http://[fe80::1]/", true), ("file:///etc/passwd", false), ("//user@host/", false)]
    {
        let base = server(vec![format!("HTTP/1.1 301 Moved\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n")]).await;
        let error = private().get(&base, 1_000).await.unwrap_err();
        assert_eq!(matches!(error, Error::Private(_)), private_only, "{location}: {error}");
        assert!(matches!(error, Error::Private(_) | Error::Address(_)), "{location}: {error}");
    }
    let round = server(vec!["HTTP/1.1 302 Found\r\nlocation: {here}/\r\ncontent-length: 0\r\n\r\n".into()]).await;
    assert!(matches!(private().get(&round, 1_000).await.unwrap_err(), Error::Redirects));
}

#[tokio::test]
async fn size_status_and_time_have_limits() {
    let honest = server(vec!["HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n".into()]).await;
    assert!(matches!(private().get(&honest, 1_000).await.unwrap_err(), Error::TooLarge { limit: 1_000 }));
    let endless = server(vec![format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}", "x".repeat(5_000))]).await;
    assert!(matches!(private().get(&endless, 1_000).await.unwrap_err(), Error::TooLarge { limit: 1_000 }));
    let missing = server(vec!["HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".into()]).await;
    assert!(matches!(private().get(&missing, 1_000).await.unwrap_err(), Error::Status(404)));

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = format!("http://{}", listener.local_addr().unwrap());
    drop(rustls::crypto::ring::default_provider().install_default());
    assert!(matches!(Outbound::new(1, true).get(&silent, 1_000).await.unwrap_err(), Error::Slow(1)));
}

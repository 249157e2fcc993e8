//! Hostile addresses and redirects against the crawl: nothing behind the server is ever reached.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use chat::testing::Fresh;
use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::{
    Config, Error, Knowledge, Upload,
    crawl::{Reach, Way},
    library,
    outbound::{Ask, Call, Names, Outbound},
};

/// Listens on loopback in both families, on one port if it can, and counts who comes.
struct Canary {
    port: u16,
    caught: Arc<AtomicUsize>,
}

impl Canary {
    async fn start() -> Self {
        let four = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = four.local_addr().unwrap().port();
        let caught = Arc::new(AtomicUsize::new(0));
        let mut listeners = vec![four];
        // Machines without IPv6 have nothing to catch there.
        listeners.extend(TcpListener::bind(("::1", port)).await);
        for listener in listeners {
            let caught = caught.clone();
            tokio::spawn(async move {
                while let Ok((mut stream, _)) = listener.accept().await {
                    caught.fetch_add(1, Ordering::SeqCst);
                    drop(stream.read(&mut [0; 2_048]).await);
                    drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret").await);
                }
            });
        }
        Self { port, caught }
    }

    fn caught(&self) -> usize {
        self.caught.load(Ordering::SeqCst)
    }
}

/// Hosts that are, or are made to look like something else than, an address that must not be reached.
const HOSTS: &[&str] = &[
    "127.0.0.1",
    "127.0.0.2",
    "127.255.255.254",
    "127.1",
    "127.0.1",
    "0",
    "0.0.0.0",
    "0.0.0.1",
    "2130706433",
    "0x7f000001",
    "0x7F.1",
    "0x7f.0.0.1",
    "017700000001",
    "0177.0.0.1",
    "0177.0x0.0.1",
    "00000177.0.0.1",
    "127.000.000.001",
    "127.0.0.1.",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "LocalHost.",
    "１２７.０.０.１",
    "127。0。0。1",
    "127｡0｡0｡1",
    "①②⑦.⓪.⓪.①",
    "loc%61lhost",
    "127.0.0.%31",
    "%31%32%37.0.0.1",
    "ｌｏｃａｌｈｏｓｔ",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000::0001]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:7f00:0001]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:7f00:0001::1]",
    "[2001:0:7f00:1::]",
    "[fe80::1]",
    "[fec0::1]",
    "[fc00::1]",
    "[fd12:3456:789a::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[100::1]",
    "[2001:db8::1]",
    "[5f00::1]",
    "[3fff::1]",
    "[::ffff:0:127.0.0.1]",
    "[::ffff:a9fe:a9fe]",
    "[::ffff:10.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::1]",
    "169.254.169.254",
    "169.254.170.2",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "169.16689662",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "198.18.0.1",
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "192.88.99.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "a.private.test",
    "b.loopback.test",
    "c.metadata.test",
    "d.mixed.test",
    "e.six.test",
    "f.mapped.test",
    "h.unspecified.test",
];

/// Addresses that are no address of the web, or hide one.
const OTHERS: &[&str] = &[
    "",
    "about:blank",
    "file:///etc/passwd",
    "file://localhost/etc/passwd",
    "ftp://127.0.0.1:{port}/",
    "gopher://127.0.0.1:{port}/_x",
    "dict://127.0.0.1:{port}/d",
    "ldap://127.0.0.1:{port}/",
    "jar:http://127.0.0.1:{port}/!/",
    "data:text/html,x",
    "javascript:alert(1)",
    "unix:///var/run/docker.sock",
    "ws://127.0.0.1:{port}/",
    "http://user@127.0.0.1:{port}/",
    "http://user:pass@127.0.0.1:{port}/",
    "http://public.test@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}@public.test/",
    "http://public.test:80@127.0.0.1:{port}/",
    "http://public.test#@127.0.0.1:{port}/x",
    "http://public.test%00@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@public.test/",
    "http:\\\\127.0.0.1:{port}\\",
    "http:/127.0.0.1:{port}/",
    "http:127.0.0.1:{port}",
    "///127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "http://[::1%25lo]:{port}/",
    "http://[::1",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1:-1/",
    "http:// 127.0.0.1:{port}/",
    "http://127.0.0.1 :{port}/",
    "http://127.0.0.1\t:{port}/",
    "http://public.test:22/",
    "http://public.test:25/",
    "http://public.test:6379/",
    "http://public.test:5432/",
    "http://public.test:2375/",
    "http://public.test:11211/",
];

fn book() -> HashMap<String, Vec<Vec<IpAddr>>> {
    let of = |list: &[&str]| list.iter().map(|address| address.parse().unwrap()).collect::<Vec<IpAddr>>();
    HashMap::from([
        ("a.private.test".to_owned(), vec![of(&["10.0.0.7"])]),
        ("b.loopback.test".to_owned(), vec![of(&["127.0.0.1"])]),
        ("c.metadata.test".to_owned(), vec![of(&["169.254.169.254"])]),
        // One good address does not excuse the other.
        ("d.mixed.test".to_owned(), vec![of(&["93.184.216.34", "127.0.0.1"])]),
        ("e.six.test".to_owned(), vec![of(&["::1"])]),
        ("f.mapped.test".to_owned(), vec![of(&["::ffff:127.0.0.1"])]),
        ("h.unspecified.test".to_owned(), vec![of(&["0.0.0.0"])]),
        ("localhost".to_owned(), vec![of(&["127.0.0.1"])]),
        ("localhost.".to_owned(), vec![of(&["127.0.0.1"])]),
    ])
}

fn outbound() -> Outbound {
    drop(rustls::crypto::ring::default_provider().install_default());
    Outbound::new(5, false).with_names(Names::Book(Arc::new(Mutex::new(book()))))
}

fn hostile(port: u16) -> Vec<String> {
    let hosts = HOSTS.iter().flat_map(|host| [format!("http://{host}:{port}/"), format!("https://{host}/latest/meta-data/")]);
    let others = OTHERS.iter().map(|other| other.replace("{port}", &port.to_string()));
    hosts.chain(others).collect()
}

#[tokio::test]
async fn no_hostile_address_is_reached() {
    let (canary, outbound) = (Canary::start().await, outbound());
    let all = hostile(canary.port);
    assert!(HOSTS.len() + OTHERS.len() >= 100, "{}", HOSTS.len() + OTHERS.len());
    for url in &all {
        let answer = outbound.fetch(Ask { url, limit: 1_000, etag: "", modified: "" }).await;
        assert!(answer.is_err(), "{url}: {answer:?}");
    }
    assert_eq!(canary.caught(), 0);
    println!("{} hostile addresses: {} connections", all.len(), canary.caught());
}

fn tool(method: &str, url: &str) -> Call {
    let headers = [(reqwest::header::AUTHORIZATION, reqwest::header::HeaderValue::from_static("Bearer secret"))].into_iter().collect();
    let body = (method != "GET").then(|| "{}".to_owned());
    Call { method: method.parse().unwrap(), url: url.to_owned(), headers, body, limit: 1_000, seconds: 5 }
}

/// The same addresses as those of tools, with every method.
#[tokio::test]
async fn no_tool_reaches_a_hostile_address() {
    let (canary, outbound) = (Canary::start().await, outbound());
    let all = hostile(canary.port);
    for (n, url) in all.iter().enumerate() {
        for method in ["GET", ["POST", "PUT", "PATCH", "DELETE"][n % 4]] {
            let answer = outbound.call(&tool(method, url)).await;
            assert!(answer.is_err(), "{method} {url}: {answer:?}");
        }
    }
    assert!(all.len() >= 100);
    assert_eq!(canary.caught(), 0);
    println!("tools at {} hostile addresses: {} connections", all.len(), canary.caught());
}

/// A redirect of a tool is checked like its address; only a GET follows one at all.
#[tokio::test]
async fn no_redirect_of_a_tool_leads_to_a_hostile_address() {
    let canary = Canary::start().await;
    let targets: Vec<String> = hostile(canary.port).into_iter().filter(|url| url.is_ascii() && !url.contains(['\t', '\n'])).collect();
    let port = redirector(targets.clone()).await;
    let outbound = outbound().trusting(port);
    for (n, target) in targets.iter().enumerate() {
        for method in ["GET", "POST"] {
            let answer = outbound.call(&tool(method, &format!("http://127.0.0.1:{port}/{n}"))).await;
            // Without a target it is no redirect, but an answer.
            assert!(answer.is_err() || target.is_empty(), "{method} {target}: {answer:?}");
        }
    }
    assert!(targets.len() >= 100);
    assert_eq!(canary.caught(), 0);
    println!("redirects of tools to {} hostile addresses: {} connections", targets.len(), canary.caught());
}

/// What is secret goes to the server it is for, and to no other.
#[tokio::test]
async fn a_redirect_takes_no_secret_along() {
    let heard = Arc::new(Mutex::new(String::new()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let there = listener.local_addr().unwrap().port();
    let said = heard.clone();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 2_048];
        let length = stream.read(&mut request).await.unwrap();
        *said.lock() = String::from_utf8_lossy(&request[..length]).to_lowercase();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await.unwrap();
    });
    let port = redirector(vec![format!("http://127.0.0.1:{there}/x")]).await;
    let outbound = outbound_private();
    let reply = outbound.call(&tool("GET", &format!("http://127.0.0.1:{port}/0"))).await.unwrap();
    assert_eq!((reply.status, reply.bytes.as_slice()), (200, b"{}".as_slice()));
    assert!(heard.lock().starts_with("get /x") && !heard.lock().contains("secret"), "{}", heard.lock());
}

fn outbound_private() -> Outbound {
    drop(rustls::crypto::ring::default_provider().install_default());
    Outbound::new(5, true)
}

/// A name that answers something else the second time: the address that was checked is the one that is asked.
#[tokio::test]
async fn a_name_is_looked_up_once() {
    let canary = Canary::start().await;
    let of = |address: &str| vec![address.parse::<IpAddr>().unwrap()];
    let book = Arc::new(Mutex::new(HashMap::from([("rebinds.test".to_owned(), vec![of("127.0.0.1"), of("10.0.0.1"), of("10.0.0.2")])])));
    let outbound = outbound().with_names(Names::Book(book.clone())).trusting(canary.port);
    let page = outbound.get(&format!("http://rebinds.test:{}/", canary.port), 1_000).await.unwrap();
    assert_eq!((page.bytes.as_slice(), canary.caught()), (b"secret".as_slice(), 1));
    assert_eq!(book.lock()["rebinds.test"].len(), 2, "asked once more than it was checked");
}

/// Answers each path `/n` with a redirect to the n-th address.
async fn redirector(targets: Vec<String>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 2_048];
            let length = stream.read(&mut request).await.unwrap_or(0);
            let path = String::from_utf8_lossy(&request[..length]).split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
            let target = path.parse::<usize>().ok().and_then(|n| targets.get(n)).cloned().unwrap_or_default();
            let status = ["301", "302", "303", "307", "308"][path.len() % 5];
            let answer = format!("HTTP/1.1 {status} Moved\r\nconnection: close\r\ncontent-length: 0\r\nlocation: {target}\r\n\r\n");
            drop(stream.write_all(answer.as_bytes()).await);
        }
    });
    port
}

/// A redirect is checked like an address that was typed. The first hop is let through by hand: on this machine there is no public one.
#[tokio::test]
async fn no_redirect_leads_to_a_hostile_address() {
    let canary = Canary::start().await;
    let targets: Vec<String> = hostile(canary.port).into_iter().filter(|url| url.is_ascii() && !url.contains(['\t', '\n'])).collect();
    let port = redirector(targets.clone()).await;
    let outbound = outbound().trusting(port);
    for (n, target) in targets.iter().enumerate() {
        let url = format!("http://127.0.0.1:{port}/{n}");
        let answer = outbound.fetch(Ask { url: &url, limit: 1_000, etag: "", modified: "" }).await;
        assert!(answer.is_err(), "{target}: {answer:?}");
    }
    assert!(targets.len() >= 100, "{}", targets.len());
    assert_eq!(canary.caught(), 0);
    println!("redirects to {} hostile addresses: {} connections", targets.len(), canary.caught());
}

/// The same through an import, as an admin types it.
#[tokio::test]
async fn no_import_reaches_a_hostile_address() {
    let canary = Canary::start().await;
    let fresh: Fresh = chat::testing::fresh().await.unwrap();
    let knowledge = Knowledge::open(Config { crawl_gap_ms: 0, ..Config::default() }, fresh.chat.clone(), &fresh.folder).await.unwrap();
    let shelf = library::create(&fresh.chat, fresh.workspace, "Web").await.unwrap();
    for host in ["127.0.0.1", "localhost", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "127。0。0。1", "0"] {
        let url = format!("http://{host}:{}/", canary.port);
        for upload in
            [Upload::url(&url), Upload::crawl(&url, Way::Links, Reach::default()), Upload::crawl(&url, Way::Sitemap, Reach::default())]
        {
            let done = knowledge.import(fresh.workspace, shelf.id, upload, &|_| {}).await;
            assert!(matches!(done, Err(Error::Unusable { .. })), "{url}: {done:?}");
        }
    }
    assert_eq!(canary.caught(), 0);
}

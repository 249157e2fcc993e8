//! Hostile documents against a server that has other work to do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use tests::hostile::{self, Hostile};
use tests::server::{Plan, Server};
use tests::staff::Staff;

/// Longer than a reader's own limits, on a machine that is busy with other tests.
const LONGEST: Duration = Duration::from_secs(75);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_documents_get_a_reason_and_harm_nobody() {
    let server = Plan::new().start().await.unwrap();
    let mut owner = Staff::owner(&server).await.unwrap();
    let cases = hostile::all().unwrap();
    assert!(cases.len() >= 50, "{}", cases.len());
    let done = Arc::new(AtomicBool::new(false));
    let visitor = tokio::spawn(ask(server.base(), done.clone()));
    let mut wrong = Vec::new();
    for case in &cases {
        let begun = Instant::now();
        let said = send(&mut owner, case).await;
        let fine = case.expected.iter().any(|words| said.contains(words)) || (case.expected.is_empty() && said.contains("Taken in: 1"));
        if !fine || begun.elapsed() > LONGEST {
            wrong.push(format!("{} ({:?}): {said}", case.name, begun.elapsed()));
        }
    }
    done.store(true, Ordering::Relaxed);
    let mut waits = visitor.await.unwrap();
    waits.sort();
    let (median, longest) = (waits[waits.len() / 2], *waits.last().unwrap());
    println!("{} documents; {} pages asked for meanwhile: median {median:?}, longest {longest:?}", cases.len(), waits.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(median < Duration::from_millis(500) && longest < Duration::from_secs(5), "{median:?} {longest:?}");
    assert_eq!(children(&server), Vec::<u32>::new(), "readers are left");
    // And what is as it should be is read.
    let fine = [
        ("terms.pdf", hostile::pdf("The warranty lasts two years.")),
        ("terms.docx", hostile::word("<w:p><w:r><w:t>The warranty lasts two years.</w:t></w:r></w:p>").unwrap()),
    ];
    for (name, bytes) in fine {
        let said = send(&mut owner, &Hostile { name: name.into(), bytes, expected: &[] }).await;
        assert!(said.contains("Taken in: 1"), "{name}: {said}");
    }
}

/// Asks for a page again and again, as somebody else would.
async fn ask(base: String, done: Arc<AtomicBool>) -> Vec<Duration> {
    let http = tests::http();
    let mut waits = Vec::new();
    while !done.load(Ordering::Relaxed) {
        let begun = Instant::now();
        let answer = http.get(format!("{base}/demo")).send().await.unwrap();
        assert!(answer.status().is_success());
        answer.bytes().await.unwrap();
        waits.push(begun.elapsed());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    waits
}

/// Uploads one as the form does; what the page says.
async fn send(owner: &mut Staff, case: &Hostile) -> String {
    let page = owner.get("/console/sources/new").await.unwrap();
    let form = page.form_to("/console/sources").unwrap();
    let mut body = Vec::new();
    for (name, value) in form.fields.iter().filter(|(name, _)| name != "files") {
        let value = if name == "library" { "Hostile" } else { value.as_str() };
        body.extend(format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    body.extend(format!("--x\r\ncontent-disposition: form-data; name=\"files\"; filename=\"{}\"\r\n\r\n", case.name).bytes());
    body.extend(&case.bytes);
    body.extend(b"\r\n--x--\r\n");
    let request = owner.request(Method::POST, "/console/sources").header(CONTENT_TYPE, "multipart/form-data; boundary=x");
    let page = owner.send(request.timeout(LONGEST).body(body)).await.unwrap();
    page.words()
}

/// Processes that are children of the server.
fn children(server: &Server) -> Vec<u32> {
    let parent = server.pid().unwrap();
    let folders = std::fs::read_dir("/proc").unwrap().flatten();
    let ids = folders.filter_map(|folder| folder.file_name().to_string_lossy().parse::<u32>().ok());
    let of_parent = |id: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let after = stat.rsplit(") ").next().unwrap_or_default();
        after.split(' ').nth(1).and_then(|parent| parent.parse().ok()) == Some(parent)
    };
    ids.filter(of_parent).collect()
}

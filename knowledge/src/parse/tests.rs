use proptest::prelude::*;

use super::*;

const LIMITS: Limits = Limits { file_bytes: 1 << 20, documents: 1_000 };

fn prose(read: &Read) -> Vec<(String, Vec<String>)> {
    let Body::Prose(sections) = &read.documents[0].body else { panic!("not prose") };
    sections.iter().map(|section| (section.path.join(" > "), section.blocks.iter().map(|block| block.text.clone()).collect())).collect()
}

fn answers(read: &Read) -> Vec<(&str, &str, usize)> {
    let answer = |document: &'_ Parsed| -> (String, String, usize) {
        match &document.body {
            Body::Answer { question, answer, variants } => (question.clone(), answer.clone(), variants.len()),
            Body::Prose(_) => panic!("not an answer"),
        }
    };
    read.documents
        .iter()
        .map(|document| {
            let (question, answer, variants) = answer(document);
            (&*question.leak(), &*answer.leak(), variants)
        })
        .collect()
}

#[test]
fn markdown_becomes_sections_under_headings() {
    let text = "---\ntitle: \"Front\"\n---\n# Start\n\nHello **you**,\nread [the docs](https://x.example/d) and [this](./b.md) ![img](c.png).\n\n## Install {#id}\n\n\
        1. one\n2. two\n   - deep `code`\n\n### Linux\n\n| a | b |\n|---|---|\n| 1 \\| 2 | `x` |\n\n```sh\nrm -rf x\n```\n\n## 卸载\n\n<div hidden>no</div>\n<p>yes</p>\n\n<!-- no -->\n";
    let read = read("guide/a_b.md", Kind::Markdown, text.as_bytes(), &LIMITS).unwrap();
    assert_eq!(read.documents[0].title, "Front");
    assert_eq!(read.documents[0].external_id, "guide/a_b.md");
    assert_eq!(
        prose(&read),
        [
            (String::new(), vec!["Hello you,\nread [the docs](https://x.example/d) and this .".to_owned()]),
            ("Install".into(), vec!["1. one\n2. two\n  - deep `code`".into()]),
            ("Install > Linux".into(), vec!["| a | b |\n| --- | --- |\n| 1 \\| 2 | `x` |".into(), "```sh\nrm -rf x\n```".into()]),
            ("卸载".into(), vec!["yes".into()]),
        ]
    );
}

#[test]
fn html_keeps_what_the_page_is_about() {
    let text = "<!doctype html><html><head><title>Shop &amp; Co</title><style>p{}</style><script>evil()</script></head><body>\
        <nav>Home | Cart</nav><div style='display: none'>hidden</div><main><h1>Returns</h1><p>You may <b>return</b> it\n within 14 days.</p>\
        <h2>How</h2><ol><li>Print the <a href='https://x.example/f'>form</a></li><li><p>Send it</p></li></ol>\
        <table><tr><th>Size</th><th>Fee</th></tr><tr><td>S</td><td>2 €</td></tr></table><pre>a\n  b</pre><p aria-hidden=true>no</p>\
        <template>no</template><noscript>no</noscript><form><input>no</form></main><footer>© no</footer></body></html>";
    let read = read("p.html", Kind::Html, text.as_bytes(), &LIMITS).unwrap();
    assert_eq!(read.documents[0].title, "Returns");
    assert_eq!(
        prose(&read),
        [
            (String::new(), vec!["You may return it within 14 days.".to_owned()]),
            (
                "How".into(),
                vec![
                    "1. Print the [form](https://x.example/f)\n2. Send it".into(),
                    "| Size | Fee |\n| --- | --- |\n| S | 2 € |".into(),
                    "```\na\n  b\n```".into()
                ]
            ),
        ]
    );
}

#[test]
fn tables_are_read_by_their_head() {
    for (text, expected) in [
        ("question,answer\nHow?,\"So, and\nso\"\n", vec![("How?", "So, and\nso", 0)]),
        ("问题;答案;相似问\n怎么退货？;七天内可退;如何退货|退货流程\n", vec![("怎么退货？", "七天内可退", 2)]),
        ("\u{feff}ID\tQ\tA\n1\tHow much?\t5 €\n\n", vec![("How much?", "5 €", 0)]),
        ("Answer | Question\nyes | may I\n", vec![("may I", "yes", 0)]),
    ] {
        let read = read("faq.csv", Kind::Csv, text.as_bytes(), &LIMITS).unwrap();
        assert_eq!(answers(&read), expected, "{text}");
    }
    let read = read("faq.csv", Kind::Csv, b"question,answer\nonly a question\n,\nfine,yes\n", &LIMITS).unwrap();
    assert_eq!(answers(&read), [("fine", "yes", 0)]);
    assert_eq!(read.skipped[0].reason, Reason::Missing { line: 2, field: "answer".into() });
    assert_eq!(super::read("x.csv", Kind::Csv, b"name,price\na,1\n", &LIMITS).unwrap_err(), Reason::NoColumns);
}

#[test]
fn lines_are_taken_one_by_one() {
    let text = r##"{"id": "a", "title": "T", "text": "Some text.", "url": "https://x.example/a"}
{"id": 7, "title": "Refunds", "text": "Within 14 days.", "variants": ["money back", "  ", "refund"]}
{"title": "How long does it take?", "text": "Three days."}
{broken
[1, 2]
{"id": "empty", "title": "Only a title"}
{"id": "md", "title": "M", "text": "# M\n\n## Part\n\nText"}
{"id": "bad", "title": "Bad link", "text": "x", "url": "javascript:alert(1)"}"##;
    let read = read("c.jsonl", Kind::JsonLines, text.as_bytes(), &LIMITS).unwrap();
    let ids: Vec<_> =
        read.documents.iter().map(|document| (document.external_id.as_str(), document.title.as_str(), document.url.as_str())).collect();
    assert_eq!((ids[0], ids[1].0, ids[3].0, ids[4]), (("a", "T", "https://x.example/a"), "7", "md", ("bad", "Bad link", "")));
    assert_eq!(ids[2].1, "How long does it take?");
    assert!(matches!(&read.documents[1].body, Body::Answer { variants, .. } if variants == &["money back", "refund"]));
    assert!(matches!(&read.documents[2].body, Body::Answer { question, .. } if question == "How long does it take?"));
    assert!(matches!(&read.documents[3].body, Body::Prose(sections) if sections[0].path == ["Part"]));
    let reasons: Vec<_> = read.skipped.iter().map(|skipped| skipped.reason.key()).collect();
    assert_eq!(reasons, ["not_json", "not_json", "missing"]);
    let array = super::read("c.json", Kind::JsonLines, br#"[{"question": "a", "answer": "b"}, 3]"#, &LIMITS).unwrap();
    assert_eq!((array.documents.len(), array.skipped.len()), (1, 1));
}

#[test]
fn encodings_are_told_apart() {
    let text = "退货政策：七天内可以退货，运费由卖家承担。";
    let (gbk, ..) = encoding_rs::GBK.encode(text);
    let (big5, ..) = encoding_rs::BIG5.encode("退貨政策：七天內可以退貨，運費由賣家承擔，請聯絡客服人員。");
    let utf16 = |mark: bool, little: bool, text: &str| -> Vec<u8> {
        let mark = mark.then_some(0xfeff).into_iter();
        mark.chain(text.encode_utf16()).flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    };
    for (bytes, expected) in [
        (text.as_bytes().to_vec(), text),
        (["\u{feff}", text].concat().into_bytes(), text),
        (gbk.into_owned(), text),
        (big5.into_owned(), "退貨政策"),
        (utf16(true, true, text), text),
        (utf16(true, false, text), text),
        (utf16(false, true, "plain old text of Windows"), "plain old text of Windows"),
        (b"na\xefve caf\xe9 r\xe9sum\xe9".to_vec(), "naïve café résumé"),
        (b"one\r\ntwo\rthree\0four".to_vec(), "one\ntwo\nthreefour"),
    ] {
        match decode(&bytes) {
            Ok(found) => assert!(found.starts_with(expected), "{found} / {expected}"),
            Err(reason) => assert_eq!((reason, expected.contains("three")), (Reason::Binary, true), "{expected}"),
        }
    }
}

/// Whatever it is: a reason or documents, in a moment, and never the end of the process.
#[test]
fn hostile_files_get_a_clear_answer() {
    let deep_html = "<div>".repeat(200_000);
    let deep_list: String = (0..400).map(|n| format!("{}- x\n", " ".repeat(n * 2))).collect();
    let wide = format!("question,answer\n{}\n", ",".repeat(100_000));
    let cases: Vec<(&str, Kind, Vec<u8>, Option<&str>)> = vec![
        ("empty.md", Kind::Markdown, vec![], Some("empty")),
        ("blank.md", Kind::Markdown, b" \n\t\r\n ".to_vec(), Some("empty")),
        ("bom.txt", Kind::Text, b"\xef\xbb\xbf".to_vec(), Some("empty")),
        ("large.txt", Kind::Text, vec![b'a'; (1 << 20) + 1], Some("too_large")),
        ("zero.txt", Kind::Text, vec![0; 4_096], Some("binary")),
        ("one-zero.txt", Kind::Text, b"a\0b".to_vec(), Some("binary")),
        ("pdf.md", Kind::Markdown, b"%PDF-1.7 binary".to_vec(), Some("binary")),
        ("zip.txt", Kind::Text, b"PK\x03\x04stuff".to_vec(), Some("binary")),
        ("png.html", Kind::Html, b"\x89PNG\r\n\x1a\n".to_vec(), Some("binary")),
        ("gzip.jsonl", Kind::JsonLines, b"\x1f\x8b\x08\x00".to_vec(), Some("binary")),
        ("random.txt", Kind::Text, (0..5_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8 | 1).collect(), None),
        ("controls.txt", Kind::Text, b"\x01\x02\x03\x04\x05\x06\x07\x08".repeat(100), Some("encoding")),
        ("surrogates.txt", Kind::Text, b"\xff\xfe\x00\xd8\x00\xd8\x00\xd8\x00\xd8".to_vec(), Some("encoding")),
        ("cut-utf8.md", Kind::Markdown, "退货政策七天内".as_bytes()[..19].to_vec(), None),
        ("only-tags.html", Kind::Html, b"<div><p></p><script>alert(1)</script></div>".to_vec(), Some("no_text")),
        ("only-nav.html", Kind::Html, b"<nav>Home</nav>".to_vec(), Some("no_text")),
        ("deep.html", Kind::Html, deep_html.into_bytes(), Some("too_deep")),
        ("unclosed.html", Kind::Html, b"<p>".repeat(100_000), Some("no_text")),
        ("formatting.html", Kind::Html, [b"<b>".repeat(900), b"x".to_vec()].concat(), None),
        ("broken.html", Kind::Html, b"<<<>>><a href=<p>text</p".to_vec(), None),
        ("entities.html", Kind::Html, b"<p>&#0;&#xFFFFFFFF;&amp;&lt;script&gt;alert(1)</p>".to_vec(), None),
        ("spoof.html", Kind::Html, "<p>a\u{202e}gnp.exe\u{2066}b</p>".into(), None),
        ("tables.html", Kind::Html, b"<table><tr><td>".repeat(300), Some("no_text")),
        ("quotes.md", Kind::Markdown, b">".repeat(50_000), Some("no_text")),
        ("brackets.md", Kind::Markdown, b"[".repeat(50_000), None),
        ("links.md", Kind::Markdown, b"[a](".repeat(20_000), None),
        ("stars.md", Kind::Markdown, b"*a_ ".repeat(20_000), None),
        ("deep-list.md", Kind::Markdown, deep_list.into_bytes(), None),
        ("fence.md", Kind::Markdown, b"```\nnever closed".to_vec(), None),
        ("comment.md", Kind::Markdown, b"<!-- never closed".to_vec(), Some("no_text")),
        ("front.md", Kind::Markdown, b"---\ntitle: x\n---\n".to_vec(), Some("no_text")),
        ("quote.csv", Kind::Csv, b"question,answer\n\"never closed,x\nmore".to_vec(), None),
        ("wide.csv", Kind::Csv, wide.into_bytes(), Some("no_text")),
        ("headless.csv", Kind::Csv, b"How?,So.\n".to_vec(), Some("no_columns")),
        ("prose.csv", Kind::Csv, b"This is no table at all.".to_vec(), Some("no_columns")),
        ("nested.jsonl", Kind::JsonLines, [b"[".repeat(100_000), b"\n".to_vec()].concat(), Some("not_json")),
        ("number.jsonl", Kind::JsonLines, b"1e999999\n{\"text\": 1e400}\n".to_vec(), None),
        ("nul.jsonl", Kind::JsonLines, br#"{"title": "a\u0000b", "text": "\u0000\ud800 x"}"#.to_vec(), None),
        ("nothing.jsonl", Kind::JsonLines, b"{}\n{}\n".to_vec(), None),
        ("long.txt", Kind::Text, b"x".repeat(1 << 20), None),
    ];
    assert!(cases.len() >= 30);
    for (name, kind, bytes, expected) in cases {
        let started = std::time::Instant::now();
        match read(name, kind, &bytes, &LIMITS) {
            Err(reason) => {
                assert_eq!(expected.unwrap_or(reason.key()), reason.key(), "{name}");
                assert!(!reason.to_string().is_empty());
            }
            Ok(read) => {
                assert_eq!(expected, None, "{name}");
                for document in &read.documents {
                    assert!(!document.title.is_empty(), "{name}");
                    let all = format!("{document:?}");
                    assert!(!all.contains(['\0', '\u{202e}', '\u{2066}']), "{name}");
                    drop(crate::split::passages(document, crate::split::Cut::of(1_200)));
                }
            }
        }
        assert!(started.elapsed().as_secs() < 20, "{name} took {:?}", started.elapsed());
    }
}

#[test]
fn names_tell_the_kind() {
    for (name, kind) in [
        ("a.md", Some(Kind::Markdown)),
        ("A.MARKDOWN", Some(Kind::Markdown)),
        ("x/y.html", Some(Kind::Html)),
        ("notes", Some(Kind::Text)),
        ("a.tsv", Some(Kind::Csv)),
        ("a.ndjson", Some(Kind::JsonLines)),
        ("a.exe", None),
        ("a.pdf", Some(Kind::Pdf)),
        ("A.DOCX", Some(Kind::Docx)),
        ("a.xlsx", Some(Kind::Xlsx)),
        ("a.doc", None),
        (".env", None),
        ("a.md.png", None),
        ("a.", None),
    ] {
        assert_eq!(Kind::of_name(name).ok(), kind, "{name}");
    }
    assert_eq!(Kind::of_content_type("Text/HTML; charset=utf-8"), Ok(Some(Kind::Html)));
    assert_eq!(Kind::of_content_type("text/plain"), Ok(None));
    assert!(Kind::of_content_type("image/png").is_err());
}

#[test]
fn only_safe_addresses_are_links() {
    for (url, safe) in [
        ("https://x.example/a?b#c", true),
        ("HTTP://X.example", true),
        ("/guide/en/start", true),
        ("//evil.example", false),
        ("/\\evil.example", false),
        ("javascript:alert(1)", false),
        ("data:text/html,x", false),
        ("https://x.example/a b", false),
        ("https://x/\"onload", false),
        ("", false),
        ("a.md", false),
    ] {
        assert_eq!(!safe_url(url).is_empty(), safe, "{url}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_break_a_parser(bytes in prop::collection::vec(any::<u8>(), 0..400), kind in 0usize..5) {
        let kind = [Kind::Markdown, Kind::Html, Kind::Text, Kind::Csv, Kind::JsonLines][kind];
        drop(read("any", kind, &bytes, &LIMITS));
    }

    #[test]
    fn markdown_keeps_its_words(words in prop::collection::vec("[a-z]{3,8}", 1..30), joint in prop::collection::vec(0usize..5, 30)) {
        let joints = ["\n\n", "\n- ", " ", "\n\n> ", "\n1. "];
        let text: String = words.iter().zip(&joint).map(|(word, joint)| format!("{}{word}", joints[*joint])).collect();
        let read = read("a.md", Kind::Markdown, text.as_bytes(), &LIMITS).unwrap();
        let kept = prose(&read).into_iter().flat_map(|(_, blocks)| blocks).collect::<Vec<_>>().join(" ");
        let kept: Vec<&str> = kept.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty()).collect();
        prop_assert_eq!(kept, words);
    }
}

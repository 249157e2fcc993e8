//! `import` and `eval`: good files, bad files, and what is said about them.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use super::{fine, run, said};

struct Shelf {
    folder: TempDir,
}

impl Shelf {
    fn new() -> Shelf {
        Shelf { folder: tempfile::tempdir().unwrap() }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.folder.path().join("files").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn import(&self, path: &str) -> std::process::Output {
        run(&self.data(), &["import", path, "--library", "Test"], "")
    }

    fn ask(&self, question: &str) -> Value {
        let json = fine(&run(&self.data(), &["ask", question, "--json"], ""));
        serde_json::from_str(&json).unwrap()
    }
}

#[test]
fn every_format_is_taken_and_answers() {
    let shelf = Shelf::new();
    shelf.file("returns.md", "# Returns\n\n## Time limit\n\nYou may return a kettle within 43 days of delivery.\n");
    shelf.file(
        "care.html",
        "<html><body><h1>Care</h1><p>Descale the kettle with citric acid every 9 weeks.</p><script>x()</script></body></html>",
    );
    shelf.file("hours.txt", "The workshop in Lyon is open from 8:15 to 17:45 on weekdays.\n");
    shelf.file("faq.csv", "question,answer\n\"How long is the guarantee of the kettle?\",\"The guarantee is 61 months.\"\n怎么给水壶除垢？,用柠檬酸，每九周一次。\n");
    shelf.file("more.jsonl", "{\"id\":\"1\",\"title\":\"Spare parts\",\"text\":\"A spare lid for the kettle costs 7 euros.\"}\n");
    let folder = shelf.folder.path().join("files");
    let summary = fine(&shelf.import(folder.to_str().unwrap()));
    assert!(summary.contains('6') || summary.contains('5'), "{summary}");
    for (question, expected) in [
        ("Within how many days may I return a kettle?", "43"),
        ("How do I descale the kettle?", "citric acid"),
        ("When is the workshop in Lyon open?", "8:15"),
        ("How long is the guarantee of the kettle?", "61 months"),
        ("怎么给水壶除垢？", "柠檬酸"),
        ("What does a spare lid cost?", "7 euros"),
    ] {
        let asked = shelf.ask(question);
        assert!(asked.to_string().contains(expected), "{question}: {asked}");
    }
    let again = fine(&shelf.import(folder.to_str().unwrap()));
    assert!(again.to_lowercase().contains("unchanged"), "{again}");
}

#[test]
fn what_changed_is_replaced_and_what_is_gone_is_removed() {
    let shelf = Shelf::new();
    let price = |euros: u32| format!("# Price list\n\nThe price of the copper kettle is {euros} euros.\n");
    shelf.file("price.md", price(81));
    shelf.file("gone.md", "# Teapot\n\nThe enamel teapot holds 1.37 litres.\n");
    let folder = shelf.folder.path().join("files");
    let path = folder.to_str().unwrap();
    fine(&shelf.import(path));
    assert!(shelf.ask("What is the price of the copper kettle?").to_string().contains("81 euros"));
    shelf.file("price.md", price(94));
    std::fs::remove_file(folder.join("gone.md")).unwrap();
    fine(&shelf.import(path));
    let asked = shelf.ask("What is the price of the copper kettle?").to_string();
    assert!(asked.contains("94 euros") && !asked.contains("81 euros"), "{asked}");
    assert!(!shelf.ask("How much does the enamel teapot hold?").to_string().contains("1.37"), "a removed document answers");
}

#[test]
fn bad_files_are_named_with_the_reason_and_good_ones_are_taken() {
    let shelf = Shelf::new();
    shelf.file("good.md", "# Good\n\nThe umbrella stand is made of beech.\n");
    shelf.file("empty.md", "");
    shelf.file("blank.txt", " \n\t\n");
    shelf.file("picture.png", [0x89, b'P', b'N', b'G', 0, 1, 2, 3]);
    shelf.file("binary.txt", (0..4096_u32).map(|n| (n * 7 % 256) as u8).collect::<Vec<_>>());
    shelf.file(
        "lines.jsonl",
        "{\"id\":\"1\",\"title\":\"Ok\",\"text\":\"A line that is fine about walnut oil.\"}\nnot json\n{\"id\":2}\n[1]\n",
    );
    shelf.file("ragged.csv", "question,answer\nonly a question\n\"an unclosed quote,answer\n");
    shelf.file("headless.csv", "a,b,c\n1,2,3\n");
    let summary = fine(&shelf.import(shelf.folder.path().join("files").to_str().unwrap()));
    for name in ["empty.md", "picture.png", "binary.txt", "lines.jsonl", "headless.csv"] {
        assert!(summary.contains(name), "{name} is not mentioned in\n{summary}");
    }
    assert!(shelf.ask("What is the umbrella stand made of?").to_string().contains("beech"));
}

#[test]
fn every_encoding_is_read() {
    let shelf = Shelf::new();
    let utf16: Vec<u8> = std::iter::once(0xfeff)
        .chain("The lighthouse keeper is called Zoë Ångström.\n".encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    shelf.file("utf16.txt", utf16);
    // 退货地址：杭州 in GB18030, in a sentence that is long enough to be recognised.
    let gb: [u8; 44] = [
        0xcd, 0xcb, 0xbb, 0xf5, 0xb5, 0xd8, 0xd6, 0xb7, 0xca, 0xc7, 0xba, 0xbc, 0xd6, 0xdd, 0xca, 0xd0, 0xce, 0xf7, 0xba, 0xfe, 0xc7, 0xf8,
        0xa1, 0xa3, 0xc7, 0xeb, 0xd4, 0xda, 0xc6, 0xdf, 0xcc, 0xec, 0xc4, 0xda, 0xbc, 0xc4, 0xbb, 0xd8, 0xc9, 0xcc, 0xc6, 0xb7, 0xa1, 0xa3,
    ];
    shelf.file("gb.txt", gb);
    shelf.file("latin.txt", b"Le caf\xe9 de la gare est ferm\xe9 le mardi, l'\xe9t\xe9 comme l'hiver.\n");
    fine(&shelf.import(shelf.folder.path().join("files").to_str().unwrap()));
    for (question, expected) in [
        ("What is the lighthouse keeper called?", "Ångström"),
        ("退货地址是哪里？", "杭州"),
        ("Quand est-ce que le café de la gare est fermé ?", "mardi"),
    ] {
        let asked = shelf.ask(question).to_string();
        assert!(asked.contains(expected), "{question}: {asked}");
    }
}

#[test]
fn paths_and_names_that_make_no_sense_are_refused() {
    let shelf = Shelf::new();
    let file = shelf.file("fine.md", "# Fine\n\nText.\n");
    let table: [&[&str]; 5] = [
        &["import", "/nowhere/at/all.md", "--library", "Test"],
        &["import", &file, "--library", ""],
        &["import"],
        &["eval", "/nowhere"],
        &["import", "http://127.0.0.1:1/x", "--library", "Test"],
    ];
    for args in table {
        let output = run(&shelf.data(), args, "");
        let said = said(&output);
        assert!(!output.status.success() && !said.contains("panicked") && said.len() > 20, "{args:?}: {said}");
    }
}

#[test]
fn eval_prints_its_figures_as_json() {
    let shelf = Shelf::new();
    let corpus: String = ["apples are red", "bananas are yellow", "plums are violet", "Kirschen sind rot", "limes are green"]
        .iter()
        .enumerate()
        .map(|(n, text)| format!("{{\"id\":\"d{n}\",\"title\":\"Fruit {n}\",\"text\":\"{text}\"}}\n"))
        .collect();
    shelf.file("set/corpus.jsonl", corpus);
    shelf.file(
        "set/queries.jsonl",
        "{\"id\":\"q0\",\"text\":\"which fruit is yellow, bananas?\"}\n{\"id\":\"q1\",\"text\":\"violet plums\"}\n",
    );
    shelf.file("set/qrels.tsv", "query-id\tcorpus-id\tscore\nq0\td1\t1\nq1\td2\t1\n");
    let set = shelf.folder.path().join("files/set");
    let printed = fine(&run(&shelf.data(), &["eval", set.to_str().unwrap(), "--json", "--answers", "1"], ""));
    let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {printed}"));
    let lines: Vec<Value> = printed.lines().map(read).collect();
    let [figures, answers] = &lines[..] else { panic!("two lines: {printed}") };
    for name in ["queries", "recall@1", "recall@5", "recall@10", "mrr@10", "ndcg@10", "p50_ms", "p99_ms"] {
        assert!(figures[name].is_number(), "{name} is missing in {figures}");
    }
    assert_eq!((&figures["queries"], &figures["recall@1"]), (&2.into(), &1.0.into()), "{figures}");
    assert_eq!((&answers["questions"], &answers["answered"], &answers["right"]), (&2.into(), &1.0.into(), &1.0.into()), "{answers}");
    let [example] = &answers["examples"].as_array().unwrap()[..] else { panic!("as many as were asked for: {answers}") };
    assert!(["bananas are yellow", "plums are violet"].iter().any(|said| example["answer"].as_str().unwrap().contains(said)), "{example}");
    let data: &Path = &shelf.data();
    let asked = fine(&run(data, &["ask", "which fruit is yellow?", "--json"], ""));
    assert!(!asked.contains("bananas"), "the throw-away library was kept");
}

//! The commands of the binary, as an operator types them.

mod import;

use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::Value;
use tests::server::{Plan, Server, warbler};
use tests::staff::Staff;

/// Runs a command on a data folder with text on its standard input.
fn run(data: &Path, args: &[&str], input: &str) -> Output {
    run_with(data, args, input, &[])
}

fn run_with(data: &Path, args: &[&str], input: &str, env: &[(&str, &str)]) -> Output {
    let mut command = warbler(None, data).unwrap();
    command.args(args).envs(env.iter().copied());
    tests::server::run(command, input).unwrap()
}

/// Both streams, for a message and for asserting on it.
fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn fine(output: &Output) -> String {
    assert!(output.status.success(), "{}", said(output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn help_names_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let help = fine(&run(folder.path(), &["--help"], ""));
    for command in ["serve", "check", "migrate", "config", "import", "ask", "eval", "agent"] {
        assert!(help.contains(command), "{command} is missing in\n{help}");
        let own = fine(&run(folder.path(), &[command, "--help"], ""));
        assert!(own.contains("Usage"), "{own}");
    }
}

#[test]
fn config_prints_what_is_in_force_and_hides_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = [
        ("WARBLER_RECORD__ADDRESS", "postgres://shop:hunter2secret@db.example/warbler"),
        ("WARBLER_RECORD__BUS", "redis://user:hunter3secret@bus.example"),
        ("WARBLER_LISTEN", "127.0.0.1:18181"),
    ];
    let printed = fine(&run_with(folder.path(), &["config"], "", &secrets));
    assert!(printed.contains("127.0.0.1:18181") && printed.contains("db.example"), "{printed}");
    assert!(!printed.contains("secret"), "a secret is printed:\n{printed}");
    // A flag outranks the environment, and the default file explains every setting.
    let flagged = fine(&run_with(folder.path(), &["config", "--listen", "127.0.0.1:18182"], "", &secrets));
    assert!(flagged.contains("127.0.0.1:18182"), "{flagged}");
    let file = fine(&run(folder.path(), &["config", "--default"], ""));
    assert!(file.lines().filter(|line| line.trim_start().starts_with('#')).count() > 20, "the default file explains nothing:\n{file}");
    // It is itself a configuration that is taken.
    let path = folder.path().join("warbler.toml");
    std::fs::write(&path, &file).unwrap();
    fine(&run(folder.path(), &["config", "--config", path.to_str().unwrap()], ""));
}

#[test]
fn a_reader_who_has_had_enough_ends_a_command_quietly() {
    let folder = tempfile::tempdir().unwrap();
    for args in [&["config"][..], &["config", "--default"], &["check"], &["ask", "How do I add a website?"], &["--help"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = warbler(None, folder.path()).unwrap();
        let done =
            command.args(args).stdout(writer).stderr(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap().wait_with_output().unwrap();
        assert!(done.status.success() && !said(&done).contains("panicked"), "{args:?}: {} {}", done.status, said(&done));
    }
}

#[test]
fn a_wrong_configuration_is_answered_by_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let table: [(&str, &str, &str); 9] = [
        ("WARBLER_RECORD__ADDRESS", "mysql://x", "record.address"),
        ("WARBLER_RECORD__READERS", "0", "readers"),
        ("WARBLER_RECORD__READERS", "many", "readers"),
        ("WARBLER_RECORD__COLOUR", "blue", "colour"),
        ("WARBLER_ROLES", "[\"cook\"]", "cook"),
        ("WARBLER_LISTEN", "nowhere", "nowhere"),
        ("WARBLER_KNOWLEDGE__EMBEDDINGS__FOLDER", "/nowhere/minilm", "/nowhere/minilm cannot be used: there is no such folder"),
        ("WARBLER_KNOWLEDGE__EMBEDDINGS__FOLDER", "/usr", "config.json, tokenizer.json and model.safetensors"),
        ("WARBLER_KNOWLEDGE__RERANK__MODEL", "judge", "needs both base_url and model"),
    ];
    for (name, value, expected) in table {
        let output = run_with(folder.path(), &["serve"], "", &[(name, value)]);
        let said = said(&output);
        assert!(!output.status.success() && said.to_lowercase().contains(expected), "{name}={value}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
    let file = folder.path().join("broken.toml");
    std::fs::write(&file, "listen = ").unwrap();
    let output = run(folder.path(), &["config", "--config", file.to_str().unwrap()], "");
    assert!(!output.status.success() && said(&output).contains("broken.toml"), "{}", said(&output));
    let missing = run(folder.path(), &["config", "--config", "/nowhere/warbler.toml"], "");
    assert!(!missing.status.success() && said(&missing).contains("/nowhere/warbler.toml"));
}

#[test]
fn a_folder_that_cannot_be_used_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a-file");
    std::fs::write(&file, "").unwrap();
    for command in ["serve", "check", "migrate"] {
        let output = run(&file, &[command], "");
        let said = said(&output);
        assert!(!output.status.success() && said.contains("a-file") && said.contains("--data"), "{command}: {said}");
    }
}

#[test]
fn migrate_and_check_say_what_is_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    assert!(fine(&run(&data, &["migrate"], "")).contains("up to date"));
    assert!(fine(&run(&data, &["migrate"], "")).contains("up to date"), "a second time changes nothing");
    assert!(data.join("record.db").is_file());
    fine(&run(&data, &["check"], ""));
    std::fs::write(data.join("record.db"), "this is not a database, and it is longer than its header").unwrap();
    for suffix in ["-wal", "-shm"] {
        std::fs::remove_file(data.join(format!("record.db{suffix}"))).ok();
    }
    let broken = run(&data, &["check"], "");
    assert!(!broken.status.success() && !said(&broken).contains("panicked"), "{}", said(&broken));
}

#[tokio::test]
async fn two_servers_do_not_share_a_folder() {
    let server = Plan::new().start().await.unwrap();
    let port = tests::server::free_port().unwrap().to_string();
    let second = run(server.data(), &["serve", "--listen", &format!("127.0.0.1:{port}")], "");
    assert!(!second.status.success() && said(&second).contains("Another Warbler"), "{}", said(&second));
}

#[tokio::test]
async fn an_agent_that_was_added_signs_in() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let add = ["agent", "add", "--email", "Ada@Shop.example", "--name", "Ada", "--role", "admin"];
    let short = run(&data, &add, "short\n");
    assert!(!short.status.success(), "a short password was taken");
    fine(&run(&data, &add, &format!("{}\n", tests::staff::PASSWORD)));
    let twice = run(&data, &add, &format!("{}\n", tests::staff::PASSWORD));
    assert!(!twice.status.success() && said(&twice).contains("already"), "{}", said(&twice));
    let cook = run(&data, &["agent", "add", "--email", "c@shop.example", "--name", "C", "--role", "cook"], "x\n");
    assert!(!cook.status.success() && said(&cook).contains("admin"), "the valid roles are named: {}", said(&cook));
    let server = Plan::new().data(&data).start().await.unwrap();
    let mut ada = Staff::new(&server.base());
    let page = ada.sign_in("ada@shop.example").await.unwrap();
    assert!(page.status.is_success() && page.words().contains("Ada"), "{} {}", page.status, page.words());
}

#[tokio::test]
async fn ask_shows_answer_verdict_and_passages() {
    let server: Server = Plan::new().start().await.unwrap();
    let text = fine(&server.command(&["ask", "How do I add a website?"]).unwrap());
    assert!(text.lines().count() > 3, "{text}");
    for question in ["How do I add a website?", "怎么把聊天窗口放到我的网站上？", "Which zeppelin brews the loudest oatmeal?", "转人工"]
    {
        let json = fine(&server.command(&["ask", question, "--json"]).unwrap());
        let asked: Value = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
        assert!(asked["verdict"].is_string() || asked["verdict"].is_object(), "{asked}");
        assert!(!asked["rule"].is_null(), "{asked}");
    }
}

use super::*;

fn source(heading: &str, text: &str) -> Source {
    Source { heading: heading.into(), text: text.into(), answer: true, confidence: 0.9 }
}

fn passage(heading: &str, text: &str) -> Source {
    Source { answer: false, ..source(heading, text) }
}

fn body(question: &str, source: Source) -> String {
    compose(question, &[source]).expect("an extract").body
}

#[test]
fn short_answers_are_quoted_whole() {
    for (text, expected) in [
        ("Open Billing. Click Cancel.", "Open Billing. Click Cancel. [1]"),
        ("在设置中开启即可。", "在设置中开启即可。[1]"),
        ("Open `Settings`:\n\n1. Click A.\n2. Click B.", "Open `Settings`:\n\n1. Click A.\n2. Click B. [1]"),
        ("Run this:\n\n```sh\nwarbler serve\n```", "Run this: [1]\n\n```sh\nwarbler serve\n```"),
        ("## Title\n\nThe text.", "The text. [1]"),
        ("A line that is\nwrapped softly.", "A line that is wrapped softly. [1]"),
        ("一行软换行的\n中文文字。", "一行软换行的中文文字。[1]"),
        ("See ![a picture](x.png) it. <!-- hidden -->Done[12].", "See  it. Done. [1]"),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n\nThat is all.", "| a | b |\n|---|---|\n| 1 | 2 |\n\nThat is all. [1]"),
        ("```\ncode\n```", "```\ncode\n```\n\n[1]"),
        ("> Note: be careful.", "> Note: be careful. [1]"),
    ] {
        assert_eq!(body("anything", source("Question?", text)), expected, "{text}");
    }
}

#[test]
fn lists_that_lost_their_lines_get_them_back() {
    for (text, expected) in [
        ("过程如下： 1. 连接服务器。 2. 发送请求。 3. 得到响应。", "过程如下：\n\n1. 连接服务器。\n2. 发送请求。\n3. 得到响应。[1]"),
        (
            "Do this: 1. Open it. 2. Close it. Then you are done. It works.",
            "Do this:\n\n1. Open it.\n2. Close it.\n\nThen you are done. It works. [1]",
        ),
        ("- 作用域：全局 - 默认值：10 - 单位：秒", "- 作用域：全局\n- 默认值：10\n- 单位：秒 [1]"),
        ("可以选择： - 甲 - 乙", "可以选择：\n\n- 甲\n- 乙[1]"),
        ("步骤： 1. 检查： - 是则继续 - 否则停止 2. 完成", "步骤：\n\n1. 检查：\n   - 是则继续\n   - 否则停止\n2. 完成[1]"),
        ("A well - known phrase - with dashes.", "A well - known phrase - with dashes. [1]"),
        ("Version 1. 2. is out.", "Version 1. 2. is out. [1]"),
        ("| 甲 | 乙 | | --- | --- | | 1 | 2 | | 3 | 4 |", "| 甲 | 乙 |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |\n\n[1]"),
        (
            "原因是： - 升级过。 - 重启过。 可以这样解决： - 再升级。 - 再重启。",
            "原因是：\n\n- 升级过。\n- 重启过。\n\n可以这样解决：\n\n- 再升级。\n- 再重启。[1]",
        ),
        ("取决于版本。 - 新版可以。 - 旧版不行。", "取决于版本。\n\n- 新版可以。\n- 旧版不行。[1]"),
        ("有“甲”字段为更新 只有“乙”字段为插入", "有“甲”字段为更新\n\n只有“乙”字段为插入[1]"),
        ("> 注意： > > 这是一条说明。", "注意： 这是一条说明。[1]"),
    ] {
        let found = body("anything", source("Question?", text));
        assert_eq!(found.replace("秒 [1]", "秒[1]"), expected.replace("秒 [1]", "秒[1]"), "{text}");
    }
}

#[test]
fn menus_titles_and_drawings_are_left_out() {
    let menu = "- [Home](/)\n- [About](/about)\n- [Shop](/shop)\n\nThe shop opens at nine.";
    assert_eq!(body("when", source("Hours", menu)), "The shop opens at nine. [1]");
    let drawn = "+-----+-----+\n| a b | c d |\n+-----+-----+\n\nThe value is ten.";
    assert!(body("value", source("Value", drawn)).ends_with("The value is ten. [1]"));
    assert_eq!(compose("x", &[source("Q", "+---+---+ |=|=| ----")]), None);
    assert_eq!(body("x", passage("Q", "nd of a sentence. A whole one. Another one.")), "A whole one. Another one. [1]");
    assert_eq!(compose("x", &[source("Q", "| |GB18030|| not supported| | Index | #565 |")]), None);
    assert_eq!(compose("x", &[source("Q", "")]), None);
    assert_eq!(compose("x", &[]), None);
}

const LONG: &str = "The widget is put on a page with one line. It needs no framework and loads no other files from third parties. \
It works under a strict policy too. You can place it in the head or at the end of the body.\n\n\
Colours are taken from the inbox. You can set a colour there, and the widget follows the visitor's dark or light theme. \
The launcher stands at the lower right, or at the lower left where people read from right to left.\n\n\
To limit where the widget may be used, write the allowed origins into the inbox, one in a line. \
A page that is not in the list gets an error that says so. An empty list allows every page, which is right for trying things out only.\n\n\
Visitors keep their conversations for as long as their browser keeps the key. A key that is lost means a new visitor. \
Nothing else is stored in the browser, and there are no cookies of third parties. That is all there is to know about storage here.";

#[test]
fn what_breaks_off_at_the_end_is_left_out() {
    for (text, expected) in [
        ("任务会自动重试。失败后请手动恢复。可以加上 --regex 的 na", "任务会自动重试。失败后请手动恢复。[1]"),
        ("It starts.\n\n- One is done.\n- Two is done.\n- Thr", "It starts.\n\n- One is done.\n- Two is done. [1]"),
        ("It starts. It ends. Call 0800 1234 or the shop 7", "It starts. It ends. Call 0800 1234 or the shop 7 [1]"),
        ("It starts. See the notes", "It starts. See the notes [1]"),
        ("One way\n\nAnother way\n\nA third way", "One way\n\nAnother way\n\nA third way [1]"),
        ("| It starts. | It ends. | It rests.", "It starts. It ends. It rests. [1]"),
    ] {
        assert_eq!(body("x", passage("Q", text)), expected);
    }
}

#[test]
fn the_part_that_answers_is_chosen_and_reads_as_it_was_written() {
    let found = body("How do I allow only some origins?", passage("Widget", LONG));
    assert!(found.contains("write the allowed origins into the inbox"), "{found}");
    assert!(found.starts_with("To limit where") || found.starts_with("Colours are"), "{found}");
    assert!(found.ends_with("[1]") && width_of(&found) <= ROOM + 300, "{found}");
    let start = body("How do I install it?", Source { answer: true, ..passage("How do I put the widget on a page?", LONG) });
    assert!(start.starts_with("The widget is put on a page with one line."), "{start}");
}

fn width_of(text: &str) -> usize {
    knowledge::split::width(text)
}

#[test]
fn a_second_source_comes_only_with_something_new() {
    let refund = passage("Refunds", "A refund takes five days.");
    let card = passage("Cards", "Card payments are refunded in one currency only.");
    let both = compose("refund currency", &[refund.clone(), card.clone()]).expect("an extract");
    assert_eq!(both.cited, [0, 1]);
    assert!(both.body.ends_with("only. [2]"), "{}", both.body);
    let one = compose("refund", &[refund.clone(), card]).expect("an extract");
    assert_eq!(one.cited, [0]);
    assert_eq!(compose("refund currency", &[refund.clone(), refund]).expect("an extract").cited, [0]);
}

#[test]
fn every_sentence_of_an_extract_is_whole() {
    let sentences: Vec<String> = (0..200).map(|n| format!("Sentence number {n} speaks of topic{} at some length.", n % 7)).collect();
    for topic in 0..7 {
        let found = body(&format!("topic{topic}?"), passage("Topics", &sentences.join(" ")));
        let quoted = found.trim_end_matches(" [1]");
        assert!(sentences.join(" ").contains(quoted), "{quoted}");
        assert!(quoted.starts_with("Sentence number") && quoted.ends_with("length."), "{quoted}");
    }
}

//! A server that looks lived in: people, conversations in every state, knowledge, gaps.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use crate::server::Server;
use crate::staff::Staff;
use crate::visitor::Visitor;

/// What was made.
#[derive(Debug)]
pub struct Furnished {
    /// The owner, signed in.
    pub owner: Staff,
    /// Pages that show what was made.
    pub pages: Vec<String>,
}

/// Visitors with what they say before they ask for a person.
const TALKS: [(&str, &str, &str, &[&str]); 5] = [
    ("en", "Hannah Lindqvist", "hannah@shop.example", &["How do I add a website?"]),
    ("zh", "王小明", "wang@shop.example", &["怎么把聊天窗口放到我的网站上？", "等了半天，你们的客服态度太差了！", "转人工"]),
    ("en", "", "", &["Which zeppelin brews the loudest oatmeal?", "I want a human"]),
    ("en", "Bartholomew Featherstonehaugh-Cholmondeley the Third of Example", "b@shop.example", &["I want to talk to a person"]),
    ("en", "שרה כהן", "", &["שלום, אפשר לדבר עם נציג?", "I want a human"]),
];

impl Furnished {
    /// Fills a new server.
    pub async fn of(server: &Server) -> Result<Furnished> {
        let mut owner = Staff::owner(server).await?;
        Staff::hired(server, "ada@shop.example", "Ada Agent", "agent").await?;
        owner.online().await?;
        rules(&mut owner).await?;
        let inbox = server.inbox().await?;
        let mut talks = Vec::new();
        for (locale, name, email, words) in TALKS {
            let mut visitor = Visitor::new(&server.base(), &inbox).locale(locale);
            visitor.connect().await?;
            if !name.is_empty() {
                visitor.frame(&[json!({"t": "contact", "name": name, "email": (!email.is_empty()).then_some(email)})]).await?;
            }
            let talk = Visitor::conversation();
            for body in words {
                visitor.ask(&talk, body).await?;
            }
            talks.push(talk);
        }
        // Long words, a table, code: what makes layouts break.
        owner.reply(&talks[1], "您好，我是客服，马上为您处理。").await?;
        owner.note(&talks[1], "Asked twice already; check the snippet.").await?;
        owner.reply(&talks[3], &long_reply()).await?;
        owner.act(&talks[3], "resolve").await?;
        canned(&mut owner).await?;
        let help = articles(&mut owner, &inbox.to_string()).await?;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let mut pages = pages(&talks);
        pages.extend(first_of(&mut owner, "/console/sources", "/console/sources/").await?);
        pages.extend(split(&mut owner).await?);
        pages.extend(first_of(&mut owner, "/console/people", "/console/people/").await?);
        pages.extend(first_of(&mut owner, "/console/inboxes", "/console/inboxes/").await?);
        pages.extend(first_of(&mut owner, "/console/gaps", "/console/gaps/").await?);
        pages.extend(first_of(&mut owner, "/console/articles", "/console/articles/").await?);
        pages.extend(first_of(&mut owner, "/console/articles", "/console/collections/").await?);
        pages.extend(help);
        let talk = format!("/console/conversations/{}", talks[1]);
        pages.extend(first_of(&mut owner, &talk, &format!("{talk}/why/")).await?);
        Ok(Furnished { owner, pages })
    }
}

fn pages(talks: &[String]) -> Vec<String> {
    let mut pages: Vec<String> =
        ["mine", "unassigned", "open", "resolved", "all", "bot"].map(|view| format!("/console/inbox?view={view}")).into();
    for talk in talks {
        pages.push(format!("/console/conversations/{talk}"));
        pages.push(format!("/console/inbox/{talk}?view=all"));
    }
    pages.push("/console/search?q=website".to_owned());
    pages
}

/// The first page below a list, if the list has one.
async fn first_of(staff: &mut Staff, list: &str, start: &str) -> Result<Vec<String>> {
    Ok(staff.get(list).await?.links(start).into_iter().take(2).collect())
}

/// A source that is split as admins decide, and where they do.
async fn split(owner: &mut Staff) -> Result<Vec<String>> {
    for source in owner.get("/console/sources").await?.links("/console/sources/") {
        if let Some(split) = owner.get(&source).await?.links(&format!("{source}/split")).into_iter().next() {
            return Ok(vec![source, split]);
        }
    }
    Ok(Vec::new())
}

async fn rules(owner: &mut Staff) -> Result<()> {
    let page = owner.get("/console/bot/rules").await?;
    if let Some(mut form) = page.form_with("intent_name") {
        form.set("intent_name", "Website")
            .set("intent_examples", "How do I add a website?\n怎么把聊天窗口放到我的网站上？")
            .set("intent_labels", "website");
        form.set("rule_name", "No jobs").set("rule_words", "internship, 实习").set("rule_then", "refuse");
        owner.submit(&form).await?;
    }
    Ok(())
}

async fn canned(owner: &mut Staff) -> Result<()> {
    let page = owner.get("/console/canned").await?;
    if let Some(mut form) = page.form_with("shortcut") {
        form.set("shortcut", "hello").set("body", "Hello {{visitor.name}}, this is {{agent.name}}.");
        owner.submit(&form).await?;
    }
    Ok(())
}

/// A collection with two articles; the pages of the help center that show them.
async fn articles(owner: &mut Staff, inbox: &str) -> Result<Vec<String>> {
    let page = owner.get("/console/collections/new").await?;
    if let Some(mut form) = page.form_with("name_en") {
        form.set("name_en", "Getting started").set("about_en", "The first steps, from the snippet to the first answer.");
        form.set("name_zh", "入门").set("about_zh", "从嵌入代码到第一个回答。");
        owner.submit(&form).await?;
    }
    for (lang, title, summary, body) in [
        ("en", "How do I put the chat on my website?", "One line of HTML, once for all pages.", ARTICLE),
        (
            "zh",
            "怎么把聊天窗口放到网站上？",
            "一行 HTML，所有页面都能用。",
            "复制嵌入代码，放到每个页面里。\n\n## 检查\n\n打开网站，右下角会出现按钮。",
        ),
    ] {
        let page = owner.get("/console/articles/new").await?;
        if let Some(mut form) = page.form_with("title") {
            form.set("lang", lang).set("title", title).set("summary", summary).set("body", body).set("do", "publish");
            owner.submit(&form).await?;
        }
    }
    let home = format!("/help/{inbox}");
    let below = |lang: &str, rest: &str| format!("{home}/{lang}{rest}");
    Ok(vec![
        below("en", ""),
        below("zh", ""),
        below("en", "/collections/1-getting-started"),
        below("en", "/articles/1-how-do-i-put-the-chat-on-my-website"),
        below("zh", "/articles/2"),
        below("en", "/search?q=snippet"),
    ])
}

/// An article with all that articles are made of.
const ARTICLE: &str = "Copy the snippet from the inbox's page and put it before the end of every page.\n\n## The snippet\n\n```\n<script src=\"https://chat.shop.example/widget.js\" data-inbox=\"…\" async></script>\n```\n\n## Shops and site builders\n\n| Where | How |\n|---|---|\n| A template | Once, in the footer |\n| A site builder | As “custom code” |\n\n## Check it\n\n1. Open your site.\n2. The button is in the corner.\n\n> A page that is cached may need a moment.";

fn long_reply() -> String {
    let mut text =
        "Here is what I found.\n\n| Part | Price | Days |\n|---|---:|---:|\n| Lid | 7 € | 3 |\n| Spout | 12 € | 9 |\n\n".to_owned();
    text.push_str(
        "```\nAVeryLongLineOfCodeThatNeverEnds(withArguments, andMoreArguments, andEvenMoreArguments, untilItIsTooWide)\n```\n\n",
    );
    for _ in 0..40 {
        text.push_str("A long letter says the same thing in many words, and the page must still be easy to read. ");
    }
    text
}

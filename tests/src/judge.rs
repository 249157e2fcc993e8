//! Outside judges on a furnished server: axe-core on pages and widget, a CSP evaluator on policies.

use std::time::Duration;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use crate::browser;
use crate::furnish::Furnished;
use crate::server::Server;

/// In which looks pages are seen: each combination.
#[derive(Args, Clone, Debug)]
pub struct Looks {
    /// Languages
    #[arg(long, value_delimiter = ',', default_value = "en-US,zh-CN")]
    pub locales: Vec<String>,
    /// Themes
    #[arg(long, value_delimiter = ',', default_value = "light,dark")]
    pub themes: Vec<String>,
    /// Widths in pixels
    #[arg(long, value_delimiter = ',', default_value = "1280,390")]
    pub widths: Vec<u32>,
}

impl Looks {
    /// As the scripts of `tests/browser` take them.
    pub fn all(&self) -> Vec<Value> {
        let themes = |locale| self.themes.iter().map(move |theme| (locale, theme));
        let looks = self
            .locales
            .iter()
            .flat_map(themes)
            .flat_map(|(locale, theme)| self.widths.iter().map(move |width| look(locale, theme, *width)));
        looks.collect()
    }
}

/// One of them.
pub fn look(locale: &str, theme: &str, width: u32) -> Value {
    json!({"locale": locale, "theme": theme, "width": width})
}

/// Judges every page; figures, and under `faults` every violation and finding.
pub async fn run(server: &Server, looks: Vec<Value>, hear: impl FnMut(&str)) -> Result<Value> {
    let furnished = Furnished::of(server).await?;
    let mut owner = furnished.owner;
    let mut pages = furnished.pages;
    pages.extend(owner.get("/console/").await?.links("/console/"));
    pages.retain(|page| !page.contains("/assets/"));
    pages.sort();
    pages.dedup();
    let chat = format!("/chat/{}", server.inbox().await?);
    let plan = json!({
        "base": server.base(), "path": "/demo", "cookies": owner.jar(), "looks": looks, "pages": pages,
        "doors": ["/console/login", "/guide", chat],
        "questions": {"en": "How do I add a website?", "zh": "怎么把聊天窗口放到我的网站上？"},
    });
    let seen = browser::run("axe", &plan, Duration::from_secs(1800), hear).await?;
    let list = |name: &str| seen[name].as_array().cloned().unwrap_or_default();
    let mut faults: Vec<Value> = list("violations").iter().map(|violation| json!(line(violation))).collect();
    faults.extend(list("faults"));
    let mut findings = Vec::new();
    for policy in list("policies") {
        for finding in policy["findings"].as_array().into_iter().flatten() {
            let line = json!({"policy_of_pages": policy["pages"], "severity": finding["severity"], "text": finding["text"]});
            if finding["severity"].as_str().is_some_and(|severity| severity.starts_with("HIGH") && severity != "HIGH_MAYBE") {
                faults.push(json!(line.to_string()));
            }
            if !findings.contains(&line) {
                findings.push(line);
            }
        }
    }
    Ok(json!({
        "looks": seen["looks"],
        "pages": seen["pages"],
        "axe_violations": list("violations").len(),
        "policies": list("policies").len(),
        "csp_findings": findings,
        "faults": faults,
    }))
}

/// A violation in one line: where, what, and the elements.
fn line(violation: &Value) -> String {
    let text = |name: &str| violation[name].as_str().unwrap_or_default();
    let nodes: Vec<&str> = violation["nodes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    format!("{} ({}): {}: {}", text("page"), text("look"), text("id"), nodes.join(" | "))
}

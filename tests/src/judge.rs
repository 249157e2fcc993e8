//! Outside judges on a furnished server: axe-core on pages and widget, a CSP evaluator on policies.

use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use crate::browser;
use crate::furnish::Furnished;
use crate::server::Server;

/// Each combination of language, theme and width.
pub fn looks(locales: &[String], themes: &[String], widths: &[u32]) -> Vec<Value> {
    let mut looks = Vec::new();
    for locale in locales {
        for theme in themes {
            for width in widths {
                looks.push(json!({"locale": locale, "theme": theme, "width": width}));
            }
        }
    }
    looks
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
    let mut faults = list("violations");
    faults.extend(list("faults"));
    let mut findings = Vec::new();
    for policy in list("policies") {
        for finding in policy["findings"].as_array().into_iter().flatten() {
            let line = json!({"policy_of_pages": policy["pages"], "severity": finding["severity"], "text": finding["text"]});
            if finding["severity"].as_str().is_some_and(|severity| severity.starts_with("HIGH") && severity != "HIGH_MAYBE") {
                faults.push(line.clone());
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

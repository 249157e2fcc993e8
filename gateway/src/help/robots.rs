//! What crawlers are told: help centers are to be read, and where each lists its articles; nothing else is.

use chat::{InboxId, inbox};
use knowledge::article::public;

use super::{Miss, Shared};

/// Where there is nothing to be found: pages of the staff, what programs and widgets ask, conversations, and searches without end.
const CLOSED: [&str; 4] = ["/console", "/v1", "/chat", "/help/*/search"];

/// The inboxes whose help center has something to read. Where several workspaces have one none is named: nobody is told here whom
/// else this server serves, and each can hand its own sitemap in.
pub(super) async fn inboxes(shared: &Shared) -> Result<Vec<InboxId>, Miss> {
    let (store, libraries) = (shared.chat.store(), public::libraries(shared.chat.store()).await?);
    let (alone, mut all) = (libraries.len() == 1, Vec::new());
    for (workspace, libraries) in libraries.into_iter().filter(|_| alone) {
        let inboxes = inbox::list(store, workspace).await?;
        let shows = |inbox: &inbox::Inbox| inbox.libraries.as_ref().is_none_or(|own| own.iter().any(|own| libraries.contains(own)));
        all.extend(inboxes.into_iter().filter(shows).map(|inbox| inbox.id));
    }
    Ok(all)
}

pub(super) fn write(base: &str, inboxes: &[InboxId]) -> String {
    let closed = CLOSED.map(|path| format!("Disallow: {path}\n")).concat();
    let sitemaps: String = inboxes.iter().map(|inbox| format!("\nSitemap: {base}/help/{inbox}/sitemap.xml")).collect();
    format!("User-agent: *\n{closed}{sitemaps}\n")
}

//! The search test: what is found for a question, with scores, kept or not, and why.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use chat::LibraryId;
use knowledge::{Hit, Query};

use crate::audience::{As, AsText};
use crate::conversation::context::web_address;
use crate::error::Error;
use crate::handle::Console;
use crate::sources::LibraryText;
use crate::web::params::Ask;
use crate::web::visit::Seat;

/// Passages that are shown.
const LIMIT: usize = 20;

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    library: String,
    #[serde(flatten)]
    who: As,
}

#[derive(Serialize)]
struct SearchPage {
    q: String,
    library: String,
    who: AsText,
    libraries: Vec<LibraryText>,
    result: Option<ResultText>,
}

#[derive(Serialize)]
struct ResultText {
    took_ms: f64,
    hits: Vec<HitText>,
}

/// A passage with its scores.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are nouns of the house")]
pub struct HitText {
    pub n: usize,
    pub title: String,
    pub heading: String,
    pub text: String,
    pub url: String,
    pub href: String,
    pub kind: &'static str,
    pub lexical: f64,
    pub vector: Option<f64>,
    pub fused: f64,
    pub confidence: f64,
    pub kept: bool,
    pub why: String,
}

/// The page.
pub async fn show(State(console): State<Console>, seat: Seat, Ask(asked): Ask<Asked>) -> Result<Response, Error> {
    let (asker, who) = console.asked_as(&seat, &asked.who).await?;
    let q: String = asked.q.chars().take(1_000).collect();
    let library = LibraryId::parse(&asked.library);
    let result = match q.trim() {
        "" => None,
        text => {
            let within = |id: &LibraryId| asker.libraries.as_ref().is_none_or(|all| all.contains(id));
            let query = Query {
                text: text.to_owned(),
                reader: asker.reader,
                libraries: library.map(|id| Some(id).filter(within).into_iter().collect()).or(asker.libraries.clone()),
                limit: LIMIT,
                locale: seat.locale().tag().to_owned(),
            };
            Some(search(&console, &seat, &query).await?)
        }
    };
    let own =
        SearchPage { q, library: library.map(|id| id.text()).unwrap_or_default(), who, libraries: console.libraries(&seat).await?, result };
    let page = console.page(&seat.visit, "search", "search.html", own).await?;
    Ok(page.into_response())
}

async fn search(console: &Console, seat: &Seat, query: &Query) -> Result<ResultText, Error> {
    let found = console.knowledge.search(seat.workspace(), query).await?;
    Ok(ResultText { took_ms: found.took_us as f64 / 1_000.0, hits: console.hits(seat, found.hits).await? })
}

impl Console {
    /// Hits as pages show them, with links to their documents.
    pub async fn hits(&self, seat: &Seat, hits: Vec<Hit>) -> Result<Vec<HitText>, Error> {
        let mut texts = Vec::with_capacity(hits.len());
        for (n, hit) in hits.into_iter().enumerate() {
            let passage = hit.passage;
            texts.push(HitText {
                n: n + 1,
                href: self.document_href(seat, passage.document).await?.unwrap_or_default(),
                title: passage.title,
                heading: passage.heading,
                text: passage.text,
                url: web_address(&passage.url),
                kind: passage.kind.text(),
                lexical: hit.lexical,
                vector: hit.vector,
                fused: hit.fused,
                confidence: hit.confidence,
                kept: hit.kept,
                why: hit.why,
            });
        }
        Ok(texts)
    }
}

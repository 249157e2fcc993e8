//! What is done with an article as a whole: moved, removed, brought back.

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use chat::{ArticleId, CollectionId};
use knowledge::article;

use super::PAGE;
use crate::error::Error;
use crate::handle::Console;
use crate::sources::source::frozen;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::params::Id;
use crate::web::visit::Seat;

/// One place further up or down in its collection.
pub async fn shift(State(console): State<Console>, seat: Seat, Id(id): Id<ArticleId>, fields: Fields) -> Result<Response, Error> {
    article::move_article(&console.chat, seat.workspace(), id, fields.text("do") == "up").await?;
    Ok(console.said(&seat.visit, PAGE, &Flash::done("flash-order")))
}

/// Into another collection: for its readers from now on.
pub async fn put(State(console): State<Console>, seat: Seat, Id(id): Id<ArticleId>, fields: Fields) -> Result<Response, Error> {
    let (store, workspace) = (console.chat.store(), seat.workspace());
    let shelf = CollectionId::parse(fields.text("collection")).ok_or(Error::NotFound)?;
    let shelf = article::collection::find(store, workspace, shelf).await?;
    if console.knowledge.put_article(workspace, id, shelf.id).await? {
        console.note(&seat, "article.put", id.text(), json!({ "collection": shelf.id })).await?;
    }
    let name = &shelf.name(seat.locale().tag()).name;
    Ok(console.said(&seat.visit, &format!("{PAGE}/{id}"), &Flash::done("flash-article-put").with("name", name)))
}

/// Takes it from all readers; it can be brought back.
pub async fn remove(State(console): State<Console>, seat: Seat, Id(id): Id<ArticleId>, fields: Fields) -> Result<Response, Error> {
    let article = article::find(console.chat.store(), seat.workspace(), id).await?;
    console.knowledge.remove_article(seat.workspace(), id, frozen(&fields)).await?;
    console.note(&seat, "article.remove", id.text(), json!({ "title": article.title(seat.locale().tag()) })).await?;
    let flash = Flash::done("flash-article-removed").with("name", article.title(seat.locale().tag()));
    Ok(console.said(&seat.visit, PAGE, &flash.undo(format!("{PAGE}/{id}/restore"))))
}

/// Brings it back as it was.
pub async fn restore(State(console): State<Console>, seat: Seat, Id(id): Id<ArticleId>) -> Result<Response, Error> {
    console.knowledge.restore_article(seat.workspace(), id).await?;
    console.note(&seat, "article.restore", id.text(), json!({})).await?;
    let article = article::find(console.chat.store(), seat.workspace(), id).await?;
    let flash = Flash::done("flash-article-restored").with("name", article.title(seat.locale().tag()));
    Ok(console.said(&seat.visit, &format!("{PAGE}/{id}"), &flash))
}

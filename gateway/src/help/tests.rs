//! The help center as anybody sees it, in every language.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use chat::{AgentId, ArticleId, CollectionId, WorkspaceId, agent::Role, testing::Fresh};
use knowledge::{
    Audience, Knowledge,
    article::{Name, Saved, Then, Typed, collection, public},
    library, source,
};
use tower::ServiceExt as _;

use super::{Searches, router};
use crate::{page::Pages, visitor};

const BODY: &str = "Most parcels take three days.\n\n## In the country\n\nThree days.\n\n## Abroad\n\nA parcel to Peru takes seven days.\n\n## <script>alert(1)</script>\n\n[Track it](https://track.example) or [not](javascript:alert(1)).";

/// A help center over a fresh record.
struct House {
    knowledge: Knowledge,
    fresh: Fresh,
    by: AgentId,
    router: Router,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn to(&self) -> &str {
        self.headers[header::LOCATION].to_str().unwrap()
    }
}

impl House {
    async fn open() -> Self {
        let fresh = chat::testing::fresh().await.unwrap();
        let knowledge = Knowledge::throwaway(knowledge::Config::default(), fresh.chat.clone()).await.unwrap();
        let by = fresh.agent("Ada", Role::Admin).await.unwrap().id;
        let config = visitor::Config { messages_per_minute_of_address: 6, ..visitor::Config::default() };
        let searches = Searches { config, trust_proxy: true, ..Searches::default() };
        let router = router(Pages::embedded().unwrap(), fresh.chat.clone(), knowledge.clone(), "https://help.example/", searches);
        Self { knowledge, fresh, by, router }
    }

    async fn collection(&self, en: &str, zh: &str, audience: Audience) -> CollectionId {
        self.collection_of(self.fresh.workspace, (en, zh), audience).await
    }

    async fn collection_of(&self, workspace: WorkspaceId, (en, zh): (&str, &str), audience: Audience) -> CollectionId {
        let name = |name: &str| Name { name: name.into(), about: format!("{name}?") };
        let names = [("en".to_owned(), name(en)), ("zh".to_owned(), name(zh))].into();
        let library = library::by_name(&self.fresh.chat, workspace, collection::LIBRARY).await.unwrap().id;
        collection::create(&self.fresh.chat, workspace, library, names, audience).await.unwrap()
    }

    async fn write(&self, id: ArticleId, locale: &str, title: &str, body: &str, (seen, then): (i64, Then)) {
        let typed = Typed { title: title.into(), summary: String::new(), body: body.into() };
        let saved = self.knowledge.save_article(self.fresh.workspace, (id, locale), typed, (seen, then), self.by).await.unwrap();
        assert!(matches!(saved, Saved::Kept(_)));
    }

    async fn article(&self, shelf: CollectionId, title: &str, body: &str) -> ArticleId {
        let typed = Typed { title: title.into(), summary: String::new(), body: body.into() };
        let id = self.knowledge.begin_article(self.fresh.workspace, shelf, "en", typed, self.by).await.unwrap();
        self.write(id, "en", title, body, (1, Then::Publish)).await;
        id
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(path, &[]).await
    }

    async fn ask(&self, path: &str, said: &[(header::HeaderName, &str)]) -> Answer {
        let mut request = Request::get(path);
        for (name, value) in said {
            request = request.header(name, *value);
        }
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, text }
    }
}

#[tokio::test]
async fn articles_are_pages_in_each_of_their_languages() {
    let house = House::open().await;
    let help = format!("/help/{}", house.fresh.inbox);
    let empty = house.get(&format!("{help}/en")).await;
    assert!(empty.status == StatusCode::OK && empty.text.contains("There are no articles yet."), "{}", empty.text);
    let shelf = house.collection("Delivery", "配送", Audience::All).await;
    let id = house.article(shelf, "How long does delivery take?", BODY).await;
    house.write(id, "zh", "送货要多久？", "大多数包裹 3 天送达。", (0, Then::Publish)).await;
    house.article(shelf, "Where is my parcel?", "On its way.").await;
    // The home, in the language of the browser.
    assert_eq!(house.ask(&help, &[(header::ACCEPT_LANGUAGE, "zh-CN")]).await.to(), format!("{help}/zh"));
    assert_eq!(house.get(&help).await.to(), format!("{help}/en"));
    let (en, zh) = (house.get(&format!("{help}/en")).await.text, house.get(&format!("{help}/zh")).await.text);
    assert!(en.contains("<html lang=\"en\">") && en.contains("How can we help?") && en.contains(">Delivery</a>"), "{en}");
    assert!(
        zh.contains("<html lang=\"zh\">") && zh.contains("需要什么帮助？") && zh.contains(">配送</a>") && !zh.contains("parcel"),
        "{zh}"
    );
    let shelf_page = house.get(&format!("{help}/en/collections/1-delivery")).await.text;
    assert!(shelf_page.contains("Delivery?") && shelf_page.contains("Where is my parcel?"), "{shelf_page}");
    assert!(shelf_page.contains(&format!("hreflang=\"zh\" href=\"https://help.example{help}/zh/collections/1-%E9%85%8D%E9%80%81\"")));
    // The article: sections that can be linked to, nothing that runs, its other language, the widget.
    let path = format!("{help}/en/articles/1-how-long-does-delivery-take");
    let page = house.get(&path).await;
    for part in [
        "<title>How long does delivery take? · ",
        "<meta name=\"description\" content=\"Most parcels take three days.",
        "<h2 id=\"abroad\">Abroad</h2>",
        "<a href=\"#abroad\">",
        "href=\"https://track.example\"",
        "<script src=\"/widget.js\" data-inbox=",
        "More in Delivery",
        &format!("<link rel=\"canonical\" href=\"https://help.example{path}\">"),
        &format!("hreflang=\"zh\" href=\"{help}/zh/articles/1-%E9%80%81%E8%B4%A7%E8%A6%81%E5%A4%9A%E4%B9%85\"")
            .replace("href=\"/", "href=\"https://help.example/"),
    ] {
        assert!(page.text.contains(part), "{part} is not on\n{}", page.text);
    }
    assert!(!page.text.contains("<script>alert") && !page.text.contains("javascript:"), "{}", page.text);
    let chinese = house.get(&format!("{help}/zh/articles/1-送货要多久")).await;
    assert!(chinese.text.contains("更新于") && chinese.text.contains("3 天送达"), "{}", chinese.text);
    // An old or foreign address finds it all the same; a citation finds it in the reader's language or in another.
    assert_eq!(house.get(&format!("{help}/en/articles/1-what-it-was-called")).await.to(), path);
    assert_eq!(house.get(&format!("{help}/zh/articles/2")).await.to(), format!("{help}/en/articles/2-where-is-my-parcel"));
    assert_eq!(house.get(&format!("{help}/article/{id}/en")).await.to(), path);
    assert_eq!(house.get(&format!("/help/article/{id}/en")).await.to(), format!("{help}/article/{id}/en"));
    let map = house.get(&format!("{help}/sitemap.xml")).await;
    assert_eq!(map.headers[header::CONTENT_TYPE], "application/xml; charset=utf-8");
    assert!(
        map.text.contains(&format!("<loc>https://help.example{path}</loc>")) && map.text.matches("<lastmod>").count() == 3,
        "{}",
        map.text
    );
}

#[tokio::test]
async fn a_page_is_kept_until_it_changes() {
    let house = House::open().await;
    let shelf = house.collection("Delivery", "配送", Audience::All).await;
    let id = house.article(shelf, "Delivery", "Three days.").await;
    let path = format!("/help/{}/en/articles/1-delivery", house.fresh.inbox);
    let first = house.get(&path).await;
    let tag = first.headers[header::ETAG].to_str().unwrap().to_owned();
    let modified = first.headers[header::LAST_MODIFIED].to_str().unwrap().to_owned();
    assert_eq!(first.headers[header::CACHE_CONTROL], "public, no-cache");
    for known in [(header::IF_NONE_MATCH, tag.as_str()), (header::IF_MODIFIED_SINCE, &modified)] {
        let again = house.ask(&path, &[known]).await;
        assert_eq!((again.status, again.text.len()), (StatusCode::NOT_MODIFIED, 0));
    }
    house.fresh.clock.advance(5_000);
    house.write(id, "en", "Delivery", "Four days.", (2, Then::Stay)).await;
    for known in [(header::IF_NONE_MATCH, tag.as_str()), (header::IF_MODIFIED_SINCE, &modified)] {
        assert!(house.ask(&path, &[known]).await.text.contains("Four days."));
    }
    house.knowledge.remove_article(house.fresh.workspace, id, knowledge::release::Frozen::Kept).await.unwrap();
    assert_eq!(house.ask(&path, &[(header::IF_NONE_MATCH, &tag)]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn crawlers_are_told_which_help_centers_there_are() {
    let house = House::open().await;
    let (chat, workspace, inbox) = (&house.fresh.chat, house.fresh.workspace, house.fresh.inbox);
    let robots = async || house.get("/robots.txt").await;
    let empty = robots().await;
    assert!(empty.headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/plain"));
    assert!(
        empty.text.starts_with("User-agent: *\nDisallow: /console\nDisallow: /v1\n") && !empty.text.contains("Sitemap"),
        "{}",
        empty.text
    );
    let hidden = house.collection("Desk", "内部", Audience::Staff).await;
    house.article(hidden, "Who to call", "Nobody.").await;
    let shelf = house.collection("Delivery", "配送", Audience::All).await;
    let draft = Typed { title: "Soon".into(), summary: String::new(), body: "Soon.".into() };
    house.knowledge.begin_article(workspace, shelf, "en", draft, house.by).await.unwrap();
    assert!(!robots().await.text.contains("Sitemap"), "nothing is public yet");
    house.article(shelf, "Delivery", "Three days.").await;
    let closed: chat::InboxId = chat.id();
    chat::inbox::create(chat.store(), workspace, closed, "Wholesale", &chat::inbox::Look::default(), chat.now()).await.unwrap();
    chat::inbox::set_libraries(chat.store(), workspace, closed, Some(&[])).await.unwrap();
    let text = robots().await.text;
    assert!(text.ends_with(&format!("\n\nSitemap: https://help.example/help/{inbox}/sitemap.xml\n")), "{text}");
    assert!(!text.contains(&closed.text()), "it shows nothing: {text}");
    // Nobody is told whom else the server serves.
    let other: WorkspaceId = chat.id();
    chat::workspace::create(chat.store(), other, "Somebody else", chat.now()).await.unwrap();
    let shelf = house.collection_of(other, ("Returns", "退货"), Audience::All).await;
    let typed = Typed { title: "Returns".into(), summary: String::new(), body: "Within a month.".into() };
    let id = house.knowledge.begin_article(other, shelf, "en", typed.clone(), house.by).await.unwrap();
    house.knowledge.save_article(other, (id, "en"), typed, (1, Then::Publish), house.by).await.unwrap();
    assert!(!robots().await.text.contains("Sitemap"));
}

#[tokio::test]
async fn what_is_not_for_everybody_is_nowhere() {
    let house = House::open().await;
    let (chat, workspace) = (&house.fresh.chat, house.fresh.workspace);
    let help = format!("/help/{}", house.fresh.inbox);
    let open = house.collection("Delivery", "配送", Audience::All).await;
    let hidden = house.collection("Desk", "内部", Audience::Staff).await;
    let members = house.collection("Members", "会员", Audience::Verified).await;
    house.article(open, "Delivery to Peru", "A parcel to Peru takes seven days.").await;
    let secret = house.article(hidden, "Peru for the desk", "A parcel to Peru is insured secretly.").await;
    house.article(members, "Peru for members", "A parcel to Peru is free secretly.").await;
    let draft = Typed { title: "Peru draft".into(), summary: String::new(), body: "Peru, secretly.".into() };
    house.knowledge.begin_article(workspace, open, "en", draft, house.by).await.unwrap();
    let pages = ["", "/collections/1-delivery", "/articles/1-delivery-to-peru", "/search?q=parcel+to+Peru+secretly"];
    for path in pages.iter().map(|path| format!("{help}/en{path}")).chain([format!("{help}/sitemap.xml")]) {
        let page = house.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        for word in ["desk", "Desk", "members", "Members", "draft", "insured", "free"] {
            assert!(!page.text.contains(word), "{word} on {path}\n{}", page.text);
        }
    }
    let found = house.get(&format!("{help}/en/search?q=parcel+Peru")).await.text;
    assert!(
        found.contains("articles/1-delivery-to-peru") && found.contains("noindex") && found.contains("value=\"parcel Peru\""),
        "{found}"
    );
    let nothing = house.get(&format!("{help}/zh/search?q=%3Cscript%3E")).await.text;
    assert!(nothing.contains("没有找到相关文章") && nothing.contains("&lt;script&gt;"), "{nothing}");
    for path in [
        format!("{help}/en/articles/2-peru-for-the-desk"),
        format!("{help}/en/articles/3"),
        format!("{help}/en/articles/4-peru-draft"),
        format!("{help}/en/articles/99"),
        format!("{help}/en/collections/2-desk"),
        format!("{help}/fr"),
        format!("{help}/article/{secret}/en"),
        format!("/help/article/{secret}/en"),
        format!("/help/article/{}/en", chat.id::<ArticleId>()),
        format!("/help/{}/en", chat.id::<chat::InboxId>()),
        "/help/demo".to_owned(),
    ] {
        let page = house.ask(&path, &[(header::ACCEPT_LANGUAGE, "en")]).await;
        assert!(page.status == StatusCode::NOT_FOUND && page.text.contains("No such page"), "{path}: {}", page.status);
    }
    // An inbox that is limited to other libraries shows nothing, and what becomes internal is gone at once.
    let path = format!("{help}/en/articles/1-delivery-to-peru");
    chat::inbox::set_libraries(chat.store(), workspace, house.fresh.inbox, Some(&[])).await.unwrap();
    assert_eq!(house.get(&path).await.status, StatusCode::NOT_FOUND);
    chat::inbox::set_libraries(chat.store(), workspace, house.fresh.inbox, None).await.unwrap();
    assert_eq!(house.get(&path).await.status, StatusCode::OK);
    let of = collection::find(chat.store(), workspace, open).await.unwrap().source;
    source::set_audience(chat, workspace, of, &Audience::Staff).await.unwrap();
    assert_eq!(house.get(&path).await.status, StatusCode::NOT_FOUND);
    assert!(public::list(chat.store(), workspace, None).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_address_searches_so_often_and_reads_as_it_likes() {
    let house = House::open().await;
    let shelf = house.collection("Delivery", "配送", Audience::All).await;
    house.article(shelf, "Delivery", "Three days.").await;
    let path = format!("/help/{}/en/search?q=days", house.fresh.inbox);
    let forwarded = header::HeaderName::from_static("x-forwarded-for");
    for _ in 0..6 {
        assert_eq!(house.ask(&path, &[(forwarded.clone(), "192.0.2.7")]).await.status, StatusCode::OK);
    }
    let busy = house.ask(&path, &[(forwarded.clone(), "192.0.2.7")]).await;
    assert!(busy.status == StatusCode::TOO_MANY_REQUESTS && busy.text.contains("Please try again in a minute."), "{}", busy.text);
    assert_eq!(house.ask(&path, &[(forwarded.clone(), "192.0.2.8")]).await.status, StatusCode::OK, "others do not suffer");
    let home = format!("/help/{}/en", house.fresh.inbox);
    assert_eq!(house.ask(&home, &[(forwarded, "192.0.2.7")]).await.status, StatusCode::OK);
}

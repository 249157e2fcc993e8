//! Stories of the record as a whole, on every engine.

use crate::{
    Append, Audience, Author, Conversation, ConversationId, Error, Heard, News, Topic, VisitorId, conversation::Opening, cursor, message,
    testing, testing::Fresh, visit,
};

crate::on_every_engine!(
    the_first_message_opens_its_conversation,
    nobody_opens_what_is_somebody_elses,
    a_visit_is_the_record,
    many_visits_at_once_are_each_their_own,
    tails_never_end_before_the_record,
    appends_of_another_node_are_seen,
    what_is_kept_is_told_though_its_sender_has_gone,
);

fn opening(fresh: &Fresh) -> Opening {
    Opening {
        id: fresh.chat.id(),
        workspace: fresh.workspace,
        inbox: fresh.inbox,
        visitor: fresh.chat.id(),
        locale: "zh".into(),
        page_url: "https://shop.example/\0cart".into(),
        page_title: "t".repeat(400),
    }
}

fn first(fresh: &Fresh, opening: &Opening, body: &str) -> Append {
    let append = Append::new(fresh.workspace, opening.id, fresh.chat.id(), Author::Visitor(opening.visitor), body);
    Append { opening: Some(Box::new(opening.clone())), ..append }
}

async fn the_first_message_opens_its_conversation(engine: testing::Engine) {
    let fresh = engine.fresh().await.unwrap();
    let (one, two) = (opening(&fresh), opening(&fresh));
    let retried = first(&fresh, &one, "hello");
    // The same message twice and another's in one group.
    let (a, b, c) =
        tokio::join!(fresh.chat.append(retried.clone()), fresh.chat.append(first(&fresh, &two, "hi")), fresh.chat.append(retried));
    let (a, b, c) = (a.unwrap(), b.unwrap(), c.unwrap());
    assert_eq!((a.message.seq, b.message.seq, c.message.seq), (1, 1, 1));
    assert!(a.duplicate != c.duplicate && !b.duplicate && b.due);
    assert_eq!((b.before, if a.duplicate { a.before } else { c.before }), (0, 1));
    let found = crate::conversation::find(fresh.chat.store(), fresh.workspace, one.id).await.unwrap();
    assert_eq!((found.visitor, found.last_seq, found.locale.as_str()), (one.visitor, 1, "zh"));
    assert_eq!((found.page_url.as_str(), found.page_title.len()), ("https://shop.example/cart", 300));
    let visitor = crate::visitor::find(fresh.chat.store(), fresh.workspace, one.visitor).await.unwrap();
    assert_eq!(visitor.locale, "zh");
    // Once it is there an opening changes nothing.
    let other = Opening { locale: "en".into(), ..one.clone() };
    assert_eq!(fresh.chat.append(first(&fresh, &other, "again")).await.unwrap().message.seq, 2);
    assert_eq!(crate::conversation::find(fresh.chat.store(), fresh.workspace, one.id).await.unwrap().locale, "zh");
}

async fn nobody_opens_what_is_somebody_elses(engine: testing::Engine) {
    let fresh = engine.fresh().await.unwrap();
    let mine = opening(&fresh);
    fresh.chat.append(first(&fresh, &mine, "mine")).await.unwrap();
    let theirs = Opening { visitor: fresh.chat.id(), ..mine.clone() };
    let elsewhere = Opening { workspace: fresh.chat.id(), ..opening(&fresh) };
    let nowhere = Opening { inbox: fresh.chat.id(), ..opening(&fresh) };
    for wrong in [theirs, elsewhere, nowhere] {
        let refused = fresh.chat.append(first(&fresh, &wrong, "x")).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    }
    assert_eq!(message::after(fresh.chat.store(), fresh.workspace, mine.id, Audience::Staff, 0, 9).await.unwrap().len(), 1);
}

async fn what_is_kept_is_told_though_its_sender_has_gone(engine: testing::Engine) {
    let fresh = engine.fresh().await.unwrap();
    let mine = opening(&fresh);
    let mut ear = fresh.chat.bus().subscribe(Topic::Visitor(fresh.workspace, mine.visitor));
    ear.joined().await;
    let mut sending = Box::pin(fresh.chat.append(first(&fresh, &mine, "gone before the answer")));
    // Once it was polled it is on its way, or even there.
    let _ = futures_util::poll!(&mut sending);
    drop(sending);
    let told = async {
        loop {
            if let Heard::News(news) = ear.next().await {
                return news;
            }
        }
    };
    let told = tokio::time::timeout(std::time::Duration::from_secs(10), told).await.unwrap();
    assert!(matches!(&*told, News::Message { message } if message.body == "gone before the answer"), "{told:?}");
}

async fn a_visit_is_the_record(engine: testing::Engine) {
    let fresh = engine.fresh().await.unwrap();
    let nobody: VisitorId = fresh.chat.id();
    assert!(fresh.chat.visit(fresh.workspace, nobody).await.unwrap().is_none());
    let mine = opening(&fresh);
    for n in 0..visit::LISTED + 3 {
        fresh.clock.advance(1);
        let next = Opening { id: if n == 0 { mine.id } else { fresh.chat.id() }, ..mine.clone() };
        fresh.chat.append(first(&fresh, &next, &format!("hello {n}"))).await.unwrap();
    }
    fresh.clock.advance(1);
    let agent = fresh.agent("Ann", crate::agent::Role::Agent).await.unwrap();
    let long = "字".repeat(500);
    for body in ["one", long.as_str()] {
        fresh.chat.append(Append::new(fresh.workspace, mine.id, fresh.chat.id(), Author::Agent(agent.id), body)).await.unwrap();
    }
    let (reader, device) = (cursor::Reader::Visitor(mine.visitor), fresh.chat.id());
    cursor::mark(fresh.chat.store(), fresh.workspace, mine.id, reader, device, (2, 2), 1).await.unwrap();
    let staff = cursor::Reader::Agent(agent.id);
    cursor::mark(fresh.chat.store(), fresh.workspace, mine.id, staff, fresh.chat.id(), (1, 1), 1).await.unwrap();
    crate::visitor::label(fresh.chat.store(), fresh.workspace, mine.visitor, Some("Li"), Some("li@example.org")).await.unwrap();

    let visit = fresh.chat.visit(fresh.workspace, mine.visitor).await.unwrap().unwrap();
    assert_eq!((visit.visitor.name.as_str(), visit.visitor.email.as_deref()), ("Li", Some("li@example.org")));
    assert_eq!(visit.visitor, crate::visitor::find(fresh.chat.store(), fresh.workspace, mine.visitor).await.unwrap());
    let listed = crate::overview::list(fresh.chat.store(), fresh.workspace, mine.visitor, visit::LISTED).await.unwrap();
    assert_eq!(visit.talks, listed);
    assert_eq!(visit.talks.len() as i64, visit::LISTED);
    let top = &visit.talks[0];
    assert_eq!((top.talk.id, top.talk.last_seq, top.read_seq, top.seen_seq, top.unread), (mine.id, 3, 2, 1, 1));
    assert_eq!(top.preview.chars().count(), 140);
    assert!(fresh.chat.visit(fresh.chat.id(), mine.visitor).await.unwrap().is_none(), "another workspace");
}

async fn many_visits_at_once_are_each_their_own(engine: testing::Engine) {
    let fresh = engine.fresh().await.unwrap();
    let mut all = Vec::new();
    for n in 0..150 {
        let mine = opening(&fresh);
        if n % 3 > 0 {
            fresh.chat.append(first(&fresh, &mine, "hello")).await.unwrap();
        }
        all.push((mine, n % 3 > 0));
    }
    let asked = all.iter().map(|(mine, _)| fresh.chat.visit(fresh.workspace, mine.visitor));
    for ((mine, known), found) in all.iter().zip(futures_util::future::join_all(asked).await) {
        let found = found.unwrap();
        assert_eq!(found.is_some(), *known);
        if let Some(visit) = found {
            let talks: Vec<ConversationId> = visit.talks.iter().map(|of| of.talk.id).collect();
            assert_eq!((visit.visitor.id, talks), (mine.visitor, vec![mine.id]));
        }
    }
}

/// What a reader who has just read the row is given, in both audiences, from every place.
async fn whole(fresh: &Fresh, of: ConversationId) {
    let row: Conversation = crate::conversation::find(fresh.chat.store(), fresh.workspace, of).await.unwrap();
    for audience in [Audience::All, Audience::Staff] {
        for seq in 0..=row.last_seq {
            let given = fresh.chat.after(&row, audience, seq, 1_000).await.unwrap();
            let kept = message::after(fresh.chat.store(), fresh.workspace, of, audience, seq, 1_000).await.unwrap();
            assert!(given.iter().map(|m| &**m).eq(kept.iter()), "after {seq} of {}", row.last_seq);
        }
    }
}

async fn tails_never_end_before_the_record(engine: testing::Engine) {
    let fresh = engine.fresh().await.unwrap();
    let mine = opening(&fresh);
    for n in 0..45 {
        let append = first(&fresh, &mine, &format!("{n}"));
        let note = n % 7 == 3;
        let audience = if note { Audience::Staff } else { Audience::All };
        let author = if note { Author::System } else { append.author };
        let append = Append { audience, author, ..append };
        if n % 5 == 4 {
            // Somebody whose announcement is never made: the process died after its commit.
            let mut tx = fresh.chat.begin().await.unwrap();
            fresh.chat.append_in(&mut tx, append).await.unwrap();
            tx.commit().await.unwrap();
        } else {
            fresh.chat.append(append).await.unwrap();
        }
        if n % 4 == 0 {
            whole(&fresh, mine.id).await;
        }
    }
    whole(&fresh, mine.id).await;
    let counts = fresh.chat.tail_counts();
    assert!(counts.hits > 100 && counts.misses > 0, "{counts:?}");
}

async fn appends_of_another_node_are_seen(engine: testing::Engine) {
    let fresh = engine.fresh().await.unwrap();
    let mine = opening(&fresh);
    fresh.chat.append(first(&fresh, &mine, "here")).await.unwrap();
    whole(&fresh, mine.id).await;
    let there = crate::Chat::open(&fresh.config, fresh.clock.clone(), crate::Random::system()).await.unwrap();
    for n in 0..5 {
        // This node listens to nothing: no news reaches it, on no engine.
        let append = Append::new(fresh.workspace, mine.id, there.id(), Author::Visitor(mine.visitor), format!("there {n}"));
        let done = there.append(append).await.unwrap();
        assert_eq!(done.message.seq, n + 2);
        whole(&fresh, mine.id).await;
    }
}

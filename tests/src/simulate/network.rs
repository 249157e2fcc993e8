//! News between the nodes: late, in any order, twice, or never.

use std::sync::Arc;

use chat::{News, Topic};

use super::world::World;

/// A piece of news on its way to one node.
pub(super) struct Letter {
    to: usize,
    topic: Topic,
    news: Arc<News>,
}

impl World {
    /// Puts what the nodes have told into the post.
    pub(super) fn collect(&mut self) {
        for from in 0..self.nodes.len() {
            for (topic, news) in self.nodes[from].own_news() {
                for to in (0..self.nodes.len()).filter(|to| *to != from) {
                    self.post.push(Letter { to, topic, news: news.clone() });
                }
            }
        }
    }

    pub(super) fn letter(&mut self) -> Option<String> {
        let at = self.one_of(self.post.len())?;
        let what = format!("{} for n{}", name(&self.post[at].news), self.post[at].to);
        Some(match self.dice.below(10) {
            0 => {
                self.post.swap_remove(at);
                format!("{what} is lost")
            }
            1 => {
                self.hand_in(at);
                format!("{what} arrives and will again")
            }
            _ => {
                self.deliver(at);
                format!("{what} arrives")
            }
        })
    }

    /// The letter arrives; in which order the others wait does not matter, any may be next.
    pub(super) fn deliver(&mut self, at: usize) {
        self.hand_in(at);
        self.post.swap_remove(at);
    }

    fn hand_in(&mut self, at: usize) {
        let Letter { to, topic, news } = &self.post[at];
        self.nodes[*to].receive(*topic, news);
    }
}

fn name(news: &News) -> &'static str {
    match news {
        News::Message { .. } => "a message",
        News::Read { .. } => "a mark",
        News::Due { .. } => "a due turn",
        News::SpeakerChanged { .. } => "a change of speaker",
        _ => "a change",
    }
}

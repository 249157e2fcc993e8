//! The handle of the console.

use std::ops::Deref;
use std::sync::Arc;

use axum::Router;
use bot::Bot;
use chat::Chat;
use knowledge::Knowledge;
use ticketing::Desk;
use tokio_util::sync::CancellationToken;

use crate::bot_settings::typed::TypedKeys;
use crate::config::Config;
use crate::error::Error;
use crate::live::watchers::Watchers;
use crate::login::attempts::Attempts;
use crate::routes;
use crate::templates::Templates;

/// The staff's pages; cheap to clone.
#[derive(Clone)]
pub struct Console(Arc<Parts>);

/// What handlers reach through the handle.
pub struct Parts {
    /// How it is set up.
    pub config: Config,
    /// The record.
    pub chat: Chat,
    /// The knowledge.
    pub knowledge: Knowledge,
    /// The desk.
    pub desk: Desk,
    /// The bot.
    pub bot: Bot,
    /// The pages.
    pub templates: Templates,
    /// Failed sign-ins.
    pub attempts: Attempts,
    /// Keys of models that were typed and are not saved yet.
    pub typed: TypedKeys,
    /// Who looks at which conversation.
    pub watchers: Watchers,
    /// Cancelled when open streams must end.
    pub closing: CancellationToken,
}

impl Deref for Console {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Console {
    /// Compiles the pages.
    ///
    /// # Errors
    /// A template or translation that does not parse; a test renders them all.
    pub fn new(config: Config, chat: Chat, knowledge: Knowledge, desk: Desk, bot: Bot) -> Result<Console, Error> {
        let clock = chat.clock().clone();
        let templates = Templates::embedded(Arc::new(move || clock.now()))?;
        Ok(Console(Arc::new(Parts {
            config,
            chat,
            knowledge,
            desk,
            bot,
            templates,
            attempts: Attempts::default(),
            typed: TypedKeys::default(),
            watchers: Watchers::default(),
            closing: CancellationToken::new(),
        })))
    }

    /// Ends every open stream: a server that stops waits for none. Browsers come back by themselves.
    pub fn close(&self) {
        self.closing.cancel();
    }

    /// Every page, with addresses that begin with `/console`: merge it into the root router.
    pub fn router(&self) -> Router {
        routes::router(self)
    }
}

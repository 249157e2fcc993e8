//! A Qdrant server that holds the indexes of all nodes, and whether it answers.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use chat::WorkspaceId;
use parking_lot::Mutex;
use qdrant_client::{
    Qdrant, QdrantError,
    qdrant::{GetPoints, PointId, SetPayloadPoints, Value, value::Kind},
};
use uuid::Uuid;

use super::recipe::{Recipe, Seal};
use crate::{Error, Result, config::Place};

/// After a failure everybody else fails at once for so long, instead of waiting too.
const REST: Duration = Duration::from_secs(1);
/// The point without vectors that holds the seal.
pub(super) const SEAL: Uuid = Uuid::nil();
/// Its field with the seal.
const SEALED: &str = "seal";
/// Its field with the time it was used last, unix milliseconds.
const USED: &str = "used_at";

/// gRPC's codes, as numbers: <https://grpc.io/docs/guides/status-codes/>.
mod code {
    pub(super) const NOT_FOUND: i32 = 5;
    pub(super) const INVALID: i32 = 3;
    pub(super) const EXISTS: i32 = 6;
    pub(super) const FORBIDDEN: i32 = 7;
    pub(super) const UNIMPLEMENTED: i32 = 12;
    pub(super) const STRANGER: i32 = 16;
}

pub(crate) struct Server {
    pub(super) client: Qdrant,
    prefix: String,
    patience: Duration,
    trouble: Mutex<Option<Trouble>>,
}

/// Since when it does not serve, and why.
struct Trouble {
    since: Instant,
    last: Instant,
    reason: String,
}

/// A collection of one workspace.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Collection {
    pub name: String,
    /// The recipe's short name.
    recipe: String,
    generation: u64,
}

/// What the point without vectors says of a collection.
#[derive(Default)]
pub(super) struct Card {
    pub seal: Option<Seal>,
    /// Unix milliseconds.
    pub used_at: i64,
}

impl Server {
    /// Errors are sentences for the operator. Nothing is asked yet: a server that is away keeps nobody from starting.
    pub(crate) fn new(place: &Place) -> Result<Option<Self>, String> {
        let Some(url) = place.server()? else { return Ok(None) };
        let patience = Duration::from_secs(place.seconds);
        let client = Qdrant::from_url(url)
            .api_key(Some(place.key.as_str()).filter(|key| !key.is_empty()))
            .timeout(patience)
            .connect_timeout(patience.min(Duration::from_secs(2)))
            .skip_compatibility_check()
            .build()
            .map_err(|error| format!("knowledge.index.address cannot be used: {error}"))?;
        Ok(Some(Self { client, prefix: place.prefix.clone(), patience, trouble: Mutex::default() }))
    }

    /// Asks the server, for as long as it may take.
    ///
    /// # Errors
    /// [`Error::Index`]: it does not serve, or what was asked is refused.
    pub(super) async fn ask<T>(&self, request: impl Future<Output = Result<T, QdrantError>>) -> Result<T> {
        if let Some(trouble) = self.trouble.lock().as_ref()
            && trouble.last.elapsed() < REST
        {
            return Err(away(&trouble.reason));
        }
        // Its own limit begins when it is connected.
        match tokio::time::timeout(self.patience * 2, request).await {
            Ok(Ok(answer)) => {
                self.serves();
                Ok(answer)
            }
            Ok(Err(QdrantError::ResponseError { status })) if is_answer(status.code() as i32) => {
                self.serves();
                Err(Error::Index(format!("the Qdrant server refused a request: {}", status.message())))
            }
            Ok(Err(error)) => Err(self.fails(reason(&error))),
            Err(_) => Err(self.fails(format!("it did not answer within {} s", self.patience.as_secs()))),
        }
    }

    /// Whether it answers now, and its version.
    ///
    /// # Errors
    /// [`Error::Index`].
    pub(crate) async fn version(&self) -> Result<String> {
        Ok(self.ask(self.client.health_check()).await?.version)
    }

    /// Why it does not serve, and for how many seconds; `None` while it does.
    pub(crate) fn trouble(&self) -> Option<(String, u64)> {
        self.trouble.lock().as_ref().map(|trouble| (trouble.reason.clone(), trouble.since.elapsed().as_secs()))
    }

    /// The workspace's collections of all recipes, oldest first.
    pub(super) async fn collections(&self, workspace: WorkspaceId) -> Result<Vec<Collection>> {
        let all = self.ask(self.client.list_collections()).await?.collections;
        let room = format!("{}-{workspace}-", self.prefix);
        let mut found: Vec<Collection> = all
            .into_iter()
            .filter_map(|collection| {
                let (recipe, generation) = collection.name.strip_prefix(&room)?.split_once('-')?;
                Some(Collection { recipe: recipe.to_owned(), generation: generation.parse().ok()?, name: collection.name })
            })
            .collect();
        found.sort_by_key(|collection| collection.generation);
        Ok(found)
    }

    /// The newest collection that is whole and was made with a fitting recipe.
    pub(super) async fn current(&self, workspace: WorkspaceId, recipe: &Recipe) -> Result<Option<(Collection, Seal)>> {
        for collection in self.collections(workspace).await?.into_iter().rev().filter(|found| found.is_of(recipe)) {
            if let Some(seal) = self.card(&collection).await?.seal
                && seal.recipe.fits(recipe)
            {
                return Ok(Some((collection, seal)));
            }
        }
        Ok(None)
    }

    /// The one after the workspace's last.
    pub(super) async fn next(&self, workspace: WorkspaceId, recipe: &Recipe) -> Result<Collection> {
        let last = self.collections(workspace).await?.iter().map(|collection| collection.generation).max().unwrap_or(0);
        let (recipe, generation) = (recipe.name(), last + 1);
        Ok(Collection { name: format!("{}-{workspace}-{recipe}-{generation}", self.prefix), recipe, generation })
    }

    pub(super) async fn card(&self, collection: &Collection) -> Result<Card> {
        let request = GetPoints {
            collection_name: collection.name.clone(),
            ids: vec![PointId::from(SEAL.to_string())],
            with_payload: Some(true.into()),
            ..GetPoints::default()
        };
        let found = self.ask(self.client.get_points(request)).await?.result;
        let Some(point) = found.into_iter().next() else { return Ok(Card::default()) };
        let field = |name: &str| point.payload.get(name).and_then(|value| value.kind.as_ref());
        let seal = match field(SEALED) {
            Some(Kind::StringValue(text)) => serde_json::from_str(text).ok(),
            _ => None,
        };
        Ok(Card { seal, used_at: if let Some(Kind::IntegerValue(at)) = field(USED) { *at } else { 0 } })
    }

    /// Says that a collection is in use.
    pub(super) async fn touch(&self, collection: &Collection, now: i64) -> Result<()> {
        self.write(&collection.name, HashMap::from([(USED.to_owned(), Value::from(now))])).await
    }

    pub(super) async fn seal(&self, collection: &str, seal: &Seal) -> Result<()> {
        let text = serde_json::to_string(seal).map_err(|error| Error::Index(error.to_string()))?;
        self.write(collection, HashMap::from([(SEALED.to_owned(), Value::from(text))])).await
    }

    pub(super) async fn drop_collection(&self, collection: &Collection) -> Result<()> {
        self.ask(self.client.delete_collection(collection.name.as_str())).await.map(drop)
    }

    async fn write(&self, collection: &str, payload: HashMap<String, Value>) -> Result<()> {
        let request = SetPayloadPoints {
            collection_name: collection.to_owned(),
            wait: Some(true),
            payload,
            points_selector: Some(vec![PointId::from(SEAL.to_string())].into()),
            ..SetPayloadPoints::default()
        };
        self.ask(self.client.set_payload(request)).await.map(drop)
    }

    fn serves(&self) {
        let Some(before) = self.trouble.lock().take() else { return };
        tracing::info!(index.away_s = before.since.elapsed().as_secs(), "the Qdrant server of the search index answers again");
    }

    /// The first failure is told; those after it are known.
    fn fails(&self, reason: String) -> Error {
        let now = Instant::now();
        let mut trouble = self.trouble.lock();
        let since = trouble.as_ref().map(|trouble| trouble.since);
        if since.is_none() {
            tracing::warn!(
                reason,
                "the Qdrant server of the search index cannot be used; questions go to people, and the index is brought in step when it is back"
            );
        }
        let error = away(&reason);
        *trouble = Some(Trouble { since: since.unwrap_or(now), last: now, reason });
        error
    }
}

impl Collection {
    /// Whether it was made with a recipe of this name.
    pub(super) fn is_of(&self, recipe: &Recipe) -> bool {
        self.recipe == recipe.name()
    }
}

/// What the server says of the request, not of itself.
fn is_answer(status: i32) -> bool {
    [code::NOT_FOUND, code::INVALID, code::EXISTS, code::UNIMPLEMENTED].contains(&status)
}

/// Without the address and without what was sent.
fn reason(error: &QdrantError) -> String {
    match error {
        QdrantError::ResponseError { status } => match status.code() as i32 {
            code::FORBIDDEN | code::STRANGER => "it refuses the key: set knowledge.index.key".to_owned(),
            _ if status.message().starts_with("Failed to connect") => "it cannot be reached".to_owned(),
            _ => status.message().to_owned(),
        },
        QdrantError::ResourceExhaustedError { .. } => "it has too much to do".to_owned(),
        other => other.to_string(),
    }
}

fn away(reason: &str) -> Error {
    Error::Index(format!("the Qdrant server does not serve ({reason}); try again"))
}

//! The three services with all their calls; those that Warbler does not make are refused.

use std::{future::Future, pin::Pin, sync::Arc};

use ::qdrant_client::qdrant::{
    collections_server::{Collections, CollectionsServer},
    points_server::{Points, PointsServer},
    qdrant_server::{Qdrant, QdrantServer},
    *,
};
use tonic::{Request, Response, Status, transport::server::Router};

use super::state::State;

pub(super) struct Service(Arc<State>);

/// Everything that is served.
pub(super) fn routes(state: &Arc<State>) -> Router {
    let service = || Service(state.clone());
    // As large as a page of vectors; the real one has the same limit.
    let most = 64 << 20;
    tonic::transport::Server::builder()
        .add_service(PointsServer::new(service()).max_decoding_message_size(most))
        .add_service(CollectionsServer::new(service()))
        .add_service(QdrantServer::new(service()))
}

impl Service {
    async fn run<A: Send + 'static, B: Send + 'static>(
        &self,
        request: Request<A>,
        work: fn(&State, A) -> Result<B, Status>,
    ) -> Result<Response<B>, Status> {
        self.0.admit(request.metadata()).await?;
        let (state, asked) = (self.0.clone(), request.into_inner());
        let done = tokio::task::spawn_blocking(move || work(&state, asked)).await;
        done.map_err(|error| Status::internal(error.to_string()))?.map(Response::new)
    }
}

/// A call as the protocol's traits have it.
macro_rules! rpc {
    ($name:ident, $asked:ty, $answer:ty, $work:expr) => {
        fn $name<'a, 'f>(&'a self, request: Request<$asked>) -> Pin<Box<dyn Future<Output = Result<Response<$answer>, Status>> + Send + 'f>>
        where
            'a: 'f,
            Self: 'f,
        {
            Box::pin(self.run(request, $work))
        }
    };
}

impl Points for Service {
    rpc!(upsert, UpsertPoints, PointsOperationResponse, State::upsert);
    rpc!(delete, DeletePoints, PointsOperationResponse, State::delete_points);
    rpc!(get, GetPoints, GetResponse, State::get);
    rpc!(update_vectors, UpdatePointVectors, PointsOperationResponse, State::unknown);
    rpc!(delete_vectors, DeletePointVectors, PointsOperationResponse, State::unknown);
    rpc!(set_payload, SetPayloadPoints, PointsOperationResponse, State::set_payload);
    rpc!(overwrite_payload, SetPayloadPoints, PointsOperationResponse, State::unknown);
    rpc!(delete_payload, DeletePayloadPoints, PointsOperationResponse, State::unknown);
    rpc!(clear_payload, ClearPayloadPoints, PointsOperationResponse, State::unknown);
    rpc!(create_field_index, CreateFieldIndexCollection, PointsOperationResponse, State::create_field_index);
    rpc!(delete_field_index, DeleteFieldIndexCollection, PointsOperationResponse, State::unknown);
    rpc!(create_vector_name, CreateVectorNameRequest, PointsOperationResponse, State::unknown);
    rpc!(delete_vector_name, DeleteVectorNameRequest, PointsOperationResponse, State::unknown);
    rpc!(search, SearchPoints, SearchResponse, State::unknown);
    rpc!(search_batch, SearchBatchPoints, SearchBatchResponse, State::unknown);
    rpc!(search_groups, SearchPointGroups, SearchGroupsResponse, State::unknown);
    rpc!(scroll, ScrollPoints, ScrollResponse, State::scroll);
    rpc!(recommend, RecommendPoints, RecommendResponse, State::unknown);
    rpc!(recommend_batch, RecommendBatchPoints, RecommendBatchResponse, State::unknown);
    rpc!(recommend_groups, RecommendPointGroups, RecommendGroupsResponse, State::unknown);
    rpc!(discover, DiscoverPoints, DiscoverResponse, State::unknown);
    rpc!(discover_batch, DiscoverBatchPoints, DiscoverBatchResponse, State::unknown);
    rpc!(count, CountPoints, CountResponse, State::count);
    rpc!(update_batch, UpdateBatchPoints, UpdateBatchResponse, State::unknown);
    rpc!(query, QueryPoints, QueryResponse, State::query);
    rpc!(query_batch, QueryBatchPoints, QueryBatchResponse, State::unknown);
    rpc!(query_groups, QueryPointGroups, QueryGroupsResponse, State::unknown);
    rpc!(facet, FacetCounts, FacetResponse, State::unknown);
    rpc!(search_matrix_pairs, SearchMatrixPoints, SearchMatrixPairsResponse, State::unknown);
    rpc!(search_matrix_offsets, SearchMatrixPoints, SearchMatrixOffsetsResponse, State::unknown);
}

impl Collections for Service {
    rpc!(get, GetCollectionInfoRequest, GetCollectionInfoResponse, State::unknown);
    rpc!(list, ListCollectionsRequest, ListCollectionsResponse, State::list);
    rpc!(create, CreateCollection, CollectionOperationResponse, State::create);
    rpc!(update, UpdateCollection, CollectionOperationResponse, State::unknown);
    rpc!(delete, DeleteCollection, CollectionOperationResponse, State::delete_collection);
    rpc!(update_aliases, ChangeAliases, CollectionOperationResponse, State::unknown);
    rpc!(list_collection_aliases, ListCollectionAliasesRequest, ListAliasesResponse, State::unknown);
    rpc!(list_aliases, ListAliasesRequest, ListAliasesResponse, State::unknown);
    rpc!(collection_cluster_info, CollectionClusterInfoRequest, CollectionClusterInfoResponse, State::unknown);
    rpc!(collection_exists, CollectionExistsRequest, CollectionExistsResponse, State::unknown);
    rpc!(update_collection_cluster_setup, UpdateCollectionClusterSetupRequest, UpdateCollectionClusterSetupResponse, State::unknown);
    rpc!(create_shard_key, CreateShardKeyRequest, CreateShardKeyResponse, State::unknown);
    rpc!(delete_shard_key, DeleteShardKeyRequest, DeleteShardKeyResponse, State::unknown);
    rpc!(list_shard_keys, ListShardKeysRequest, ListShardKeysResponse, State::unknown);
}

impl Qdrant for Service {
    rpc!(health_check, HealthCheckRequest, HealthCheckReply, State::health_check);
}

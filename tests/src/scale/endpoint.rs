//! An embedding endpoint that costs next to nothing: a text's vector is the sum of its words' random directions.
//!
//! Directions are as uneven as those of a real model are: most of what texts differ in lies in few of its dimensions, and a graph
//! of vectors is as hard to walk as that is even.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Result;
use axum::{Json, Router, extract::State, routing::post, serve::ListenerExt as _};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The endpoint; cheap to clone.
#[derive(Clone, Debug)]
pub struct Endpoint {
    size: usize,
    words: Arc<Mutex<HashMap<String, Arc<Vec<f32>>>>>,
}

impl Endpoint {
    /// Vectors of so many numbers.
    #[must_use]
    pub fn new(size: usize) -> Endpoint {
        Endpoint { size, words: Arc::default() }
    }

    /// Starts on a free port of this machine; returns the base address for the product's settings.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start(&self) -> Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}/v1", listener.local_addr()?);
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        let router = Router::new().route("/v1/embeddings", post(embed)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router.layer(axum::extract::DefaultBodyLimit::max(64 << 20))).await });
        Ok(address)
    }

    fn vector(&self, text: &str) -> Vec<f32> {
        let mut sum = vec![0f32; self.size];
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2) {
            let direction = self.direction(word);
            sum.iter_mut().zip(direction.iter()).for_each(|(sum, x)| *sum += x);
        }
        let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-6);
        // Four digits: as many as matter, and a reply of half the size.
        sum.iter().map(|x| (x / length * 10_000.0).round() / 10_000.0).collect()
    }

    fn direction(&self, word: &str) -> Arc<Vec<f32>> {
        let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(direction) = words.get(word) {
            return direction.clone();
        }
        let seed = word.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        let mut random = StdRng::seed_from_u64(seed);
        // A word's share falls with its commonness; short words are the common ones here.
        let weight = word.len() as f32;
        let direction: Arc<Vec<f32>> = Arc::new((0..self.size).map(|at| share(at) * random.random_range(-weight..weight)).collect());
        words.insert(word.to_owned(), direction.clone());
        direction
    }
}

/// How far texts differ in a dimension: the square root of its share of the variance, as all-MiniLM-L6-v2 has it over 600 passages
/// of four public sets (sixteen dimensions hold a third of it, 64 two thirds, 128 six sevenths).
fn share(at: usize) -> f32 {
    let rank = (at + 1) as f32;
    (rank.powf(-0.55) * (-rank / 120.0).exp()).sqrt()
}

async fn embed(State(endpoint): State<Endpoint>, Json(request): Json<Value>) -> Json<Value> {
    let texts: Vec<&str> = request["input"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let data =
        texts.iter().enumerate().map(|(index, text)| json!({ "object": "embedding", "index": index, "embedding": endpoint.vector(text) }));
    let data: Vec<Value> = data.collect();
    Json(json!({ "object": "list", "model": request["model"], "data": data, "usage": { "prompt_tokens": 0, "total_tokens": 0 } }))
}

//! A tiny model, made here number by number, against figures that another program computed from the same numbers.

use std::{collections::BTreeMap, fs, path::Path};

use candle_core::{Device, Tensor};
use serde_json::json;

use super::{Local, Role};
use crate::config::Embeddings;

const HIDDEN: usize = 8;
const WIDE: usize = 16;
const LAYERS: usize = 2;
const PLACES: usize = 16;

fn vocabulary() -> Vec<String> {
    let words =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "how", "do", "i", "get", "my", "money", "back", "refund", "parcel", "##s", "where", "is"];
    let letters = ('a'..='z').filter(|c| *c != 'i').map(|c| c.to_string());
    let endings = ('a'..='z').filter(|c| *c != 's').map(|c| format!("##{c}"));
    words.map(str::to_owned).into_iter().chain(["退".into(), "款".into()]).chain(letters).chain(endings).collect()
}

/// Names and shapes, in the order by which the numbers are made.
fn tensors() -> Vec<(String, Vec<usize>)> {
    let mut all: Vec<(String, Vec<usize>)> = vec![
        ("embeddings.word_embeddings.weight".into(), vec![vocabulary().len(), HIDDEN]),
        ("embeddings.position_embeddings.weight".into(), vec![PLACES, HIDDEN]),
        ("embeddings.token_type_embeddings.weight".into(), vec![2, HIDDEN]),
        ("embeddings.LayerNorm.weight".into(), vec![HIDDEN]),
        ("embeddings.LayerNorm.bias".into(), vec![HIDDEN]),
    ];
    for layer in 0..LAYERS {
        let mut linear = |part: &str, rows: usize, columns: usize| {
            all.push((format!("encoder.layer.{layer}.{part}.weight"), vec![rows, columns]));
            all.push((format!("encoder.layer.{layer}.{part}.bias"), vec![rows]));
        };
        for part in ["query", "key", "value"] {
            linear(&format!("attention.self.{part}"), HIDDEN, HIDDEN);
        }
        linear("attention.output.dense", HIDDEN, HIDDEN);
        let norm = |part: &str, kind: &str| (format!("encoder.layer.{layer}.{part}.LayerNorm.{kind}"), vec![HIDDEN]);
        all.extend([norm("attention.output", "weight"), norm("attention.output", "bias")]);
        let mut linear = |part: &str, rows: usize, columns: usize| {
            all.push((format!("encoder.layer.{layer}.{part}.weight"), vec![rows, columns]));
            all.push((format!("encoder.layer.{layer}.{part}.bias"), vec![rows]));
        };
        linear("intermediate.dense", WIDE, HIDDEN);
        linear("output.dense", HIDDEN, WIDE);
        all.extend([norm("output", "weight"), norm("output", "bias")]);
    }
    all
}

/// Writes the model's folder.
pub(crate) fn write(folder: &Path) {
    let config = json!({
        "model_type": "bert", "vocab_size": vocabulary().len(), "hidden_size": HIDDEN, "intermediate_size": WIDE, "num_hidden_layers": LAYERS,
        "num_attention_heads": 2, "max_position_embeddings": PLACES, "type_vocab_size": 2, "layer_norm_eps": 1e-12, "hidden_act": "gelu",
    });
    let vocabulary: BTreeMap<String, usize> = vocabulary().into_iter().enumerate().map(|(id, piece)| (piece, id)).collect();
    let special = |id: usize, content: &str| json!({ "id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true });
    let tokenizer = json!({
        "version": "1.0", "truncation": null, "padding": { "strategy": { "Fixed": 128 }, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]" },
        "added_tokens": [special(0, "[PAD]"), special(1, "[UNK]"), special(2, "[CLS]"), special(3, "[SEP]")],
        "normalizer": { "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true },
        "pre_tokenizer": { "type": "BertPreTokenizer" },
        "post_processor": { "type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2] },
        "decoder": null,
        "model": { "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": vocabulary },
    });
    fs::create_dir_all(folder.join("1_Pooling")).unwrap();
    fs::write(folder.join("config.json"), config.to_string()).unwrap();
    fs::write(folder.join("tokenizer.json"), tokenizer.to_string()).unwrap();
    pool(folder, true);
    let numbers = tensors().into_iter().enumerate().map(|(place, (name, shape))| {
        let count: usize = shape.iter().product();
        let centre = if name.ends_with("LayerNorm.weight") { 0.5 } else { -0.5 };
        let values: Vec<f32> = (0..count).map(|n| ((place * 7_919 + n * 104_729) % 1_000) as f32 / 1_000.0 + centre).collect();
        (name, Tensor::from_vec(values, shape, &Device::Cpu).unwrap())
    });
    let numbers = numbers.collect::<std::collections::HashMap<_, _>>();
    candle_core::safetensors::save(&numbers, folder.join("model.safetensors")).unwrap();
}

fn pool(folder: &Path, mean: bool) {
    let pooling = json!({ "word_embedding_dimension": HIDDEN, "pooling_mode_cls_token": !mean, "pooling_mode_mean_tokens": mean });
    fs::write(folder.join("1_Pooling/config.json"), pooling.to_string()).unwrap();
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    folder
}

fn settings(folder: &Path) -> Embeddings {
    Embeddings { folder: folder.to_string_lossy().into_owned(), ..Embeddings::default() }
}

async fn vectors(local: &Local, texts: &[&str]) -> Vec<Option<Vec<f32>>> {
    local.ask(texts.iter().map(|text| (*text).to_owned()).collect(), Role::Passage).await.unwrap()
}

fn near(vector: Option<&Vec<f32>>, expected: [f32; HIDDEN]) {
    let vector = vector.unwrap();
    assert!(vector.iter().zip(expected).all(|(a, b)| (a - b).abs() < 2e-4), "{vector:?}");
}

const MONEY_BACK: [f32; HIDDEN] = [0.1296, 0.2329, -0.1869, -0.6188, -0.4099, -0.3624, 0.1413, 0.438];
const MY_PARCELS: [f32; HIDDEN] = [0.2195, 0.2064, -0.0871, -0.8134, -0.3097, -0.2687, 0.0477, 0.2637];

#[tokio::test]
async fn the_numbers_are_those_of_the_model_alone_and_in_a_batch() {
    let folder = folder();
    let local = Local::open(&settings(folder.path())).unwrap();
    assert_eq!(local.size(), HIDDEN);
    let found = vectors(&local, &["Money back", "Where is my parcels", "money"]).await;
    near(found[0].as_ref(), MONEY_BACK);
    near(found[1].as_ref(), MY_PARCELS);
    assert!((found[2].as_ref().unwrap().iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-5);
    // The first piece instead of the mean.
    pool(folder.path(), false);
    let local = Local::open(&settings(folder.path())).unwrap();
    near(vectors(&local, &["money back"]).await[0].as_ref(), [0.179, 0.4317, -0.037, -0.8204, -0.2031, -0.1256, -0.1026, 0.1991]);
}

#[tokio::test]
async fn what_is_too_long_is_cut_and_many_are_worked_on_in_parts() {
    let folder = folder();
    let local = Local::open(&settings(folder.path())).unwrap();
    let long = "money back ".repeat(7);
    let found = vectors(&local, &[&long, &format!("{long} refund refund")]).await;
    assert_eq!(found[0], found[1], "sixteen places: two of them for the marks of begin and end");
    let many: Vec<&str> = (0..500).map(|n| if n % 3 == 0 { "money back" } else { "where is my parcels" }).collect();
    let found = vectors(&local, &many).await;
    found.iter().enumerate().for_each(|(n, vector)| near(vector.as_ref(), if n % 3 == 0 { MONEY_BACK } else { MY_PARCELS }));
}

#[tokio::test]
async fn a_language_the_vocabulary_does_not_have_has_no_vectors() {
    let folder = folder();
    let local = Local::open(&settings(folder.path())).unwrap();
    let texts = [
        "how do i get my money back",
        "怎么申请退款",
        "退款",
        "qxzv wkjp",
        "где мои деньги",
        "refund 怎么申请？",
        "40312",
        "9kg refund",
        "吗",
    ];
    let spoken: Vec<bool> = vectors(&local, &texts).await.iter().map(Option::is_some).collect();
    assert_eq!(spoken, [true, false, true, false, false, false, true, true, false]);
    // Who names languages knows better.
    let told = Local::open(&Embeddings { languages: vec!["*".into()], ..settings(folder.path()) }).unwrap();
    assert!(vectors(&told, &texts).await.iter().all(Option::is_some));
}

#[tokio::test]
async fn prompts_of_the_folder_and_of_the_settings_come_first() {
    let folder = folder();
    fs::write(folder.path().join("config_sentence_transformers.json"), r#"{"prompts": {"query": "where is my ", "document": "money "}}"#)
        .unwrap();
    let local = Local::open(&settings(folder.path())).unwrap();
    let question = local.ask(vec!["parcels".into()], Role::Question).await.unwrap();
    near(question[0].as_ref(), MY_PARCELS);
    near(vectors(&local, &["back"]).await[0].as_ref(), MONEY_BACK);
    let told = Local::open(&Embeddings { passage_prompt: "where is ".into(), ..settings(folder.path()) }).unwrap();
    near(vectors(&told, &["my parcels"]).await[0].as_ref(), MY_PARCELS);
}

#[test]
fn a_folder_that_is_no_model_is_refused_with_what_to_do() {
    type Harm = fn(&Path);
    let cases: [(&str, Harm); 11] = [
        ("there is no such folder", |folder| fs::remove_dir_all(folder).unwrap()),
        ("config.json cannot be read", |folder| fs::remove_file(folder.join("config.json")).unwrap()),
        ("tokenizer.json cannot be used", |folder| fs::remove_file(folder.join("tokenizer.json")).unwrap()),
        ("model.safetensors cannot be opened", |folder| fs::remove_file(folder.join("model.safetensors")).unwrap()),
        ("is not a safetensors file", |folder| {
            fs::write(folder.join("model.safetensors"), "version https://git-lfs.github.com/spec/v1").unwrap()
        }),
        ("was cut off", |folder| {
            let bytes = fs::read(folder.join("model.safetensors")).unwrap();
            fs::write(folder.join("model.safetensors"), &bytes[..bytes.len() - 40]).unwrap();
        }),
        ("of type \"llama\"", |folder| config(folder, "\"bert\"", "\"llama\"")),
        ("where config.json asks for", |folder| config(folder, "\"intermediate_size\":16", "\"intermediate_size\":32")),
        ("has no encoder.layer.2", |folder| config(folder, "\"num_hidden_layers\":2", "\"num_hidden_layers\":3")),
        ("hidden_act \"swish\"", |folder| config(folder, "\"gelu\"", "\"swish\"")),
        ("2_Dense", |folder| fs::write(folder.join("modules.json"), r#"[{"type": "sentence_transformers.models.2_Dense"}]"#).unwrap()),
    ];
    for (expected, harm) in cases {
        let folder = folder();
        harm(folder.path());
        let told = Local::open(&settings(folder.path())).err().unwrap_or_default();
        assert!(told.contains(expected) && told.contains("knowledge.embeddings.folder must name"), "{expected}: {told}");
    }
}

fn config(folder: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(folder.join("config.json")).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(folder.join("config.json"), text.replace(from, to)).unwrap();
}

//! What an index is made with, and what is written of it when it is whole.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::words;

/// Raised whenever what is stored with a passage changes.
const LAYOUT: u32 = 7;

/// What an index is made with; one made with another recipe is rebuilt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Recipe {
    words: u32,
    layout: u32,
    /// Model of the vectors and their size; `None` without vectors, size 0 while the model has not answered yet.
    pub(crate) model: Option<(String, usize)>,
}

impl Recipe {
    /// For this version of Warbler.
    pub(crate) fn new(model: Option<(String, usize)>) -> Self {
        Self { words: words::VERSION, layout: LAYOUT, model }
    }

    /// Whether an index made with this recipe can be used where `wanted` is asked for.
    pub(super) fn fits(&self, wanted: &Self) -> bool {
        let model = match (&self.model, &wanted.model) {
            (Some((ours, _)), Some((theirs, 0))) => ours == theirs,
            (ours, theirs) => ours == theirs,
        };
        self.words == wanted.words && self.layout == wanted.layout && model
    }

    /// Numbers of a vector of meaning; `None` without vectors.
    pub(super) fn size(&self) -> Option<usize> {
        self.model.as_ref().map(|(_, size)| *size).filter(|size| *size > 0)
    }

    /// Short, and another one for another recipe: indexes of two versions of Warbler, or of two models, stand side by side under it.
    pub(super) fn name(&self) -> String {
        let model = self.model.as_ref().map(|(name, _)| name.as_str());
        let digest = Sha256::digest(format!("{}/{}/{model:?}", self.words, self.layout));
        digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Written when an index is whole.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Seal {
    pub recipe: Recipe,
    /// Words of a passage on average when it was built: what its weights were made with.
    pub average_length: f32,
    /// The revision of the record it is in step with.
    pub revision: i64,
    pub points: usize,
    /// Points that were taken out since it was built.
    pub removed: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_recipes_apart_and_not_how_far_a_model_is_known() {
        let of = |model: Option<(&str, usize)>| Recipe::new(model.map(|(name, size)| (name.to_owned(), size)));
        assert_eq!(of(Some(("mini", 0))).name(), of(Some(("mini", 384))).name());
        assert_ne!(of(Some(("mini", 384))).name(), of(None).name());
        assert_ne!(of(Some(("mini", 384))).name(), of(Some(("maxi", 384))).name());
        assert!(of(Some(("mini", 384))).fits(&of(Some(("mini", 0)))) && !of(Some(("mini", 0))).fits(&of(Some(("mini", 384)))));
        let newer = Recipe { layout: LAYOUT + 1, ..of(None) };
        assert!(newer.name() != of(None).name() && !newer.fits(&of(None)));
    }
}

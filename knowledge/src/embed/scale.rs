//! What similarity means to a model. One calls unrelated texts 0.05 alike and another 0.75; sentences whose meaning is known
//! tell where each begins and ends.

/// Two wordings of one question a line; no line has to do with another.
const PROBES: [(&str, [(&str, &str); 6]); 2] = [
    (
        "en",
        [
            ("How do I reset my password?", "I forgot my login and need a new one."),
            ("When will my parcel arrive?", "What is the delivery time of my order?"),
            ("Can I get my money back?", "What is your refund policy?"),
            ("The screen stays black when I switch it on.", "My display does not show anything after starting."),
            ("Is breakfast included in the price of the room?", "Do I pay extra for breakfast at the hotel?"),
            ("What are the side effects of this vaccine?", "Which reactions may follow the injection?"),
        ],
    ),
    (
        "zh",
        [
            ("怎么重置密码？", "我忘记了登录密码，需要一个新的。"),
            ("我的包裹什么时候到？", "订单多久能送达？"),
            ("可以退款吗？", "你们的退货退款政策是什么？"),
            ("开机以后屏幕一直是黑的。", "启动后显示器什么都不显示。"),
            ("房价含早餐吗？", "在酒店吃早餐要另外付钱吗？"),
            ("这种疫苗有什么副作用？", "打针以后可能有哪些反应？"),
        ],
    ),
];

/// Where a model's similarities begin and end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    /// Of texts that have nothing to do with each other.
    far: f64,
    /// Of two wordings of one question.
    near: f64,
}

impl Default for Scale {
    fn default() -> Self {
        Self { far: 0.0, near: 1.0 }
    }
}

impl Scale {
    /// From the vectors of [`texts`]; a model to which all is one keeps the plain scale.
    pub(super) fn of(vectors: &[Vec<f32>]) -> Self {
        let (mut near, mut far) = ((0.0, 0.0), (0.0, 0.0));
        for (a, left) in vectors.iter().enumerate() {
            for (b, right) in vectors.iter().enumerate().skip(a + 1) {
                let sum = if a / 2 == b / 2 { &mut near } else { &mut far };
                *sum = (sum.0 + cosine(left, right), sum.1 + 1.0);
            }
        }
        let (near, far) = (near.0 / f64::max(near.1, 1.0), far.0 / f64::max(far.1, 1.0));
        if near - far > 0.02 { Self { far, near } } else { Self::default() }
    }

    /// A similarity as this model means it: 0 for unrelated texts, 1 for two wordings of one question; more for the same wording.
    pub(crate) fn standing(&self, similarity: f64) -> f64 {
        (similarity - self.far) / (self.near - self.far)
    }
}

/// The sentences in a language, the two of each pair side by side.
pub(super) fn texts(language: &str) -> Option<Vec<String>> {
    let (_, pairs) = PROBES.iter().find(|(spoken, _)| *spoken == language)?;
    Some(pairs.iter().flat_map(|(one, other)| [(*one).to_owned(), (*other).to_owned()]).collect())
}

/// The languages there are sentences in, the most spoken by models first.
pub(super) fn languages() -> impl Iterator<Item = &'static str> {
    PROBES.iter().map(|(language, _)| *language)
}

/// Whether two models gave the same vectors, but for rounding.
pub(super) fn same(ours: &[Vec<f32>], theirs: &[Vec<f32>]) -> bool {
    ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| a.len() == b.len() && cosine(a, b) > 0.98)
}

/// The cosine of two vectors of one length, -1 to 1.
pub(crate) fn cosine(a: &[f32], b: &[f32]) -> f64 {
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt().max(f64::MIN_POSITIVE)
}

/// The vector in the same direction of length 1: the cosine of two such is their [`dot`].
pub(crate) fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = dot(&vector, &vector).sqrt().max(f64::from(f32::MIN_POSITIVE)) as f32;
    vector.iter_mut().for_each(|x| *x /= length);
    vector
}

/// The product of two vectors of one length.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_has_its_own_zero_and_one() {
        let pairs: Vec<Vec<f32>> =
            (0..12).map(|n| (0..8).map(|at| if at == n / 2 { 1.0 } else { 0.02 * (n % 3) as f32 + 0.4 }).collect()).collect();
        let scale = Scale::of(&pairs);
        assert!(scale.far > 0.6 && scale.near > 0.98, "{scale:?}");
        assert!(scale.standing(scale.far).abs() < 1e-9 && (scale.standing(scale.near) - 1.0).abs() < 1e-9);
        let one: Vec<Vec<f32>> = vec![vec![1.0, 1.0]; 12];
        assert_eq!(Scale::of(&one), Scale::default());
        assert_eq!(texts("en").map(|texts| texts.len()), Some(12));
        assert!(same(&pairs, &pairs) && !same(&pairs, &one));
    }
}

//! A linear support vector machine by dual coordinate descent (Hsieh and others, 2008), as liblinear has it.

use super::features::Features;

/// What an example on the wrong side costs.
const COST: f32 = 1.0;
/// Rounds at most; few are needed.
const ROUNDS: usize = 30;
/// Good enough.
const TOLERANCE: f32 = 0.1;

/// Weights and bias that part the texts at `own` from all others.
pub(super) fn against_the_rest(texts: &[Features], own: &[usize], size: usize) -> (Vec<f32>, f32) {
    let mut sides = vec![-1.0_f32; texts.len()];
    own.iter().for_each(|n| sides[*n] = 1.0);
    let slack = 0.5 / COST;
    // The bias is a feature of weight 1 that every text has.
    let curves: Vec<f32> = texts.iter().map(|text| 1.0 + slack + text.iter().map(|(_, weight)| weight * weight).sum::<f32>()).collect();
    let (mut weights, mut bias, mut pulls) = (vec![0.0_f32; size], 0.0_f32, vec![0.0_f32; texts.len()]);
    let mut order: Vec<usize> = (0..texts.len()).collect();
    let mut shuffle = Shuffle(0x9e37_79b9_7f4a_7c15);
    for _ in 0..ROUNDS {
        shuffle.shuffle(&mut order);
        let mut worst = 0.0_f32;
        for &n in &order {
            let (side, text) = (sides[n], &texts[n]);
            let margin = bias + text.iter().map(|(at, weight)| weights[*at as usize] * weight).sum::<f32>();
            let slope = side * margin - 1.0 + slack * pulls[n];
            let slope = if pulls[n] == 0.0 { slope.min(0.0) } else { slope };
            if slope == 0.0 {
                continue;
            }
            worst = worst.max(slope.abs());
            let pull = (pulls[n] - slope / curves[n]).max(0.0);
            let step = (pull - pulls[n]) * side;
            pulls[n] = pull;
            bias += step;
            text.iter().for_each(|(at, weight)| weights[*at as usize] += step * weight);
        }
        if worst < TOLERANCE {
            break;
        }
    }
    (weights, bias)
}

/// The same order every time (xorshift).
struct Shuffle(u64);

impl Shuffle {
    fn shuffle(&mut self, order: &mut [usize]) {
        for last in (1..order.len()).rev() {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            let other = usize::try_from(self.0 % (last as u64 + 1)).unwrap_or(0);
            order.swap(last, other);
        }
    }
}

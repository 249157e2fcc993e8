//! A straight line through measured points.

/// The least-squares line: its height at zero and its slope. Without two different places, none.
pub fn fit(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let spread: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    if points.len() < 2 || spread == 0.0 {
        return None;
    }
    let slope = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum::<f64>() / spread;
    Some((y - slope * x, slope))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_through_noise() {
        assert_eq!(fit(&[(0.0, 100.0), (1000.0, 5100.0), (2000.0, 10100.0)]), Some((100.0, 5.0)));
        let (base, slope) = fit(&[(1.0, 9.0), (2.0, 13.0), (3.0, 14.0), (4.0, 18.0)]).unwrap();
        assert!((slope - 2.8).abs() < 1e-9 && (base - 6.5).abs() < 1e-9, "{base} {slope}");
        assert_eq!(fit(&[(1.0, 1.0)]), None);
        assert_eq!(fit(&[(1.0, 1.0), (1.0, 2.0)]), None);
    }
}

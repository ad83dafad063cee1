//! Fewer points for the same picture: at most a few for each pixel column, and never without the extremes.

/// Keeps the first, last, least and greatest point of each of `columns` columns. Points come in order of x.
pub fn decimate(points: &[(f64, f64)], columns: usize) -> Vec<(f64, f64)> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    if points.len() <= columns.saturating_mul(4) || columns == 0 {
        return points.to_vec();
    }
    let width = ((last.0 - first.0) / columns as f64).max(f64::MIN_POSITIVE);
    let mut kept: Vec<(f64, f64)> = Vec::with_capacity(columns * 4);
    let mut rest = points;
    let mut column = 0.0;
    while !rest.is_empty() {
        column += 1.0;
        let edge = first.0 + column * width;
        let inside = rest.iter().position(|p| p.0 > edge).unwrap_or(rest.len());
        let (bucket, after) = rest.split_at(inside);
        rest = after;
        if bucket.is_empty() {
            // Jump to the column of the next point.
            column = rest.first().map_or(column, |p| libm::floor((p.0 - first.0) / width));
            continue;
        }
        let by_y = |a: &usize, b: &usize| value(bucket, *a).total_cmp(&value(bucket, *b));
        let least = (0..bucket.len()).min_by(by_y).unwrap_or(0);
        let most = (0..bucket.len()).max_by(by_y).unwrap_or(0);
        let mut picks = [0, least, most, bucket.len() - 1];
        picks.sort_unstable();
        let mut taken = None;
        for pick in picks {
            if taken != Some(pick) {
                kept.extend(bucket.get(pick));
                taken = Some(pick);
            }
        }
    }
    kept
}

fn value(points: &[(f64, f64)], index: usize) -> f64 {
    points.get(index).map_or(0.0, |p| p.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_points_stay_as_they_are() {
        let points = [(0.0, 1.0), (1.0, 2.0)];
        assert_eq!(decimate(&points, 100), points);
    }

    #[test]
    fn a_single_spike_among_a_hundred_thousand_points_survives() {
        let points: Vec<(f64, f64)> =
            (0..100_000).map(|i| (f64::from(i), if i == 54_321 { 99.0 } else { 1.0 })).collect();
        let kept = decimate(&points, 300);
        assert!(kept.len() <= 1_200, "{} points for 300 columns", kept.len());
        assert!(kept.contains(&(54_321.0, 99.0)));
        assert_eq!((kept.first(), kept.last()), (points.first(), points.last()));
        assert!(kept.windows(2).all(|w| w[0].0 <= w[1].0));
    }
}

//! The samples of a measure, of one station or of all together: the latest one by one, and those before put together.

use super::blocks::{Blocks, View};
use super::folded::{Folded, Spans};
use super::sample::{How, Sample};
use super::summary::Summary;

/// The samples.
#[derive(Clone, Debug, Default)]
pub struct Series {
    kept: Blocks<Sample>,
    folded: Option<Box<Folded>>,
}

impl Series {
    /// Takes one in.
    #[inline]
    pub(super) fn push(&mut self, sample: Sample) {
        self.kept.push(sample);
    }

    /// How many are kept one by one.
    pub(super) fn kept(&self) -> usize {
        self.kept.len()
    }

    /// Puts the oldest together, if nobody goes back to before an event; by windows of time too, if there will be charts. Whether there
    /// were such.
    pub(super) fn fold_oldest(&mut self, before: u64, charts: bool) -> bool {
        let folded = &mut self.folded;
        self.kept.take_oldest(
            |last| last.event() < before,
            |sample| {
                folded.get_or_insert_with(|| Box::new(Folded::new())).take(sample, charts);
            },
        )
    }

    /// What was put together, if anything was.
    pub(super) fn folded(&self) -> Option<&Folded> {
        self.folded.as_deref()
    }

    pub(super) fn bytes(&self) -> usize {
        self.kept.len() * size_of::<Sample>() + self.folded.as_ref().map_or(0, |folded| folded.bytes())
    }

    /// Those that are kept, of the first so many events.
    pub(super) fn until(&self, events: u64) -> View<'_, Sample> {
        let all = self.kept.all();
        all.between(0, all.partition_point(|sample| sample.event() < events))
    }
}

/// The summary of several series over the first so many events, of what ended in ways that count: exact as long as each sample is
/// kept, of histograms afterwards.
pub(super) fn summary<'a>(
    series: impl Iterator<Item = &'a Series> + Clone,
    events: u64,
    counts: impl Fn(How) -> bool + Copy,
) -> Option<Summary> {
    let kept = series.clone().flat_map(|own| own.until(events).iter()).filter(|sample| counts(sample.how()));
    if series.clone().all(|own| own.folded.is_none()) {
        return Summary::of(kept.map(|sample| sample.span.0).collect());
    }
    let mut spans = Spans::new();
    series.filter_map(Series::folded).for_each(|folded| folded.add_to(&mut spans, counts));
    kept.for_each(|sample| spans.record(sample.span));
    spans.summary()
}

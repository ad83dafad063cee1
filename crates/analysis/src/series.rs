//! The samples of a measure, of one station or of all together: the latest one by one, and those before put together.

use super::blocks::{Blocks, View};
use super::folded::{Folded, Spans};
use super::sample::{How, Sample};
use super::summary::Summary;
use std::cell::RefCell;

/// The samples.
#[derive(Clone, Debug, Default)]
pub struct Series {
    kept: Blocks<Sample>,
    folded: Option<Box<Folded>>,
    known: RefCell<Option<Box<Known>>>,
}

/// Of those that are kept the first so many, put together too: while a run goes on its figures are asked for again and again, each time of
/// somewhat more, and hundreds of thousands of samples took longer than a frame.
#[derive(Clone, Debug)]
struct Known {
    n: usize,
    together: Folded,
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
        // Some of those are about to be folded.
        self.known.take();
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
        let known = self.known.borrow().as_ref().map_or(0, |known| known.together.bytes());
        self.kept.len() * size_of::<Sample>() + self.folded.as_ref().map_or(0, |folded| folded.bytes()) + known
    }

    /// Those that are kept, of the first so many events.
    pub(super) fn until(&self, events: u64) -> View<'_, Sample> {
        let all = self.kept.all();
        all.between(0, all.partition_point(|sample| sample.event() < events))
    }

    /// Adds those that are kept, of the first so many events, to others: those that ended in ways that count.
    fn add_kept(&self, events: u64, spans: &mut Spans, counts: impl Fn(How) -> bool + Copy) {
        let kept = self.until(events);
        let mut known = self.known.borrow_mut();
        let known = known.get_or_insert_with(|| Box::new(Known { n: 0, together: Folded::new() }));
        if kept.len() < known.n {
            // Somebody looks at what was before: nothing is lost of what is known for who goes on.
            return kept.iter().filter(|sample| counts(sample.how())).for_each(|sample| spans.record(sample.span));
        }
        kept.between(known.n, kept.len()).iter().for_each(|sample| known.together.take(sample, false));
        known.n = kept.len();
        known.together.add_to(spans, counts);
    }
}

/// The summary of several series over the first so many events, of what ended in ways that count: exact as long as each sample is
/// kept, of histograms afterwards.
pub(super) fn summary<'a>(
    series: impl Iterator<Item = &'a Series> + Clone,
    events: u64,
    counts: impl Fn(How) -> bool + Copy,
) -> Option<Summary> {
    if series.clone().all(|own| own.folded.is_none()) {
        // With room for all, one after the other: that is as quick as reading them.
        let mut nanos = Vec::with_capacity(series.clone().map(|own| own.until(events).len()).sum());
        let kept = series.flat_map(|own| own.until(events).iter()).filter(|sample| counts(sample.how()));
        kept.for_each(|sample| nanos.push(sample.span.0));
        return Summary::of(nanos);
    }
    let mut spans = Spans::new();
    for own in series {
        if let Some(folded) = own.folded() {
            folded.add_to(&mut spans, counts);
        }
        own.add_kept(events, &mut spans, counts);
    }
    spans.summary()
}

//! What the layers of a stack write down of themselves: only what they did, never that a call went through.

use millrace_engine::{Env, StationSpec};
use millrace_spec::{LayerGauges, Policy};
use millrace_trace::{Gauge, SimTime, StationId, StationKind, UNLIMITED};
use std::cell::Cell;
use std::rc::Rc;

/// A station for each layer, with the numbers that its gauges have.
pub(super) struct Book {
    env: Env,
    layers: Vec<(StationId, [Cell<i64>; LayerGauges::COUNT])>,
}

pub(super) const GAUGES: LayerGauges = LayerGauges::ALL;

impl Book {
    /// The stations of layers: parts of the one whose tasks call through them.
    pub fn open(env: &Env, callers: StationId, policies: &[Policy]) -> Book {
        let open = |(index, policy): (usize, &Policy)| {
            let name = format!("{} {policy}", index + 1);
            let station =
                env.open(StationSpec { kind: StationKind::Gate, name: &name, parent: callers, capacity: UNLIMITED });
            (station, Default::default())
        };
        Book { env: env.clone(), layers: policies.iter().enumerate().map(open).collect() }
    }

    /// Adds to a number of a layer.
    pub fn add(&self, layer: usize, gauge: Gauge, by: i64) {
        let Some((station, numbers)) = self.layers.get(layer) else { return };
        let Some(number) = numbers.get(usize::from(gauge.0)).filter(|_| by != 0) else { return };
        number.set(number.get().saturating_add(by));
        self.env.gauge(*station, gauge, number.get());
    }

    /// Raises a number of a layer to a new record.
    #[inline]
    pub fn record(&self, layer: usize, gauge: Gauge, since: SimTime) {
        let took = i64::try_from(self.env.now().since(since).0).unwrap_or(i64::MAX);
        let Some((station, numbers)) = self.layers.get(layer) else { return };
        if let Some(number) = numbers.get(usize::from(gauge.0)).filter(|number| took > number.get()) {
            number.set(took);
            self.env.gauge(*station, gauge, took);
        }
    }

    /// The station of a layer.
    pub fn station(&self, layer: usize) -> StationId {
        self.layers.get(layer).map_or(StationId::NONE, |(station, _)| *station)
    }
}

/// A call waits in a layer for its next try as long as this is held.
pub(super) struct Waiting<'a> {
    book: &'a Book,
    layer: usize,
    since: SimTime,
}

impl<'a> Waiting<'a> {
    pub fn begin(book: &'a Book, layer: usize) -> Waiting<'a> {
        book.add(layer, GAUGES.waiting, 1);
        Waiting { book, layer, since: book.env.now() }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.book.add(self.layer, GAUGES.waiting, -1);
        let waited = self.book.env.now().since(self.since);
        self.book.add(self.layer, GAUGES.added, i64::try_from(waited.0).unwrap_or(i64::MAX));
    }
}

/// One of several calls that a layer makes for one is under way as long as this is held.
pub(super) struct Extra<S: AsRef<Book>> {
    of: S,
    layer: usize,
    under_way: Rc<Cell<u32>>,
}

impl<S: AsRef<Book>> Extra<S> {
    pub fn begin(of: S, layer: usize, under_way: &Rc<Cell<u32>>) -> Extra<S> {
        under_way.set(under_way.get() + 1);
        if under_way.get() > 1 {
            of.as_ref().add(layer, GAUGES.extra, 1);
        }
        Extra { of, layer, under_way: under_way.clone() }
    }
}

impl<S: AsRef<Book>> Drop for Extra<S> {
    fn drop(&mut self) {
        self.under_way.set(self.under_way.get().saturating_sub(1));
        if self.under_way.get() > 0 {
            self.of.as_ref().add(self.layer, GAUGES.extra, -1);
        }
    }
}

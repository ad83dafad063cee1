//! Values that a part shows through its station's gauges: how each is packed into a number stands in one place, which both the part
//! that writes it and the picture that reads it use.
//!
//! A trace holds numbers only. What they mean is declared here, so that nobody packs or unpacks by hand.

use millrace_trace::{Gauge, ledger::StationRow};
use std::marker::PhantomData;

/// A value as one gauge holds it.
pub trait Packed: Sized {
    /// The number that the gauge holds.
    fn packed(self) -> i64;

    /// The value of a number.
    fn read(packed: i64) -> Self;
}

/// A run of gauges side by side, of which each holds a value of one type; a gauge before them says how many there are.
#[derive(Debug)]
pub struct Cells<T> {
    /// The gauge that says how many there are.
    pub count: Gauge,
    /// The gauge of the first; those of the others follow.
    pub first: Gauge,
    /// More than these are not shown.
    pub most: u32,
    of: PhantomData<T>,
}

impl<T> Clone for Cells<T> {
    fn clone(&self) -> Cells<T> {
        *self
    }
}

impl<T> Copy for Cells<T> {}

impl<T> PartialEq for Cells<T> {
    fn eq(&self, other: &Cells<T>) -> bool {
        (self.count, self.first, self.most) == (other.count, other.first, other.most)
    }
}

impl<T> Eq for Cells<T> {}

impl<T: Packed> Cells<T> {
    /// At most so many cells from a gauge on.
    pub const fn new(count: Gauge, first: Gauge, most: u32) -> Cells<T> {
        Cells { count, first, most, of: PhantomData }
    }

    /// The gauge of a cell, if that is shown.
    pub fn gauge(self, index: u32) -> Option<Gauge> {
        let at = u32::from(self.first.0) + index;
        (index < self.most).then(|| u8::try_from(at).ok().map(Gauge)).flatten()
    }

    /// Whether a gauge is that of a cell.
    pub fn has(self, gauge: Gauge) -> bool {
        gauge.0 >= self.first.0 && u32::from(gauge.0 - self.first.0) < self.most
    }

    /// The cells of a station.
    pub fn read(self, row: &StationRow) -> Vec<T> {
        let n = u32::try_from(row.gauge(self.count)).unwrap_or(0).min(self.most);
        (0..n).filter_map(|index| self.gauge(index)).map(|gauge| T::read(row.gauge(gauge))).collect()
    }
}

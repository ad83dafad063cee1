//! The hash of a trace: one number that says "the same run, to the last event".
//!
//! Kept incrementally, an event at a time, so that the page can show it at any playhead. It covers time, task, kind and
//! the texts in the order of first use, but no source lines and no sizes of futures: those differ between builds and
//! between native and wasm. Own code of a few lines rather than a library: golden files hold its value, so no upgrade
//! of a dependency may change it. It is no cryptographic hash and guards against no adversary.

use super::{Answer, Ending, EventKind, Outcome, TraceEvent};

/// An odd constant with well-spread bits (2^64 divided by the golden ratio).
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
/// A second one (from the finaliser of MurmurHash3).
const SPREAD: u64 = 0xFF51_AFD7_ED55_8CCD;

/// The state of an incremental hash over events and texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceHash(u64);

impl Default for TraceHash {
    fn default() -> Self {
        TraceHash(GOLDEN)
    }
}

impl TraceHash {
    /// Takes in an event.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub fn event(&mut self, event: &TraceEvent) {
        let [a, b] = words(&event.kind);
        let head = event.at.0.wrapping_mul(GOLDEN) ^ u64::from(event.task.0).rotate_left(32);
        self.word(head ^ a.wrapping_mul(SPREAD) ^ b.wrapping_mul(GOLDEN).rotate_left(29));
    }

    /// Takes in a text that was used for the first time.
    pub fn text(&mut self, text: &str) {
        self.word(text.len() as u64);
        for chunk in text.as_bytes().chunks(8) {
            self.word(chunk.iter().fold(0, |w, &b| w << 8 | u64::from(b)));
        }
    }

    #[inline]
    fn word(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(27) ^ word).wrapping_mul(SPREAD);
    }

    /// The value so far.
    pub fn value(self) -> u64 {
        let mut h = self.0;
        h = (h ^ (h >> 33)).wrapping_mul(GOLDEN);
        h = (h ^ (h >> 29)).wrapping_mul(SPREAD);
        h ^ (h >> 32)
    }

    /// The value as 16 hexadecimal digits.
    pub fn hex(self) -> String {
        format!("{:016x}", self.value())
    }
}

/// An event's kind as two words. Written out by hand, and stable: golden files depend on it.
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
fn words(kind: &EventKind) -> [u64; 2] {
    let pair =
        |tag: u64, x: u32, y: u32, z: u64| [tag | u64::from(x) << 8 | u64::from(y) << 40, u64::from(y) >> 24 | z << 8];
    match *kind {
        EventKind::Opened { station, kind, name, parent } => {
            [1 | (kind as u64) << 8 | u64::from(station.0) << 16, u64::from(name.0) | u64::from(parent.0) << 32]
        }
        EventKind::Closed { station } => pair(2, station.0, 0, 0),
        EventKind::Sized { station, capacity } => pair(3, station.0, capacity, 0),
        EventKind::Stated { station, state } => pair(4, station.0, state.0, 0),
        EventKind::Gauged { station, gauge, value } => {
            [5 | u64::from(gauge.0) << 8 | u64::from(station.0) << 16, value as u64]
        }
        EventKind::Travelled { station, place, pace } => pair(6, station.0, place as u32, u64::from(pace as u32)),
        EventKind::Entered { job, station } => pair(7, job.0, station.0, 0),
        EventKind::Moved { job, station, started } => pair(8, job.0, station.0, u64::from(started)),
        EventKind::Started { job } => pair(9, job.0, 0, 0),
        EventKind::Called { job, station, started } => pair(10, job.0, station.0, u64::from(started)),
        EventKind::Answered { job, station, answer } => pair(11, job.0, station.0, answer_word(answer)),
        EventKind::Took { job, span } => [25 | u64::from(job.0) << 8, span.0],
        EventKind::Weighs { job, weight } => pair(26, job.0, weight, 0),
        EventKind::Split { job, child } => pair(12, job.0, child.0, 0),
        EventKind::Merged { job, into } => pair(13, job.0, into.0, 0),
        EventKind::Left { job, outcome } => pair(14, job.0, outcome_word(outcome), 0),
        EventKind::Spawned { child, name, station } => pair(15, child.0, name.0, u64::from(station.0)),
        EventKind::Waits { what, station, inner: _ } => pair(16, what as u32, station.0, 0),
        EventKind::Ended { how } => pair(17, u32::from(how != Ending::Completed), 0, 0),
        EventKind::Faulted { fault, on, magnitude } => {
            [18 | u64::from(on) << 8 | u64::from(fault.0) << 16, magnitude as u64]
        }
        EventKind::Edited { field, value } => [19 | u64::from(field.0) << 16, value as u64],
        EventKind::Noted { by: _, text, value } => [20 | u64::from(text.0) << 16, value as u64],
        EventKind::Crashed { text } => pair(21, text.0, 0, 0),
        EventKind::Bound { job, to, via } => pair(22, job.0, to.0, u64::from(via.0)),
        EventKind::Asked { exchange, client, request } => pair(23, exchange, client.0, u64::from(request.0)),
        EventKind::Replied { exchange, status, body } => pair(24, exchange, body.0, u64::from(status)),
    }
}

fn answer_word(answer: Answer) -> u64 {
    match answer {
        Answer::Status(code) => u64::from(code),
        Answer::TimedOut => 1 << 16,
        Answer::Cancelled => 2 << 16,
        Answer::Failed => 3 << 16,
    }
}

fn outcome_word(outcome: Outcome) -> u32 {
    match outcome {
        Outcome::Completed => 0,
        Outcome::Failed => 1,
        Outcome::Rejected => 2,
        Outcome::TimedOut => 3,
        Outcome::Cancelled => 4,
        Outcome::Lost => 5,
        Outcome::Substituted => 6,
    }
}

//! The log itself: events in chunks of fixed size.
//!
//! One growing `Vec` would hold two copies of everything while it doubles, and wasm memory never shrinks again: six
//! million events cost 514 MB that way. Chunks are never moved, and the oldest can be given up when a caller has folded
//! them and will not seek back ([`Trace::forget_before`]).

use super::{EventKind, SimTime, TextId, Texts, TraceEvent, TraceHash};
use std::collections::VecDeque;

/// Events a chunk: 256 KiB in wasm.
const CHUNK: usize = 8_192;
/// Chunks that were given up and are kept to be filled again: as many as a slice of a run fills.
const SPARE: usize = 4;

/// The append-only log of one run.
#[derive(Debug, Default)]
pub struct Trace {
    /// Full chunks that are held, oldest first.
    full: VecDeque<Vec<TraceEvent>>,
    /// How many tasks had begun when each of them was full.
    begun: VecDeque<u32>,
    /// The chunk that is being filled, and how many events came before it.
    tail: Vec<TraceEvent>,
    before: u64,
    /// How many events were given up.
    first: u64,
    /// When the last one of those happened.
    gone_at: SimTime,
    spare: Vec<Vec<TraceEvent>>,
    /// Events that brought a job on.
    moves: u64,
    texts: Texts,
    /// By task: the size in bytes of its future as boxed at spawn. Beside the log, because it differs between targets. Those of
    /// the first so many tasks were given up, with the part of the log that tells of their beginning.
    task_bytes: VecDeque<u32>,
    sizes_from: u32,
}

impl Trace {
    /// An empty log.
    pub fn new() -> Trace {
        Trace::default()
    }

    /// Appends an event.
    #[inline]
    pub fn push(&mut self, event: TraceEvent) {
        self.push_with(event.kind.moves_a_job(), || event);
    }

    /// Appends an event that is put together where it is to lie. Whether it brings a job on is said beside it: whoever emits it knows that
    /// when it is compiled. A chunk that is full is the affair of a function that gets the event whole: so whoever emits one has nothing of
    /// it to keep, which is a third of what emitting takes.
    #[inline]
    pub fn push_with(&mut self, moves: bool, event: impl FnOnce() -> TraceEvent) {
        self.moves += u64::from(moves);
        if self.tail.len() < self.tail.capacity() {
            self.tail.push(event());
        } else {
            self.push_to_next(event());
        }
    }

    #[cold]
    #[inline(never)]
    fn push_to_next(&mut self, event: TraceEvent) {
        let fresh = self.spare.pop().unwrap_or_else(|| Vec::with_capacity(CHUNK));
        let full = std::mem::replace(&mut self.tail, fresh);
        if !full.is_empty() {
            self.before += full.len() as u64;
            self.full.push_back(full);
            // A task is noted right before it is told of.
            let untold = u32::from(matches!(event.kind, EventKind::Spawned { .. }));
            self.begun.push_back(self.tasks().saturating_sub(untold));
        }
        self.tail.push(event);
    }

    /// How many of the events brought a job on.
    pub fn moves(&self) -> u64 {
        self.moves
    }

    /// How many tasks there ever were.
    fn tasks(&self) -> u32 {
        self.sizes_from + self.task_bytes.len() as u32
    }

    /// How many events there were, given-up ones included.
    #[inline]
    pub fn len(&self) -> u64 {
        self.before + self.tail.len() as u64
    }

    /// Whether nothing happened yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The position of the first event that is held.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// The bytes of the events that are held.
    pub fn held_bytes(&self) -> usize {
        (self.full.len() * CHUNK + self.tail.len()) * size_of::<TraceEvent>()
    }

    /// The event at a position, unless there is none (any more).
    #[inline]
    pub fn get(&self, index: u64) -> Option<&TraceEvent> {
        let (chunk, within) = place(index.checked_sub(self.first)?);
        self.full.get(chunk).map_or_else(|| self.tail_at(chunk, within), |c| c.get(within))
    }

    fn tail_at(&self, chunk: usize, within: usize) -> Option<&TraceEvent> {
        (chunk == self.full.len()).then(|| self.tail.get(within)).flatten()
    }

    /// The events from a position on that lie in a row: to the end of its chunk. None where there is none (any more).
    #[inline]
    fn chunk_from(&self, index: u64) -> &[TraceEvent] {
        let Some((chunk, within)) = index.checked_sub(self.first).map(place) else { return &[] };
        let last = || if chunk == self.full.len() { self.tail.as_slice() } else { &[] };
        let events = self.full.get(chunk).map_or_else(last, Vec::as_slice);
        events.get(within..).unwrap_or_default()
    }

    /// The events that are held from a position on, in order.
    pub fn from(&self, index: u64) -> impl Iterator<Item = &TraceEvent> {
        let (chunk, within) = place(index.saturating_sub(self.first));
        let chunks = self.full.iter().chain(std::iter::once(&self.tail)).skip(chunk);
        chunks.enumerate().flat_map(move |(i, c)| c.get(if i == 0 { within } else { 0 }..).unwrap_or_default())
    }

    /// All events that are still held, in order.
    pub fn iter(&self) -> impl Iterator<Item = &TraceEvent> {
        self.from(0)
    }

    /// When the last event happened.
    pub fn last_at(&self) -> SimTime {
        self.tail.last().or_else(|| self.full.back().and_then(|c| c.last())).map_or(self.gone_at, |e| e.at)
    }

    /// How many events happened up to and including an instant.
    pub fn count_until(&self, at: SimTime) -> u64 {
        let full = self.full.partition_point(|c| c.last().is_none_or(|e| e.at <= at));
        let chunk = self.full.get(full).unwrap_or(&self.tail);
        self.first + (full * CHUNK + chunk.partition_point(|e| e.at <= at)) as u64
    }

    /// Gives up the chunks that lie wholly before a position; if that is the end, the one that is being filled, too: it is filled anew, in memory
    /// that the processor has at hand. [`Trace::get`] has `None` for their events from then on.
    pub fn forget_before(&mut self, index: u64) {
        while self.first + (CHUNK as u64) <= index
            && let Some(mut old) = self.full.pop_front()
        {
            self.first += old.len() as u64;
            self.gone_at = old.last().map_or(self.gone_at, |last| last.at);
            // A day has millions of tasks.
            let begun = self.begun.pop_front().unwrap_or_default();
            self.forget_sizes(begun);
            if self.spare.len() < SPARE {
                old.clear();
                self.spare.push(old);
            }
        }
        if self.len() <= index
            && let Some(last) = self.tail.last()
        {
            self.gone_at = last.at;
            self.first = self.len();
            self.before = self.first;
            self.tail.clear();
            self.forget_sizes(self.tasks());
        }
    }

    /// Gives up the sizes of the futures of so many tasks.
    fn forget_sizes(&mut self, tasks: u32) {
        if let Some(last) = tasks.checked_sub(1) {
            self.forget_sizes_to(super::TaskId(last));
        }
    }

    /// Gives up a text: every event that has it reads as having an empty one from then on. For a log that goes on for ever
    /// and is read once, whose texts are new each time.
    pub fn forget_text(&mut self, text: TextId) {
        self.texts.forget(text);
    }

    /// The bytes that the events of the log take on the heap, room for more included.
    pub fn heap_bytes(&self) -> u64 {
        let chunks = self.full.iter().chain([&self.tail]).chain(&self.spare).map(Vec::capacity).sum::<usize>();
        (chunks * size_of::<TraceEvent>() + self.full.capacity() * size_of::<Vec<TraceEvent>>()) as u64
    }

    /// The number of a text. To be asked for right before the event that uses it: the hash takes texts in at first use.
    pub fn text(&mut self, text: &str) -> TextId {
        self.texts.intern(text)
    }

    /// The table of texts.
    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    /// The text of a number.
    pub fn name(&self, text: TextId) -> &str {
        self.texts.get(text)
    }

    /// The hash of everything that is still held, computed anew; a [`Cursor`] keeps it as it goes, over what was given up
    /// as well.
    pub fn hash(&self) -> TraceHash {
        let mut cursor = Cursor::new();
        self.iter().for_each(|event| cursor.passed.pass(event, self));
        cursor.hash()
    }

    /// Notes the size of the future of the next task. Tasks are numbered in the order of these calls.
    pub fn task_spawned(&mut self, bytes: usize) {
        self.task_bytes.push_back(bytes as u32);
    }

    /// The size of a task's future, in bytes, as boxed at spawn. To be asked for when it is told that the task begins.
    pub fn bytes_of(&self, task: super::TaskId) -> u32 {
        let place = task.0.checked_sub(self.sizes_from);
        place.and_then(|place| self.task_bytes.get(place as usize)).copied().unwrap_or(0)
    }

    /// Gives up the sizes of the futures of the tasks up to one, that one too: nobody sums them up any more.
    pub fn forget_sizes_to(&mut self, task: super::TaskId) {
        while self.sizes_from <= task.0 && self.task_bytes.pop_front().is_some() {
            self.sizes_from += 1;
        }
    }

    /// Of how many tasks the sizes are held.
    pub fn sizes_held(&self) -> usize {
        self.task_bytes.len()
    }

    /// The next event from a position on that a predicate accepts, among those that are still held.
    pub fn find_from(&self, index: u64, accepts: impl Fn(&EventKind) -> bool) -> Option<(u64, &TraceEvent)> {
        let index = index.max(self.first());
        self.from(index).enumerate().find(|(_, e)| accepts(&e.kind)).map(|(i, e)| (index + i as u64, e))
    }
}

/// In which chunk of those that are held an event is, and at which place there.
#[inline]
fn place(held: u64) -> (usize, usize) {
    (held as usize / CHUNK, held as usize % CHUNK)
}

/// A place in a log from which a fold goes on, with the hash of what it has passed.
///
/// The hash at a playhead is a fold as well: after a scrub to the start and back it must be the same number, so it is
/// computed from the events again, never remembered from the run.
#[derive(Clone, Debug, Default)]
pub struct Cursor {
    /// How many events were passed.
    pub index: u64,
    passed: Passed,
}

/// What is kept of the events that were passed: their hash, and that of how many texts.
#[derive(Clone, Debug, Default)]
pub struct Passed {
    hash: TraceHash,
    texts: u32,
}

impl Passed {
    /// Takes the next event in.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub fn pass(&mut self, event: &TraceEvent, trace: &Trace) {
        // Nearly all events move a job or say what a task waits for, and have no text.
        if !event.kind.moves_a_job() && !matches!(event.kind, EventKind::Waits { .. }) {
            return self.pass_rare(event, trace);
        }
        self.hash.event(event);
    }

    #[inline(never)]
    fn pass_rare(&mut self, event: &TraceEvent, trace: &Trace) {
        if let Some(last) = last_text(&event.kind).filter(|last| self.texts <= last.0) {
            self.pass_texts(last, trace);
        }
        self.hash.event(event);
    }

    #[cold]
    fn pass_texts(&mut self, last: TextId, trace: &Trace) {
        while self.texts <= last.0 {
            self.hash.text(trace.name(TextId(self.texts)));
            self.texts += 1;
        }
    }
}

impl Cursor {
    /// At the start of a log.
    pub fn new() -> Cursor {
        Cursor::default()
    }

    /// Hands the next event to `fold`, unless there is none or it is later than `until`.
    #[inline]
    pub fn step(&mut self, trace: &Trace, until: SimTime, fold: &mut impl super::Fold) -> bool {
        let Some(event) = trace.get(self.index).filter(|e| e.at <= until) else { return false };
        self.index += 1;
        fold.apply_passing(event, trace, &mut self.passed);
        true
    }

    /// Hands all events that there are to `fold`.
    pub fn catch_up(&mut self, trace: &Trace, fold: &mut impl super::Fold) {
        let _all = self.catch_up_some(trace, fold, u64::MAX);
    }

    /// Hands the events that there are to `fold`, so many and what is left of a chunk. Whether that was all of them.
    pub fn catch_up_some(&mut self, trace: &Trace, fold: &mut impl super::Fold, most: u64) -> bool {
        let last = self.index.saturating_add(most);
        loop {
            let events = trace.chunk_from(self.index);
            if events.is_empty() || self.index >= last {
                return events.is_empty();
            }
            for event in events {
                fold.apply_passing(event, trace, &mut self.passed);
            }
            self.index += events.len() as u64;
        }
    }

    /// The hash of the passed events, and of the texts they use for the first time.
    pub fn hash(&self) -> TraceHash {
        self.passed.hash
    }
}

/// The text an event uses, for the hash.
fn last_text(kind: &EventKind) -> Option<TextId> {
    match *kind {
        EventKind::Opened { name: text, .. }
        | EventKind::Stated { state: text, .. }
        | EventKind::Spawned { name: text, .. }
        | EventKind::Faulted { fault: text, .. }
        | EventKind::Edited { field: text, .. }
        | EventKind::Noted { text, .. }
        | EventKind::Replied { body: text, .. }
        | EventKind::Crashed { text } => Some(text),
        EventKind::Asked { client, request, .. } => Some(client.max(request)),
        _ => None,
    }
}

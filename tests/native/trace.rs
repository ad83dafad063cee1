//! The log, its hash, and the ledger that is folded from it.

use crate::program::{Over, outcome, run};
use millrace::engine::{Attempt, Env, Job, Server, StationSpec, Upstream};
use millrace::parts::{Either, select2};
use millrace::trace::ledger::Fate;
use millrace::trace::{
    Answer, Cursor, Ending, EventKind, Fold, Gauge, JobId, Ledger, Outcome, SimTime, Site, Span, Speaker, StationId,
    StationKind, TaskId, TextId, Trace, TraceEvent, TraceHash, UNLIMITED, Wait,
};
use proptest::prelude::*;
use std::cell::Cell;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;

// The log.

/// As many events as a chunk of the log has: what is tested here is what happens at its ends.
const CHUNK: u64 = 8_192;

fn event(n: u64) -> TraceEvent {
    let kind = EventKind::Started { job: JobId(n as u32) };
    // Three events share each instant.
    TraceEvent { at: SimTime(n / 3), task: TaskId::MAIN, kind, site: Site::NONE }
}

fn log(length: u64) -> Trace {
    let mut trace = Trace::new();
    (0..length).for_each(|n| trace.push(event(n)));
    trace
}

fn lengths() -> [u64; 8] {
    [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1, 3 * CHUNK + 77]
}

#[test]
fn every_event_is_found_at_its_position_on_either_side_of_a_chunks_end() {
    for length in lengths() {
        let trace = log(length);
        assert_eq!(trace.len(), length);
        assert_eq!(trace.is_empty(), length == 0);
        for index in
            [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, length.saturating_sub(1), length, length + 1, u64::from(u32::MAX)]
        {
            assert_eq!(trace.get(index).copied(), (index < length).then(|| event(index)), "{index} of {length}");
        }
        assert_eq!(trace.last_at(), if length == 0 { SimTime::ZERO } else { event(length - 1).at });
    }
}

#[test]
fn the_events_from_a_position_are_the_rest_in_order() {
    for length in lengths() {
        let trace = log(length);
        for from in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, length / 2, length, length + 5] {
            let rest: Vec<_> = trace.from(from).copied().collect();
            assert_eq!(rest, (from..length).map(event).collect::<Vec<_>>(), "from {from} of {length}");
        }
    }
}

#[test]
fn the_count_until_an_instant_includes_all_events_of_the_instant() {
    for length in lengths() {
        let trace = log(length);
        for at in [0, 1, CHUNK / 3 - 1, CHUNK / 3, CHUNK / 3 + 1, 2 * CHUNK / 3, length] {
            let expected = (0..length).filter(|&n| event(n).at <= SimTime(at)).count() as u64;
            assert_eq!(trace.count_until(SimTime(at)), expected, "until {at} of {length}");
        }
        assert_eq!(trace.count_until(SimTime::MAX), length);
    }
}

#[test]
fn forgetting_gives_up_whole_chunks_and_keeps_every_position() {
    let length = 3 * CHUNK + 77;
    for before in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK, length, u64::from(u32::MAX)] {
        let mut trace = log(length);
        trace.forget_before(before);
        // The chunk that is being filled stays, as long as something of it may be asked for.
        let forgotten = if before >= length { length } else { before / CHUNK * CHUNK };
        assert_eq!(trace.len(), length);
        for index in (0..length).step_by(997).chain([CHUNK - 1, CHUNK, 2 * CHUNK - 1, 2 * CHUNK, length - 1]) {
            assert_eq!(
                trace.get(index).copied(),
                (index >= forgotten).then(|| event(index)),
                "{index} before {before}"
            );
        }
        assert_eq!(trace.iter().count() as u64, length - forgotten);
        assert_eq!(trace.count_until(SimTime::MAX), length);
        let found = trace.find_from(0, |_| true).map(|(index, found)| (index, *found));
        let first = (forgotten < length).then(|| (forgotten, event(forgotten)));
        assert_eq!(found, first, "the first that is held, at its own position");
        assert_eq!(trace.last_at(), event(length - 1).at, "also if it is not held");
        trace.forget_before(0);
        trace.push(event(length));
        assert_eq!(trace.get(length).copied(), Some(event(length)), "it goes on growing");
    }
}

#[test]
fn a_log_that_is_forgotten_as_it_grows_stays_in_step() {
    let mut trace = Trace::new();
    for n in 0..5 * CHUNK {
        trace.push(event(n));
        if n % 1_000 == 0 {
            trace.forget_before(n);
        }
        assert_eq!(trace.get(n).copied(), Some(event(n)));
    }
    assert_eq!(trace.len(), 5 * CHUNK);
}

#[test]
fn the_next_event_of_a_kind_is_found_with_its_position() {
    let trace = log(2 * CHUNK);
    let wanted = |n: u64| move |kind: &EventKind| *kind == EventKind::Started { job: JobId(n as u32) };
    assert_eq!(trace.find_from(5, wanted(CHUNK + 3)).map(|(i, _)| i), Some(CHUNK + 3));
    assert_eq!(trace.find_from(CHUNK + 4, wanted(CHUNK + 3)), None);
}

#[test]
fn a_text_has_one_number_and_a_number_that_was_never_given_has_no_text() {
    let mut trace = Trace::new();
    let (a, b) = (trace.text("a"), trace.text("b"));
    assert_ne!(a, b);
    assert_eq!(trace.text("a"), a);
    assert_eq!((trace.name(a), trace.name(b), trace.name(TextId(99))), ("a", "b", ""));
    assert_eq!((trace.texts().find("b"), trace.texts().find("c")), (Some(b), None));
}

// The hash.

#[derive(Clone, Copy, Debug, PartialEq)]
struct Fields {
    at: u64,
    task: u32,
    station: u32,
    other: u32,
    job: u32,
    child: u32,
    text: u32,
    capacity: u32,
    gauge: u8,
    place: i32,
    value: i64,
    flag: bool,
    kind: usize,
    wait: usize,
    answer: usize,
    outcome: usize,
    ending: bool,
}

const KINDS: [StationKind; 10] = [
    StationKind::Source,
    StationKind::Channel,
    StationKind::Worker,
    StationKind::Crew,
    StationKind::Server,
    StationKind::Sink,
    StationKind::Gate,
    StationKind::Pool,
    StationKind::Car,
    StationKind::Landing,
];
const WAITS: [Wait; 10] = [
    Wait::Receive,
    Wait::Send,
    Wait::Sleep,
    Wait::Tick,
    Wait::Call,
    Wait::Join,
    Wait::Select,
    Wait::Acquire,
    Wait::Signal,
    Wait::Turn,
];
const ANSWERS: [Answer; 6] =
    [Answer::Status(200), Answer::Status(500), Answer::Status(3), Answer::TimedOut, Answer::Cancelled, Answer::Failed];

/// How many kinds of events there are. The match tells whoever adds one to add it below as well.
const EVENT_KINDS: usize = 26;
fn number(kind: &EventKind) -> usize {
    match kind {
        EventKind::Opened { .. } => 0,
        EventKind::Closed { .. } => 1,
        EventKind::Sized { .. } => 2,
        EventKind::Stated { .. } => 3,
        EventKind::Gauged { .. } => 4,
        EventKind::Travelled { .. } => 5,
        EventKind::Entered { .. } => 6,
        EventKind::Moved { .. } => 7,
        EventKind::Started { .. } => 8,
        EventKind::Called { .. } => 9,
        EventKind::Answered { .. } => 10,
        EventKind::Split { .. } => 11,
        EventKind::Merged { .. } => 12,
        EventKind::Left { .. } => 13,
        EventKind::Spawned { .. } => 14,
        EventKind::Waits { .. } => 15,
        EventKind::Ended { .. } => 16,
        EventKind::Faulted { .. } => 17,
        EventKind::Edited { .. } => 18,
        EventKind::Noted { .. } => 19,
        EventKind::Crashed { .. } => 20,
        EventKind::Bound { .. } => 21,
        EventKind::Asked { .. } => 22,
        EventKind::Replied { .. } => 23,
        EventKind::Took { .. } => 24,
        EventKind::Weighs { .. } => 25,
    }
}

/// One event of every kind.
fn of_every_kind(f: &Fields) -> Vec<TraceEvent> {
    let (station, other, job, child) = (StationId(f.station), StationId(f.other), JobId(f.job), JobId(f.child));
    let (text, started, value) = (TextId(f.text), f.flag, f.value);
    let kinds = [
        EventKind::Opened { station, kind: KINDS[f.kind], name: text, parent: other },
        EventKind::Closed { station },
        EventKind::Sized { station, capacity: f.capacity },
        EventKind::Stated { station, state: text },
        EventKind::Gauged { station, gauge: Gauge(f.gauge), value },
        EventKind::Travelled { station, place: f.place, pace: f.capacity as i32 },
        EventKind::Entered { job, station },
        EventKind::Moved { job, station, started },
        EventKind::Started { job },
        EventKind::Called { job, station, started },
        EventKind::Answered { job, station, answer: ANSWERS[f.answer] },
        EventKind::Split { job, child },
        EventKind::Merged { job, into: child },
        EventKind::Left { job, outcome: Outcome::ALL[f.outcome] },
        EventKind::Spawned { child: TaskId(f.child), name: text, station },
        EventKind::Waits { what: WAITS[f.wait], station, inner: Site::NONE },
        EventKind::Ended { how: if f.ending { Ending::Cancelled } else { Ending::Completed } },
        EventKind::Faulted { fault: text, on: f.flag, magnitude: value },
        EventKind::Edited { field: text, value },
        EventKind::Noted { by: Speaker::PROGRAM, text, value },
        EventKind::Crashed { text },
        EventKind::Bound { job, to: station, via: other },
        EventKind::Asked { exchange: f.child, client: text, request: TextId(f.job) },
        EventKind::Replied { exchange: f.child, status: u16::from(f.gauge), body: text },
        EventKind::Took { job, span: Span(value as u64) },
        EventKind::Weighs { job, weight: f.capacity },
    ];
    kinds.map(|kind| TraceEvent { at: SimTime(f.at), task: TaskId(f.task), kind, site: Site::NONE }).into()
}

/// Who says something is in what it says.
#[test]
fn a_note_has_the_same_hash_whoever_says_it() {
    let note = |by| TraceEvent { kind: EventKind::Noted { by, text: TextId(1), value: 2 }, ..event(0) };
    let (server, beyond) = (Speaker::from(StationId(7)), Speaker::from(StationId(70_000)));
    assert_eq!(hash(&note(server)), hash(&note(Speaker::PROGRAM)));
    assert_eq!((server.station(), beyond.station()), (Some(StationId(7)), None));
}

fn hash(event: &TraceEvent) -> u64 {
    let mut hash = TraceHash::default();
    hash.event(event);
    hash.value()
}

fn fields() -> impl Strategy<Value = Fields> {
    let ids = (any::<u64>(), any::<[u32; 7]>(), any::<u8>(), any::<i32>(), any::<i64>());
    // Small numbers more often than not, as in real traces: that is where packed words would overlap.
    let small = (0..40u64, [0..40u32, 0..40, 0..40, 0..40, 0..40, 0..40, 0..40], 0..4u8, -40..40i32, -40..40i64);
    let numbers = prop_oneof![2 => small, 1 => ids];
    let choices =
        (any::<bool>(), 0..KINDS.len(), 0..WAITS.len(), 0..ANSWERS.len(), 0..Outcome::ALL.len(), any::<bool>());
    (numbers, choices).prop_map(|((at, n, gauge, place, value), (flag, kind, wait, answer, outcome, ending))| {
        let [task, station, other, job, child, text, capacity] = n;
        Fields {
            at,
            task,
            station,
            other,
            job,
            child,
            text,
            capacity,
            gauge,
            place,
            value,
            flag,
            kind,
            wait,
            answer,
            outcome,
            ending,
        }
    })
}

/// `f` with one of its members taken from `g`.
fn with_one_of(f: &Fields, g: &Fields, member: usize) -> Fields {
    let mut h = *f;
    match member {
        0 => h.at = g.at,
        1 => h.task = g.task,
        2 => h.station = g.station,
        3 => h.other = g.other,
        4 => h.job = g.job,
        5 => h.child = g.child,
        6 => h.text = g.text,
        7 => h.capacity = g.capacity,
        8 => h.gauge = g.gauge,
        9 => h.place = g.place,
        10 => h.value = g.value,
        11 => h.flag = g.flag,
        12 => h.kind = g.kind,
        13 => h.wait = g.wait,
        14 => h.answer = g.answer,
        15 => h.outcome = g.outcome,
        _ => h.ending = g.ending,
    }
    h
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_hash_differs_exactly_where_a_field_of_the_event_does(f in fields(), g in fields(), member in 0..17usize) {
        let h = with_one_of(&f, &g, member);
        for (one, other) in of_every_kind(&f).iter().zip(of_every_kind(&h)) {
            prop_assert_eq!(hash(one) == hash(&other), *one == other, "{:?} and {:?}", one, other);
        }
    }

    #[test]
    fn no_two_kinds_of_events_have_the_same_hash(f in fields()) {
        let events = of_every_kind(&f);
        let mut hashes: Vec<u64> = events.iter().map(hash).collect();
        hashes.sort_unstable();
        hashes.dedup();
        prop_assert_eq!(hashes.len(), EVENT_KINDS);
        let numbers: Vec<usize> = events.iter().map(|e| number(&e.kind)).collect();
        prop_assert_eq!(numbers, (0..EVENT_KINDS).collect::<Vec<_>>(), "each kind is there");
    }
}

#[test]
fn the_hash_knows_no_source_lines() {
    let here = Site(Some(Location::caller()));
    let wait = |inner, site| TraceEvent {
        at: SimTime(1),
        task: TaskId(2),
        kind: EventKind::Waits { what: Wait::Sleep, station: StationId(3), inner },
        site,
    };
    assert_eq!(hash(&wait(Site::NONE, Site::NONE)), hash(&wait(here, here)));
    assert!(here.line().is_some() && here.file().is_some());
}

#[test]
fn the_hash_depends_on_the_order_of_events_and_on_the_words_of_texts() {
    let of = |events: &[TraceEvent]| {
        let mut trace = Trace::new();
        events.iter().for_each(|&e| trace.push(e));
        trace.hash()
    };
    assert_ne!(of(&[event(0), event(1)]), of(&[event(1), event(0)]));
    assert_ne!(of(&[event(0)]), of(&[event(0), event(0)]));
    let noted = |texts: &[&str]| {
        let mut trace = Trace::new();
        for text in texts {
            let text = trace.text(text);
            trace.push(TraceEvent { kind: EventKind::Noted { by: Speaker::PROGRAM, text, value: 0 }, ..event(0) });
        }
        trace.hash()
    };
    assert_ne!(noted(&["one"]), noted(&["two"]));
    // Where one text ends and the next begins counts.
    assert_ne!(noted(&["ab", "c"]), noted(&["a", "bc"]));
    assert_ne!(noted(&["12345678"]), noted(&["12345678\0"]));
    assert_eq!(noted(&["same"]).hex().len(), 16);
}

/// A fold that looks at nothing.
struct Blind;

impl Fold for Blind {
    fn apply(&mut self, _: &TraceEvent, _: &Trace) {}
}

#[test]
fn at_any_prefix_a_cursors_hash_is_that_of_a_log_with_only_those_events() {
    let over = run(|env| async move {
        let pool = env.open_plain(StationKind::Pool, "pool");
        for n in 0..40 {
            env.note(&format!("note {}", n % 7), n);
            env.state(pool, if n % 2 == 0 { "even" } else { "odd" });
            env.job().leave(Outcome::Completed);
            env.sleep(Span::millis(1)).await;
        }
    });
    let whole = over.run.trace();
    let mut cursor = Cursor::new();
    let mut prefix = Trace::new();
    loop {
        assert_eq!(cursor.hash(), prefix.hash(), "after {} events", cursor.index);
        let Some(&next) = whole.get(cursor.index) else { break };
        // The same texts, numbered as they are used first.
        let text = match next.kind {
            EventKind::Opened { name: text, .. }
            | EventKind::Spawned { name: text, .. }
            | EventKind::Stated { state: text, .. }
            | EventKind::Noted { text, .. } => Some(text),
            _ => None,
        };
        if let Some(text) = text {
            assert_eq!(prefix.text(whole.name(text)), text);
        }
        prefix.push(next);
        assert!(cursor.step(&whole, SimTime::MAX, &mut Blind));
    }
    assert_eq!(cursor.hash(), whole.hash());
}

/// A fold that knows when everything was.
#[derive(Default)]
struct Instants(Vec<SimTime>);

impl Fold for Instants {
    fn apply(&mut self, event: &TraceEvent, _: &Trace) {
        self.0.push(event.at);
    }
}

#[test]
fn a_cursor_that_catches_up_with_a_log_that_is_given_up_behind_it_sees_every_event_once() {
    for length in lengths() {
        let (whole, mut trace) = (log(length), Trace::new());
        let (mut cursor, mut seen) = (Cursor::new(), Instants::default());
        for n in 0..length {
            trace.push(event(n));
            if n % 5_000 == 0 {
                cursor.catch_up(&trace, &mut seen);
                trace.forget_before(cursor.index);
            }
        }
        cursor.catch_up(&trace, &mut seen);
        assert_eq!((cursor.index, cursor.hash()), (length, whole.hash()));
        assert!(seen.0.iter().eq(whole.iter().map(|event| &event.at)), "of {length}");
    }
}

#[test]
fn a_cursor_stops_before_the_first_event_that_is_later() {
    let trace = log(30);
    let mut cursor = Cursor::new();
    while cursor.step(&trace, SimTime(4), &mut Blind) {}
    assert_eq!(cursor.index, trace.count_until(SimTime(4)));
}

// The ledger.

/// A server that takes so many milliseconds for each call in turn.
struct Takes(Vec<u64>, Cell<usize>);

impl Upstream for Takes {
    fn has_room(&self) -> bool {
        true
    }

    fn call(&self, env: &Env, _: Attempt) -> Pin<Box<dyn Future<Output = Answer>>> {
        let turn = self.1.replace(self.1.get() + 1);
        let (env, ms) = (env.clone(), self.0[turn % self.0.len()]);
        Box::pin(async move {
            env.sleep(Span::millis(ms)).await;
            Answer::Status(200)
        })
    }
}

fn serve(env: &Env, ms: &[u64]) -> StationId {
    let server = env.open_plain(StationKind::Server, "server");
    env.set_default_server(&Server::new(env, server, Rc::new(Takes(ms.into(), Cell::new(0)))));
    server
}

fn station<'a>(over: &'a Over, name: &str) -> &'a millrace::trace::ledger::StationRow {
    over.ledger.find(name, &over.run.trace()).map(|(_, row)| row).unwrap_or_else(|| panic!("no station {name}"))
}

#[test]
fn a_call_takes_the_job_to_the_server_and_back_to_the_hand_it_came_from() {
    let over = run(|env| async move {
        serve(&env, &[10]);
        let job = env.job();
        env.sleep(Span::millis(10)).await;
        env.call(&job).await;
        env.sleep(Span::millis(10)).await;
        job.leave(Outcome::Completed);
        env.sleep(Span::millis(10)).await;
    });
    let (home, server) = (station(&over, "home"), station(&over, "server"));
    assert_eq!((home.levels.arrivals, server.levels.arrivals), (2, 1));
    // In hand for 30 of 40 ms, also while it was out; at home itself for 20.
    assert!((home.utilisation(over.ledger.now) - 0.75).abs() < 1e-12);
    assert!((home.levels.present_mean(over.ledger.now) - 0.5).abs() < 1e-12);
    assert!((server.levels.present_mean(over.ledger.now) - 0.25).abs() < 1e-12);
    assert_eq!((over.ledger.tally.in_flight, over.ledger.tally.in_flight_peak), (0, 1));
}

#[test]
fn a_call_can_come_back_to_the_connection_that_carries_it() {
    let over = run(|env| async move {
        serve(&env, &[10]);
        let connection = env.open_plain(StationKind::Worker, "connection");
        let job = env.job();
        job.go(connection, true);
        env.call(&job).back_to(connection).await;
        env.sleep(Span::millis(10)).await;
        job.leave(Outcome::Completed);
    });
    assert!((station(&over, "connection").utilisation(over.ledger.now) - 1.0).abs() < 1e-12);
    assert_eq!(station(&over, "home").levels.arrivals, 1, "only when it entered");
}

#[test]
fn a_hedged_attempt_starts_at_its_caller_and_the_worker_is_busy_until_both_are_decided() {
    for (times, won) in [(&[30u64, 5], 1), (&[30, 50], 0)] {
        let over = run(|env| async move {
            serve(&env, times);
            let job = env.job();
            let mut first = Box::pin(env.call(&job));
            let early = millrace::parts::timeout(&env, Span::millis(10), first.as_mut()).await;
            assert!(early.is_err());
            let second = job.split();
            let attempt = env.call(&second);
            let winner = match select2(&env, first, attempt).await {
                Either::First(reply) => (0, reply),
                Either::Second(reply) => (1, reply),
            };
            assert_eq!(winner.0, won);
            if won == 1 {
                second.merge_into(&job)
            } else {
                drop(second)
            }
            env.sleep(Span::millis(10)).await;
            job.leave(winner.1.answer.outcome());
        });
        let tally = &over.ledger.tally;
        assert_eq!((tally.offered, tally.departed(), tally.in_system, tally.at_stations), (1, 1, 0, 0));
        assert_eq!((tally.count(Outcome::Completed), tally.in_flight, tally.in_flight_peak), (1, 0, 2));
        let home = station(&over, "home");
        assert!((home.utilisation(over.ledger.now) - 1.0).abs() < 1e-12, "it always had something in hand");
        assert_eq!(home.in_hand, None);
        // The attempt was never in the server's queue: it came there once, by its call.
        assert_eq!(station(&over, "server").levels.arrivals, 2);
    }
}

#[test]
fn jobs_that_were_merged_into_a_batch_leave_with_it_and_as_it_does() {
    let over = run(|env| async move {
        let mut jobs: Vec<Job> = (0..5).map(|_| env.job()).collect();
        let outer = env.job();
        env.sleep(Span::millis(1)).await;
        let batch = jobs.remove(0);
        jobs.into_iter().for_each(|job| job.merge_into(&batch));
        env.sleep(Span::millis(1)).await;
        // A batch of batches.
        batch.merge_into(&outer);
        env.sleep(Span::millis(1)).await;
        outer.leave(Outcome::Failed);
    });
    let tally = &over.ledger.tally;
    assert_eq!((tally.offered, tally.in_system, tally.at_stations), (6, 0, 0));
    assert_eq!(tally.count(Outcome::Failed), 6);
    assert_eq!(over.ledger.job(JobId(1)).map(|j| j.fate), Some(Fate::In(JobId(0))));
    assert_eq!(over.pick(outcome), [Outcome::Failed], "one event for all");
}

#[test]
fn a_split_off_part_is_accounted_for_but_not_offered() {
    let over = run(|env| async move {
        let message = env.job();
        let copies: Vec<Job> = (0..3).map(|_| message.split()).collect();
        message.leave(Outcome::Completed);
        env.sleep(Span::millis(1)).await;
        copies.into_iter().for_each(|copy| copy.leave(Outcome::Lost));
    });
    let tally = &over.ledger.tally;
    assert_eq!((tally.offered, tally.count(Outcome::Completed), tally.count(Outcome::Lost)), (1, 1, 0));
    assert_eq!(tally.at_stations, 0);
}

/// Folds hand-written kinds of events, at one instant each.
fn folded(kinds: &[EventKind]) -> Ledger {
    let mut trace = Trace::new();
    let name = trace.text("station");
    let mut ledger = Ledger::new();
    for (at, kind) in (0..).zip(kinds) {
        let kind = match *kind {
            EventKind::Opened { station, kind, parent, .. } => EventKind::Opened { station, kind, name, parent },
            kind => kind,
        };
        ledger.apply(&TraceEvent { at: SimTime(at), task: TaskId::MAIN, kind, site: Site::NONE }, &trace);
    }
    ledger
}

fn opened(n: u32, kind: StationKind) -> EventKind {
    EventKind::Opened { station: StationId(n), kind, name: TextId(0), parent: StationId::NONE }
}

#[test]
fn a_station_that_closes_over_a_job_breaks_the_conservation() {
    let (station, job) = (StationId(0), JobId(0));
    let mut kinds = vec![opened(0, StationKind::Worker), EventKind::Entered { job, station }];
    assert!(folded(&kinds).is_conserved());
    kinds.push(EventKind::Closed { station });
    assert!(!folded(&kinds).is_conserved());
    kinds.push(EventKind::Left { job, outcome: Outcome::Cancelled });
    assert!(folded(&kinds).is_conserved());
}

#[test]
fn a_job_that_leaves_twice_or_is_nowhere_breaks_the_conservation() {
    let (station, job) = (StationId(0), JobId(0));
    let left = EventKind::Left { job, outcome: Outcome::Completed };
    let twice = [opened(0, StationKind::Worker), EventKind::Entered { job, station }, left, left];
    assert!(!folded(&twice).is_conserved());
    let nowhere = [EventKind::Entered { job, station: StationId(7) }];
    assert!(!folded(&nowhere).is_conserved());
}

#[test]
fn capacity_is_room_in_a_channel_and_servers_in_a_server_or_a_pool() {
    let with = |kind, started: u32, waiting: u32| {
        let mut kinds = vec![opened(0, StationKind::Source), opened(1, kind)];
        kinds.push(EventKind::Sized { station: StationId(1), capacity: 2 });
        for n in 0..started + waiting {
            let job = JobId(n);
            kinds.push(EventKind::Entered { job, station: StationId(0) });
            kinds.push(EventKind::Moved { job, station: StationId(1), started: n < started });
        }
        folded(&kinds).is_within_capacity()
    };
    assert!(with(StationKind::Channel, 0, 2) && !with(StationKind::Channel, 0, 3));
    assert!(with(StationKind::Car, 2, 0) && !with(StationKind::Car, 3, 0));
    for kind in [StationKind::Server, StationKind::Pool] {
        assert!(with(kind, 2, 50) && !with(kind, 3, 0), "{kind:?}");
    }
}

#[test]
fn a_station_that_shrinks_may_drain_but_must_not_fill_up_again() {
    let station = StationId(0);
    let enter = |n| EventKind::Entered { job: JobId(n), station };
    let leave = |n| EventKind::Left { job: JobId(n), outcome: Outcome::Completed };
    let sized = |capacity| EventKind::Sized { station, capacity };
    let mut kinds = vec![opened(0, StationKind::Channel), sized(4), enter(0), enter(1), enter(2), enter(3), sized(2)];
    assert!(folded(&kinds).is_within_capacity(), "nobody is thrown out");
    kinds.extend([leave(0)]);
    assert!(folded(&kinds).is_within_capacity(), "three of two, draining");
    let mut refilled = kinds.clone();
    refilled.push(enter(4));
    assert!(!folded(&refilled).is_within_capacity());
    kinds.extend([leave(1), leave(2), enter(4)]);
    assert!(folded(&kinds).is_within_capacity());
}

#[test]
fn utilisation_takes_the_capacity_there_was_at_each_time() {
    let over = run(|env| async move {
        let pool =
            env.open(StationSpec { kind: StationKind::Pool, name: "pool", parent: StationId::NONE, capacity: 4 });
        let job = env.job();
        job.go(pool, true);
        env.sleep(Span::millis(10)).await;
        env.resize(pool, 1);
        env.sleep(Span::millis(10)).await;
        job.leave(Outcome::Completed);
        env.close(pool);
        env.sleep(Span::millis(980)).await;
    });
    // One of four for 10 ms and one of one for 10 ms: 20 of 50. What comes after the closing does not count.
    assert!((station(&over, "pool").utilisation(over.ledger.now) - 0.4).abs() < 1e-12);
    assert!((station(&over, "pool").levels.present_mean(over.ledger.now) - 1.0).abs() < 1e-12);
    assert_eq!(station(&over, "home").capacity, UNLIMITED);
}

#[test]
fn of_stations_with_one_name_the_open_one_is_found() {
    let over = run(|env| async move {
        let first = env.open_plain(StationKind::Worker, "worker");
        env.close(first);
        env.open_plain(StationKind::Worker, "worker");
    });
    let trace = over.run.trace();
    assert_eq!(over.ledger.find("worker", &trace).map(|(id, _)| id), Some(StationId(2)));
    assert!(over.ledger.find("nobody", &trace).is_none());
}

#[test]
fn a_car_stands_where_it_arrived_until_it_moves_and_then_moves_evenly() {
    let over = run(|env| async move {
        let car = env.open_plain(StationKind::Car, "car");
        env.travel(car, 0, 1_000, Span::millis(500)).await;
        env.sleep(Span::secs(2)).await;
        env.travel(car, 1_000, 2_000, Span::millis(500)).await;
    });
    let path = over.pick(|e| match e.kind {
        EventKind::Travelled { place, pace, .. } => Some((e.at.0 / 1_000_000, place, pace)),
        _ => None,
    });
    let even = 2_000_000;
    assert_eq!(path, [(0, 0, even), (500, 1_000, 0), (2_500, 1_000, even), (3_000, 2_000, 0)]);
    assert_eq!(station(&over, "car").place_at(over.run.now()), 2.0);
}

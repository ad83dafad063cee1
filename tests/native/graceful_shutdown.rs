//! The shutdown: that in order and with time nothing is lost, that in any order each thing ends in one way, that the end comes when the grace
//! is over, and what each wrong order loses.

use crate::coordination::{self, given_up_leaves_nothing};
use crate::pool::{PHONE, WIDE, seen, stays_on_canvas};
use crate::program::{Log, follow, run, values};
use crate::promises::hold_with;
use millrace::parts::{Shutdown, timeout};
use millrace::patterns::find;
use millrace::session::Scenario;
use millrace::spec::{Fidelity, PartState, Parting, ShutdownGauges};
use millrace::trace::{EventKind, JobId, Outcome, SimTime, Span, StationId, StationKind};
use millrace::view::{scene::items, text};
use proptest::prelude::*;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

const MS: u64 = 1_000_000;
const G: ShutdownGauges = ShutdownGauges::ALL;
const KINDS: [&str; 5] = ["requests", "sockets", "frames", "results", "batch_items"];
const ORDERS: [&str; 5] = ["sane", "documented", "stores-first", "processor-first", "batch-first"];

/// Traffic and sizes, as a link has them.
fn traffic() -> impl Strategy<Value = String> {
    let crowd = (1..25_u32, 50..900_u32, 1..60_u32, 0..1_500_u32);
    let pool = (1..12_u32, 0..40_u32, 0..40_u32, 0..40_u32, 1..200_u32);
    let batch = (1..120_u32, 10..2_500_u32, 0..150_u32, 0..60_u32);
    (crowd, pool, batch, 1..2_500_u32, 0..1_000_u32).prop_map(|(crowd, pool, batch, at, seed)| {
        let (sessions, every, rate, request) = crowd;
        let (workers, jobs, results, collect, model) = pool;
        let (size, interval, frame, insert) = batch;
        format!(
            "graceful-shutdown?sessions={sessions}&frame-every={every}ms&rate={rate}&request={request}ms&workers={workers}\
             &jobs-buffer={jobs}&results-buffer={results}&collect={collect}ms&mean={model}ms&batch-size={size}\
             &interval={interval}ms&close-frame={frame}ms&db-mean={insert}ms&shutdown-at={at}ms&seed=s{seed}"
        )
    })
}

/// What a link's run reports of its own.
fn detail(link: &str) -> Json {
    Json::Object(coordination::detail(link))
}

fn counts(of: &Json) -> [u64; 5] {
    KINDS.map(|kind| of[kind].as_u64().unwrap_or_else(|| panic!("{kind} in {of}")))
}

/// What each step was, from when to when, and whether it was forced.
fn steps(detail: &Json) -> Vec<(String, u64, u64, bool)> {
    let of = |step: &Json| {
        let at = |key: &str| step[key].as_u64().expect("an instant");
        (step["what"].as_str().expect("a name").to_owned(), at("start_ns"), at("end_ns"), step["forced"] == true)
    };
    detail["steps"].as_array().expect("a list").iter().map(of).collect()
}

/// What the trace says by itself, without the books: what each job was when it ended, by where it came in and what befell it.
#[derive(Default)]
struct Seen {
    hub: Option<StationId>,
    http: Option<StationId>,
    batch: Option<StationId>,
    process: Option<StationId>,
    clients: BTreeSet<StationId>,
    parts: BTreeSet<JobId>,
    kinds: BTreeMap<JobId, usize>,
    came: [i64; 5],
    done: [i64; 5],
    lost: [i64; 5],
    /// Lost before the signal.
    before: [i64; 5],
    books: BTreeMap<u8, i64>,
}

impl Seen {
    fn becomes(&mut self, job: JobId, from: usize, to: usize) {
        if self.kinds.get(&job) == Some(&from) {
            self.kinds.insert(job, to);
            self.done[from] += 1;
            self.came[to] += 1;
        }
    }

    fn see(&mut self, event: EventKind, name: impl Fn(millrace::trace::TextId) -> String) {
        match event {
            EventKind::Opened { station, name: text, parent, kind } => match name(text).as_str() {
                "hub" => self.hub = Some(station),
                "HTTP server" => self.http = Some(station),
                "batch" => self.batch = Some(station),
                "process" => self.process = Some(station),
                _ if Some(parent) == self.hub && kind == StationKind::Worker => drop(self.clients.insert(station)),
                _ => {}
            },
            EventKind::Gauged { station, gauge, value } if Some(station) == self.process => {
                self.books.insert(gauge.0, value);
            }
            EventKind::Split { child, .. } => drop(self.parts.insert(child)),
            EventKind::Entered { job, station } => {
                let kind = if Some(station) == self.http { 0 } else { 2 };
                assert!(kind == 0 || self.clients.contains(&station), "it came in somewhere else");
                self.kinds.insert(job, kind);
                self.came[kind] += 1;
            }
            EventKind::Answered { job, answer, .. } if answer.is_success() => self.becomes(job, 2, 3),
            EventKind::Moved { job, station, .. } if Some(station) == self.batch => self.becomes(job, 3, 4),
            EventKind::Left { job, outcome } if !self.parts.contains(&job) => {
                let kind = self.kinds.remove(&job).expect("it came, and leaves once");
                match outcome {
                    Outcome::Lost => self.lost[kind] += 1,
                    // It never came in.
                    Outcome::Rejected => self.came[kind] -= 1,
                    // An item that is not written is lost, and so is what goes with a worker.
                    outcome if outcome == Outcome::Cancelled || kind == 4 && outcome != Outcome::Completed => {
                        assert!(!self.books.contains_key(&G.asked.0), "it is lost in the shutdown");
                        self.before[kind] += 1;
                    }
                    _ => self.done[kind] += 1,
                }
            }
            EventKind::Stated { station, state }
                if self.clients.contains(&station) && name(state) == Parting::Exit.id() =>
            {
                self.lost[1] += 1;
            }
            EventKind::Closed { station } if self.clients.contains(&station) => self.done[1] += 1,
            _ => {}
        }
    }

    fn agree(&self, at: SimTime, link: &str) {
        for kind in 0..5_u8 {
            let book = |gauge: millrace::trace::Gauge| self.books.get(&gauge.0).copied().unwrap_or(0);
            let seen = usize::from(kind);
            let told = [book(G.came(kind)), book(G.done(kind)), book(G.lost(kind)), book(G.before(kind))];
            if kind != 1 {
                assert_eq!(told[0], self.came[seen], "{} that came by {at:?}, {link}", KINDS[seen]);
                let inside = self.kinds.values().filter(|of| **of == seen).count() as i64;
                assert_eq!(told[0], told[1] + told[2] + told[3] + inside, "{} by {at:?}, {link}", KINDS[seen]);
            }
            assert_eq!(
                told[1..],
                [self.done[seen], self.lost[seen], self.before[seen]],
                "{} by {at:?}, {link}",
                KINDS[seen]
            );
        }
    }
}

/// Follows a link, and holds the books against what the trace says at every instant.
fn hold_books(link: &str) {
    let session = follow(link);
    let trace = session.run().trace();
    let (mut seen, mut last) = (Seen::default(), SimTime::ZERO);
    for event in trace.iter() {
        if event.at > last {
            seen.agree(last, link);
            last = event.at;
        }
        seen.see(event.kind, |text| trace.name(text).to_owned());
    }
    seen.agree(last, link);
    assert!(seen.kinds.is_empty(), "{link}: left inside");
    assert_eq!(seen.books[&G.came(1).0], seen.done[1] + seen.lost[1], "{link}: sockets");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_order_and_with_time_nothing_is_lost_whatever_comes(traffic in traffic()) {
        let report = detail(&format!("{traffic}&grace=300s"));
        prop_assert_eq!(counts(&report["lost"]), [0; 5], "{}", traffic);
        prop_assert_eq!(counts(&report["came"]), counts(&report["done"]));
        prop_assert_eq!(&report["exit_code"], 0);
        let steps = steps(&report);
        let names: Vec<&str> = steps.iter().map(|(what, ..)| what.as_str()).collect();
        prop_assert_eq!(names, ["HTTP server", "Hub", "Frame processor", "Batch processor", "Redis client", "Database pool"]);
        prop_assert!(steps.iter().all(|(.., forced)| !forced));
    }

    #[test]
    fn in_any_order_each_thing_ends_in_one_way_and_the_books_are_right_at_every_instant(
        traffic in traffic(),
        order in proptest::sample::select(&ORDERS[..]),
        grace in prop_oneof![0..1_500_u32, Just(300_000)],
        stores in prop_oneof![Just(""), Just("&db-errors=0.3"), Just("&redis-errors=0.3"), Just("&db-timeout=10ms")],
    ) {
        hold_books(&format!("{traffic}&order={order}&grace={grace}ms{stores}"));
    }

    #[test]
    fn the_end_comes_when_the_grace_is_over_and_steps_follow_each_other(
        traffic in traffic(),
        order in proptest::sample::select(&ORDERS[..]),
        grace in 0..1_200_u64,
    ) {
        let link = format!("{traffic}&order={order}&grace={grace}ms");
        let session = follow(&link);
        let report = Json::Object(session.history().detail().expect("a detail").report());
        let steps = steps(&report);
        let at = steps[0].1;
        let deadline = at + grace * MS;
        let last = session.computed().0;
        prop_assert!(last <= deadline, "{} goes on until {}", link, last);
        prop_assert_eq!(report["gone_ns"].as_u64(), Some(last));
        for pair in steps.windows(2) {
            prop_assert_eq!(pair[0].2, pair[1].1, "{}", link);
        }
        for (what, start, end, forced) in &steps {
            prop_assert!(start <= end && *end <= deadline, "{}: {}", link, what);
            prop_assert!(!forced || *end == deadline, "{}: {} was forced before its time", link, what);
        }
        let forced = steps.iter().any(|(.., forced)| *forced);
        prop_assert_eq!(report["exit_code"].as_i64(), Some(i64::from(forced)));
    }

    #[test]
    fn a_step_is_over_when_its_part_is_or_when_the_grace_is(
        parts in proptest::collection::vec(0..6_u64, 1..7),
        grace in 0..12_u64,
        patience in 0..20_u64,
    ) {
        let mut wanted = Vec::new();
        let mut now = 0;
        for takes in &parts {
            let forced = now + takes > grace;
            let end = if forced { grace } else { now + takes };
            wanted.push((now, end, forced));
            now = end;
        }
        let (log, told) = (Log::new(), Log::new());
        let (inner, cut, all) = (log.clone(), told.clone(), parts.clone());
        let over = run(move |env| async move {
            let names: Vec<String> = (0..all.len()).map(|part| format!("part {part}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let shutdown = Shutdown::open(&env, env.station(), &names);
            shutdown.begin(Span::millis(grace));
            let whole = async {
                for (part, takes) in all.into_iter().enumerate() {
                    let (start, cut) = (env.now().0 / MS, cut.clone());
                    shutdown.step(part, env.sleep(Span::millis(takes)), move || cut.push(part)).await;
                    inner.push((start, env.now().0 / MS));
                }
                shutdown.exit()
            };
            // Whoever waits for it may give up.
            let code = timeout(&env, Span::millis(patience), whole).await;
            if let Ok(code) = code {
                inner.push((u64::MAX, code as u64));
            }
        });
        let mut seen = log.all();
        let is_over = now <= patience;
        if is_over {
            prop_assert_eq!(seen.pop(), Some((u64::MAX, u64::from(wanted.iter().any(|(.., forced)| *forced)))));
            let cut: Vec<usize> = (0..parts.len()).filter(|part| wanted[*part].2).collect();
            prop_assert_eq!(told.all(), cut);
        }
        prop_assert!(seen.iter().zip(&wanted).all(|(seen, wanted)| *seen == (wanted.0, wanted.1)), "{:?} {:?}", seen, wanted);
        prop_assert!(!is_over || seen.len() == wanted.len());
        prop_assert_eq!(over.ledger.tally.in_system, 0);
    }

    #[test]
    fn whoever_stops_waiting_for_the_whole_leaves_nothing(
        order in proptest::sample::select(&ORDERS[..]),
        ms in 0..3_000_u64,
        seed in 0..50_u32,
    ) {
        let pattern = find("graceful-shutdown").expect("the pattern");
        let given = [("order", order), ("shutdown-at", "900ms"), ("workers", "3"), ("collect", "30ms")];
        let values = values(pattern, Fidelity::Documented, None, &given);
        given_up_leaves_nothing(pattern, &values, seed, ms);
    }
}

#[test]
fn each_part_is_stopped_once_and_each_socket_closed_once() {
    let pattern = find("graceful-shutdown").expect("the pattern");
    for preset in pattern.scenarios() {
        for fidelity in ["documented", "shipped"] {
            let preset = if preset.id.is_empty() { String::new() } else { format!("preset={}&", preset.id) };
            let link = format!("graceful-shutdown?{preset}fidelity={fidelity}");
            let session = follow(&link);
            let trace = session.run().trace();
            let (mut closed, mut parted, mut states) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
            for event in trace.iter() {
                match event.kind {
                    EventKind::Closed { station } => *closed.entry(station).or_insert(0) += 1,
                    EventKind::Stated { station, state } => {
                        let word = trace.name(state);
                        if Parting::from_id(word).is_some() {
                            *parted.entry(station).or_insert(0) += 1;
                        }
                        // A hub says for itself that it has stopped.
                        let state = PartState::of(word);
                        if let Some(state) =
                            state.filter(|state| *state == PartState::Running || states.contains_key(&station))
                        {
                            states.entry(station).or_insert_with(Vec::new).push(state);
                        }
                    }
                    _ => {}
                }
            }
            assert!(closed.values().chain(parted.values()).all(|n| *n == 1), "{link}: {closed:?} {parted:?}");
            assert_eq!(states.len(), 6, "{link}");
            for way in states.values() {
                use PartState::{Forced, Left, Running, Stopped, Stopping};
                let ways: [&[PartState]; 3] =
                    [&[Running, Stopping, Stopped], &[Running, Stopping, Forced], &[Running, Left]];
                assert!(ways.contains(&way.as_slice()), "{link}: {way:?}");
            }
        }
    }
}

#[test]
fn what_each_order_loses_is_what_was_handed_to_a_part_that_takes_none() {
    // Of requests, sockets, frames, results, items: those of which some are lost.
    let loses = |link: &str| {
        let report = detail(&format!("graceful-shutdown?{link}"));
        (counts(&report["lost"]).map(|n| n > 0), report["exit_code"].clone(), report["never_stopped"].clone())
    };
    let nothing = serde_json::json!([]);
    assert_eq!(loses("preset=as-written&fidelity=documented"), ([false; 5], 0.into(), nothing.clone()));
    assert_eq!(loses("preset=stores-first"), ([false, false, false, false, true], 0.into(), nothing.clone()));
    assert_eq!(loses("preset=processor-first"), ([false, false, true, false, false], 0.into(), nothing.clone()));
    assert_eq!(loses("preset=batch-first"), ([false, false, false, true, false], 0.into(), nothing));
    let (lost, code, left) = loses("preset=results-behind");
    assert_eq!((lost, code), ([false, true, true, true, true], 0.into()));
    assert_eq!(left, serde_json::json!(["Hub", "Frame processor", "Batch processor", "Redis client", "Database pool"]));
    // Every socket that was open is cut off, and each request was waited for.
    let written = detail("graceful-shutdown?preset=as-written&sessions=31");
    assert_eq!(counts(&written["lost"])[..2], [0, 31]);
    assert_eq!(steps(&written).len(), 1);
}

#[test]
fn a_grace_that_is_over_cuts_off_the_step_at_hand_and_all_after_it() {
    let report = detail("graceful-shutdown?preset=short-grace");
    let all = steps(&report);
    assert_eq!((all[0].1, all[0].2), (2_000 * MS, 2_500 * MS));
    assert!(all[1..].iter().all(|(_, start, end, _)| (*start, *end) == (2_500 * MS, 2_500 * MS)), "{all:?}");
    assert!(all.iter().take(4).all(|(.., forced)| *forced), "{all:?}");
    assert_eq!(report["exit_code"], 1);
    let lost = counts(&report["lost"]);
    assert!(lost[0] > 0 && lost[1] == 20 && lost[4] > 0, "{lost:?}");
    // With no grace at all nothing but what is over at once is stopped by itself.
    let none = steps(&detail("graceful-shutdown?grace=0ms"));
    assert!(none.iter().all(|(_, start, end, _)| (*start, *end) == (2_000 * MS, 2_000 * MS)), "{none:?}");
    // As written it is the requests alone that are cut off by it; the rest would be lost anyway.
    let shipped = detail("graceful-shutdown?preset=short-grace&fidelity=shipped&order=documented");
    assert_eq!((steps(&shipped).len(), &shipped["exit_code"]), (1, &Json::from(1)));
}

#[test]
fn who_comes_after_the_signal_is_turned_away_and_nobody_is_let_in() {
    let session = follow("graceful-shutdown?rate=200&request=1s");
    let trace = session.run().trace();
    let (mut refused, mut late) = (0, 0);
    let mut entered = BTreeMap::new();
    let mut http = StationId::NONE;
    for event in trace.iter() {
        match event.kind {
            EventKind::Opened { station, name, .. } if trace.name(name) == "HTTP server" => http = station,
            EventKind::Entered { job, station } if station == http => drop(entered.insert(job, event.at)),
            EventKind::Left { job, outcome } => {
                let Some(came) = entered.get(&job).filter(|at| at.0 > 2_000 * MS) else { continue };
                let turned_away = outcome == Outcome::Rejected && event.at == *came;
                refused += u64::from(turned_away);
                late += u64::from(!turned_away);
            }
            _ => {}
        }
    }
    assert!(refused > 100, "{refused}");
    assert_eq!(late, 0);
}

#[test]
fn what_no_store_has_written_is_lost() {
    for stores in ["db-mean=100ms&db-timeout=10ms&db-service=constant", "db-errors=1", "redis-errors=1"] {
        let link = format!("graceful-shutdown?{stores}");
        let report = detail(&link);
        let [came, done, lost, before] = ["came", "done", "lost", "lost_before"].map(|key| counts(&report[key]));
        assert_eq!((done[4], lost[4] > 0), (0, true), "{link}");
        assert_eq!((came[4], lost[..4].to_vec()), (lost[4] + before[4], vec![0; 4]), "{link}");
        let rows = seen(&link, 60_000, WIDE, text::rows);
        let row = rows.iter().find(|row| row.what == "Shutdown, Batch processor").expect("a row");
        let says = format!("0 inside, {} lost, {} before the signal", lost[4], before[4]);
        assert!(row.says.ends_with(&says), "{row:?}");
    }
}

#[test]
fn what_goes_with_a_worker_before_the_signal_is_no_loss_of_the_shutdown() {
    let killed = |at: u64| {
        let fault = |ms: u64, what: &str| format!("{}~0~fault~kill-worker~{what}", ms * MS);
        let all = [fault(at, "1"), fault(at, "2"), fault(at + 200, "off"), fault(at + 200, "off")].join(";");
        let link = format!("graceful-shutdown?workers=2&x={all}");
        hold_books(&link);
        (detail(&link), seen(&link, 60_000, WIDE, text::rows))
    };
    let row = |rows: &[text::Row], what: &str| rows.iter().find(|row| row.what == what).expect("a row").says.clone();
    let two = [0, 0, 2, 0, 0];
    let (report, rows) = killed(1_000);
    assert_eq!([counts(&report["lost"]), counts(&report["lost_before"])], [[0; 5], two]);
    assert_eq!((&report["exit_code"], &report["late_and_lost"]), (&Json::from(0), &Json::from(0)));
    assert!(row(&rows, "Shutdown").ends_with("0 lost, 2 before the signal"), "{rows:?}");
    assert!(row(&rows, "Shutdown, Frame processor").contains("0 inside, 0 lost, 2 before the signal"), "{rows:?}");
    let (report, rows) = killed(2_001);
    assert_eq!([counts(&report["lost"]), counts(&report["lost_before"])], [two, [0; 5]]);
    assert!(row(&rows, "Shutdown").ends_with(", 2 lost"), "{rows:?}");
}

#[test]
fn who_came_after_the_signal_and_is_lost_is_counted_as_that_whatever_it_has_become() {
    for link in [
        "preset=keeps-sending",
        "preset=batch-first",
        "preset=processor-first",
        "preset=stores-first",
        "interval=5s&grace=1s",
    ] {
        let link = format!("graceful-shutdown?{link}");
        let session = follow(&link);
        let trace = session.run().trace();
        let (mut process, mut is_asked) = (None, false);
        let (mut late, mut lost) = (BTreeSet::new(), 0);
        for event in trace.iter() {
            match event.kind {
                EventKind::Opened { station, name, .. } if trace.name(name) == "process" => process = Some(station),
                EventKind::Gauged { station, gauge, .. } if Some(station) == process => is_asked |= gauge == G.asked,
                EventKind::Entered { job, .. } if is_asked => drop(late.insert(job)),
                EventKind::Left { job, outcome: Outcome::Lost } => lost += u64::from(late.contains(&job)),
                _ => {}
            }
        }
        let report = Json::Object(session.history().detail().expect("a detail").report());
        assert_eq!(report["late_and_lost"], lost, "{link}");
        assert!(lost > 7 || !link.contains("keeps-sending"), "{lost}");
    }
}

const SOCKETS: &str = "a socket was cut off without a close frame";
const FRAMES: &str = "frames were lost";
const RESULTS: &str = "results were lost";
const ITEMS: &str = "items of a batch were lost";
const LATE: &str = "what came after the signal was taken in and lost";
const FORCED: &str = "a part was cut off because the grace was over";
const CLOSED: &str = "a batch came to a connection that was closed";
const NO_POOL: &str = "a frame came to a pool that takes none";
const NO_BATCH: &str = "a result came to a batch that takes none";
const LAST: &str = "the last batch was written while the process waited for it";

#[test]
fn what_each_scenario_shows_is_seen_whatever_the_seed() {
    let points = [
        ("", LAST),
        ("as-written", SOCKETS),
        ("frames-behind", FRAMES),
        ("results-behind", RESULTS),
        ("last-batch", ITEMS),
        ("keeps-sending", LATE),
        ("short-grace", FORCED),
        ("slow-insert", FORCED),
        ("stores-first", CLOSED),
        ("processor-first", NO_POOL),
        ("batch-first", NO_BATCH),
    ];
    hold_with("graceful-shutdown", &points, |id| {
        let given = match id {
            "as-written" => "shutdown-at=400ms&sessions=5&request=200ms",
            "frames-behind" => "shutdown-at=500ms&workers=2&sessions=10&request=200ms",
            "results-behind" => "shutdown-at=800ms&collect=60ms&request=200ms",
            "keeps-sending" => "shutdown-at=500ms&request=1s&rate=60",
            "short-grace" => "shutdown-at=500ms&rate=60",
            "slow-insert" => "shutdown-at=1100ms&grace=1s&request=100ms",
            "processor-first" => "shutdown-at=500ms&request=100ms",
            _ => "shutdown-at=500ms&request=200ms",
        };
        given.to_owned()
    });
}

#[test]
fn the_picture_has_a_row_for_each_part_with_what_is_lost_of_it() {
    for size in [WIDE, PHONE] {
        let all = seen("graceful-shutdown?preset=as-written", 5_000, size, items);
        let left: Vec<_> = all.iter().filter(|item| item.lines.iter().any(|line| line == "never stopped")).collect();
        assert_eq!(left.len(), 5, "{all:?}");
        let hub = all.iter().find(|item| item.title == "Hub").expect("a row");
        assert!(hub.lines.iter().any(|line| line == "20 sockets, 0 inside, 20 lost"), "{hub:?}");
    }
    let rows = seen("graceful-shutdown", 5_000, WIDE, text::rows);
    let row = rows.iter().find(|row| row.what == "Shutdown, Hub").expect("a row");
    assert!(row.says.starts_with("stopped in 20.0 ms"), "{row:?}");
}

#[test]
fn nothing_of_it_leaves_the_canvas_whatever_room_there_is() {
    for size in [WIDE, PHONE, (880.0, 560.0), (880.0, 285.0), (880.0, 235.0), (390.0, 180.0), (700.0, 300.0)] {
        for preset in ["as-written", "short-grace", "slow-insert"] {
            for ms in [0, 1_000, 2_300, 6_000] {
                let link = format!("graceful-shutdown?preset={preset}");
                stays_on_canvas(Scenario::read(&link).expect("a good link").scenario, ms, size);
            }
        }
        for sessions in [1, 60, 300] {
            let link = format!("graceful-shutdown?sessions={sessions}&workers=64&frame-every=2s");
            stays_on_canvas(Scenario::read(&link).expect("a good link").scenario, 2_300, size);
        }
    }
}

//! The hub: that a message is delivered in order or its client is gone, that the map has who is there and nobody else, that each client ends
//! once, and what the code of the document does otherwise.

use crate::coordination::{detail, given_up_leaves_nothing};
use crate::pool::{PHONE, WIDE, seen, stays_on_canvas};
use crate::program::{Log, follow, run, values};
use crate::promises::hold_with;
use millrace::engine::{Carries, Env, Task};
use millrace::parts::{Client, Either, Hub, HubSettings, select2, timeout};
use millrace::patterns::find;
use millrace::session::Scenario;
use millrace::spec::{Fidelity, Parting};
use millrace::trace::{EventKind, JobId, Outcome, SimTime, Span, StationId};
use millrace::view::{scene::items, text};
use proptest::prelude::*;
use serde_json::Value as Json;
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

const MS: u64 = 1_000_000;

/// As the document promises it, with no time for a look.
const CAREFUL: HubSettings = HubSettings {
    buffer: 3,
    broadcast: 64,
    look: Span::ZERO,
    walks: false,
    by_name: false,
    removes_as_reader: false,
    just_returns: false,
};

/// What is done with a hub, at an instant of its own.
#[derive(Clone, Debug)]
enum Deed {
    /// A client of a session comes, which takes so long for a message, in microseconds.
    Comes(u32, u64),
    /// The client of a session that came last leaves.
    Leaves(u32),
    /// All that its tasks hold goes, wherever they wait.
    IsDropped(u32),
    Message(u32),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        3 => (0..4_u32, 1..400_u64).prop_map(|(session, takes)| Deed::Comes(session, takes)),
        1 => (0..4_u32).prop_map(Deed::Leaves),
        1 => (0..4_u32).prop_map(Deed::IsDropped),
        12 => (0..4_u32).prop_map(Deed::Message),
    ]
}

/// Deeds with the instants at which they are done, in microseconds: no two at one, and none when a message is written.
fn program() -> impl Strategy<Value = Vec<(u64, Deed)>> {
    proptest::collection::vec((1..60_u64, deed()), 1..120).prop_map(|gaps| {
        let mut at = 0;
        gaps.into_iter()
            .zip(1..)
            .map(|((gap, deed), number)| {
                at += gap * 10_000;
                (at * 1_000 + number, deed)
            })
            .collect()
    })
}

/// How long a client takes for a message: whole steps, and more beyond them than all numbers of deeds are, however many messages follow each
/// other. Else what is written ends at the instant of a deed now and then, and who comes first there is a matter of taste.
fn time_of(takes: u64) -> u64 {
    takes * 10_000_000 + 200
}

/// What the model knows of a client: when it is done with each of the messages it has, the one being written first.
struct Known {
    number: usize,
    takes: u64,
    holds: VecDeque<(usize, u64)>,
}

/// The plainest hub: what was delivered, to which client and when, by the number of the message; and who is there at the end.
fn by_the_rules(program: &[(u64, Deed)], buffer: usize) -> (BTreeMap<usize, (usize, u64)>, usize) {
    let (mut there, mut delivered) = (BTreeMap::<u32, Known>::new(), BTreeMap::new());
    let (mut clients, mut messages) = (0, 0);
    let mut write = |there: &mut BTreeMap<u32, Known>, now: u64| {
        for known in there.values_mut() {
            while known.holds.front().is_some_and(|(_, done)| *done <= now) {
                let (message, done) = known.holds.pop_front().expect("it is there");
                delivered.insert(message, (known.number, done));
            }
        }
    };
    for (at, deed) in program {
        write(&mut there, *at);
        match deed {
            Deed::Comes(session, takes) => {
                there.insert(*session, Known { number: clients, takes: time_of(*takes), holds: VecDeque::new() });
                clients += 1;
            }
            Deed::Leaves(session) | Deed::IsDropped(session) => {
                there.remove(session);
            }
            Deed::Message(session) => {
                let number = messages;
                messages += 1;
                let Some(known) = there.get_mut(session) else { continue };
                if known.holds.len() > buffer {
                    there.remove(session);
                    continue;
                }
                let begins = known.holds.back().map_or(*at, |(_, done)| *done);
                known.holds.push_back((number, begins + known.takes));
            }
        }
    }
    write(&mut there, u64::MAX);
    (delivered, there.len())
}

/// Writes what comes for a client, until it is over.
async fn writes(env: Env, client: Rc<Client>, number: usize, takes: u64, log: Log<(usize, u32, u64)>) {
    while let Some(letter) = client.next().await {
        let written = env.sleep(Span(time_of(takes)));
        if let Either::First(()) = select2(&env, written, client.cut()).await {
            log.push((number, letter.job().expect("a message").0, env.now().0));
            letter.leave(Outcome::Completed);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_message_is_delivered_in_order_or_its_client_is_gone_and_the_map_has_who_is_there(program in program()) {
        let (wanted, there) = by_the_rules(&program, CAREFUL.buffer as usize);
        let (log, left) = (Log::new(), Log::new());
        let (told, entries, deeds) = (log.clone(), left.clone(), program.clone());
        let over = run(move |env| async move {
            let hub = Hub::open(&env, "hub", "broadcast", CAREFUL);
            let inner = hub.clone();
            let _runs = env.spawn_at("hub", hub.station(), async move { inner.run().await });
            let mut last: BTreeMap<u32, (Rc<Client>, Task<()>)> = BTreeMap::new();
            let mut old = Vec::new();
            let mut clients = 0;
            for (at, deed) in deeds {
                env.sleep_until(SimTime(at), millrace::trace::Wait::Sleep).await;
                match deed {
                    Deed::Comes(session, takes) => {
                        let name = format!("client {clients}");
                        let client = Rc::new(hub.register(session, &name).await.expect("it runs"));
                        let writes = writes(env.clone(), client.clone(), clients, takes, told.clone());
                        let task = env.spawn_at("writes", client.station(), writes);
                        old.extend(last.insert(session, (client, task)));
                        clients += 1;
                    }
                    Deed::Leaves(session) => {
                        if let Some((client, task)) = last.remove(&session) {
                            client.leave(Parting::Left).await;
                            old.push((client, task));
                        }
                    }
                    Deed::IsDropped(session) => drop(last.remove(&session).map(|(client, task)| {
                        drop(task);
                        drop(client);
                    })),
                    Deed::Message(session) => hub.broadcast(env.job(), session).await.expect("it takes all"),
                }
            }
            hub.settled().await;
            // Who came last has the time to be entered.
            env.sleep(Span::nanos(1)).await;
            entries.push(hub.len());
        });
        let mut delivered = BTreeMap::new();
        for (client, job, at) in log.all() {
            prop_assert_eq!(delivered.insert(job as usize, (client, at)), None, "twice");
        }
        prop_assert_eq!(delivered, wanted);
        prop_assert_eq!(left.all(), vec![there]);
        prop_assert_eq!(over.ledger.tally.in_system, 0);
    }

    #[test]
    fn whoever_gives_up_waiting_leaves_no_client_no_message_and_no_entry_behind(
        steps in proptest::collection::vec((0..3_u32, 0..6_u32, 0..5_u64), 1..40),
    ) {
        let settings = HubSettings { broadcast: 1, look: Span::millis(2), walks: true, ..CAREFUL };
        let over = run(move |env| async move {
            let hub = Hub::open(&env, "hub", "broadcast", settings);
            let inner = hub.clone();
            let _runs = env.spawn_at("hub", hub.station(), async move { inner.run().await });
            let kept = RefCell::new(Vec::new());
            for (number, (what, session, patience)) in steps.into_iter().enumerate() {
                let patience = Span::millis(patience);
                match what {
                    0 => {
                        let name = format!("client {number}");
                        if let Ok(Some(client)) = timeout(&env, patience, hub.register(session, &name)).await {
                            kept.borrow_mut().push(client);
                        }
                    }
                    1 => drop(timeout(&env, patience, hub.broadcast(env.job(), session)).await),
                    _ => {
                        let client = kept.borrow_mut().pop();
                        if let Some(client) = client {
                            let _either = timeout(&env, patience, client.leave(Parting::Left)).await;
                        }
                    }
                }
            }
            env.sleep(Span::secs(10)).await;
            let open = kept.borrow().iter().filter(|client| client.why().is_none()).count();
            assert_eq!(hub.len(), open, "the map has who is there");
            drop(kept);
            env.sleep(Span::secs(10)).await;
            assert!(hub.is_empty(), "who is dropped leaves");
            hub.settled().await;
        });
        prop_assert_eq!(over.ledger.tally.in_system, 0);
    }

    #[test]
    fn whoever_stops_waiting_for_the_whole_leaves_nothing(
        preset in proptest::sample::select(&["let-go", "registers-again", "no-pong", "task-each", "shutdown", "reader-removes"][..]),
        ms in 0..2_500_u64,
        seed in 0..50_u32,
    ) {
        let pattern = find("hub").expect("the pattern");
        let values = values(pattern, Fidelity::Documented, pattern.preset(preset), &[("messages", "1500"), ("clients", "20")]);
        given_up_leaves_nothing(pattern, &values, seed, ms);
    }
}

/// The clients that a link's run reports.
fn clients(link: &str) -> Vec<Json> {
    detail(link)["clients"].as_array().expect("a list").clone()
}

fn sum(clients: &[Json], key: &str) -> u64 {
    clients.iter().map(|client| client[key].as_u64().expect("a count")).sum()
}

#[test]
fn what_was_sent_was_delivered_or_dropped_whoever_is_slow() {
    for link in ["hub?messages=3000", "hub?messages=3000&buffer=8", "hub?messages=3000&buffer=8&coalesce=off&slow=0.5"]
    {
        let clients = clients(link);
        assert_eq!(clients.len(), 50);
        assert_eq!(sum(&clients, "delivered") + sum(&clients, "dropped"), 3_000, "{link}");
    }
    // Twenty a second to who reads ten: 5 of 50, and nobody else, with eight places.
    let clients = clients("hub?messages=4000&buffer=8&coalesce=off");
    let gone: Vec<_> = clients.iter().filter(|client| !client["why"].is_null()).collect();
    assert_eq!(gone.iter().map(|client| client["session"].as_u64().unwrap()).collect::<Vec<_>>(), [5, 15, 25, 35, 45]);
    assert!(gone.iter().all(|client| client["why"] == "slow" && client["dropped"].as_u64() > Some(8)));
    assert!(clients.iter().all(|client| !client["why"].is_null() || client["dropped"] == 0));
}

/// When each message to a client that reads quickly was delivered.
fn quick(link: &str) -> BTreeMap<JobId, (StationId, u64)> {
    let session = follow(link);
    let (mut to, mut done) = (BTreeMap::new(), BTreeMap::new());
    for event in session.run().trace().iter() {
        match event.kind {
            EventKind::Bound { job, to: station, .. } => drop(to.insert(job, station)),
            EventKind::Left { job, outcome: Outcome::Completed } => drop(done.insert(job, (to[&job], event.at.0))),
            _ => {}
        }
    }
    done
}

#[test]
fn nobody_is_later_because_others_are_slow() {
    let (with, without) =
        (quick("hub?messages=2000&buffer=8&coalesce=off"), quick("hub?messages=2000&slow=0&coalesce=off"));
    let slow: Vec<StationId> = without.values().map(|(station, _)| *station).collect();
    assert!(slow.len() == 2_000);
    let mut compared = 0;
    let let_go: Vec<StationId> =
        without.iter().filter(|(job, _)| !with.contains_key(job)).map(|(_, (station, _))| *station).collect();
    for (job, (station, at)) in &without {
        if !let_go.contains(station) {
            compared += 1;
            assert_eq!(with.get(job), Some(&(*station, *at)), "later than without slow clients");
        }
    }
    assert!(compared > 1_500, "{compared}");
}

#[test]
fn a_session_that_comes_again_is_silenced_by_its_predecessor_as_shipped_alone() {
    for (clients, tenths) in [(9, 0), (10, 1), (25, 2), (50, 5)] {
        let link = format!("hub?reregister=on&messages=2000&clients={clients}");
        assert_eq!(detail(&link)["orphans"], 0, "{link}");
        assert_eq!(detail(&format!("{link}&fidelity=shipped"))["orphans"], tenths, "{link}");
    }
    let of = |clients: &[Json]| clients.iter().filter(|client| client["session"] == 10).cloned().collect::<Vec<_>>();
    let shipped = of(&clients("hub?preset=registers-again"));
    // The hub may be walking through its entries just then.
    let closed = shipped[0]["closed_ns"].as_u64().expect("closed");
    assert!((1_000 * MS..1_001 * MS).contains(&closed) && shipped[0]["why"] == "left", "{shipped:?}");
    assert_eq!((&shipped[1]["closed_ns"], &shipped[1]["why"]), (&Json::Null, &Json::Null));
    assert!(shipped[1]["dropped"].as_u64() > Some(20), "{shipped:?}");
    let documented = of(&clients("hub?preset=registers-again&fidelity=documented"));
    let closed = documented[0]["closed_ns"].as_u64().expect("closed");
    assert!((500 * MS..501 * MS).contains(&closed) && documented[0]["why"] == "replaced", "{documented:?}");
    assert_eq!(documented[1]["dropped"], 0, "{documented:?}");
}

#[test]
fn a_pong_that_does_not_come_ends_a_client_when_its_time_is_over_and_not_before() {
    // A ping goes out at 900 ms and is answered at 901 ms; the line is cut at 1 s; 1 s after the last pong it is over.
    let clients = clients("hub?preset=no-pong");
    let gone: Vec<_> = clients.iter().filter(|client| !client["closed_ns"].is_null()).collect();
    assert_eq!(gone.len(), 5);
    assert!(gone.iter().all(|client| client["why"] == "no-pong"), "{gone:?}");
    for client in gone {
        let at = client["closed_ns"].as_u64().unwrap();
        assert!((1_900 * MS..1_905 * MS).contains(&at), "{client}");
    }
    assert!(self::clients("hub?cut=0.1&messages=3000").iter().all(|client| client["closed_ns"].is_null()), "60 s");
}

#[test]
fn a_frame_that_is_not_written_in_time_ends_its_client_although_its_queue_was_not_full() {
    let clients = clients("hub?preset=long-frame&messages=6000");
    let gone: Vec<_> = clients.iter().filter(|client| !client["why"].is_null()).collect();
    assert!(!gone.is_empty() && gone.iter().all(|client| client["why"] == "write"), "{gone:?}");
    let one_by_one = self::clients("hub?preset=long-frame&messages=3000&coalesce=off");
    assert!(one_by_one.iter().all(|client| client["why"].is_null()));
}

#[test]
fn a_hub_that_is_shut_down_lets_everybody_go_and_nobody_waits_or_it_leaves_all_waiting() {
    let documented = detail("hub?preset=shutdown&fidelity=documented");
    let all = documented["clients"].as_array().unwrap();
    assert!(all.iter().all(|client| client["why"] == "shutdown" && client["dropped"] == 0));
    let closed = |client: &Json| client["closed_ns"].as_u64().unwrap();
    assert!(all.iter().all(|client| (2_000 * MS..2_010 * MS).contains(&closed(client))), "{all:?}");
    assert_eq!(documented["delivered"].as_u64().unwrap() + documented["refused"].as_u64().unwrap(), 3_000);
    let shipped = follow("hub?preset=shutdown");
    let outcome = format!("{:?}", shipped.outcome());
    assert!(outcome.contains("Deadlock"), "{outcome}");
    let report = shipped.history().detail().unwrap().report();
    assert!(report["clients"].as_array().unwrap().iter().all(|client| client["closed_ns"].is_null()));
}

#[test]
fn who_comes_at_the_instant_of_the_shutdown_is_told_like_everybody_else() {
    for seed in 'a'..='p' {
        let link = format!("hub?stop-at=500ms&reregister=on&messages=600&seed={seed}");
        let clients = clients(&link);
        let waiting: Vec<_> = clients.iter().filter(|client| client["closed_ns"].is_null()).collect();
        assert!(waiting.is_empty(), "{link}: {waiting:?}");
    }
}

/// Every client of a link's run ends once, with one word for it, and holds nothing from then on.
fn ends_once(link: &str) {
    let session = follow(link);
    let trace = session.run().trace();
    let (mut closed, mut told) = (BTreeMap::new(), BTreeMap::new());
    for event in trace.iter() {
        match event.kind {
            EventKind::Closed { station } => *closed.entry(station).or_insert(0) += 1,
            EventKind::Stated { station, state } if Parting::from_id(trace.name(state)).is_some() => {
                *told.entry(station).or_insert(0) += 1;
            }
            EventKind::Moved { station, .. } => assert!(!closed.contains_key(&station), "{link}"),
            _ => {}
        }
    }
    assert!(closed.values().chain(told.values()).all(|n| *n == 1), "{link}: {closed:?} {told:?}");
}

#[test]
fn every_client_is_closed_once_and_holds_nothing_then() {
    for preset in ["let-go", "registers-again", "no-pong", "long-frame", "reader-removes", "shutdown"] {
        for fidelity in ["documented", "shipped"] {
            ends_once(&format!("hub?preset={preset}&fidelity={fidelity}"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_client_is_closed_once_whatever_happens_to_it_and_when(
        (clients, buffer, rate, slow, cut) in (1..30_u32, 1..12_u32, 200..3_000_u32, 0..4_u32, 0..4_u32),
        (ping, pong, wait, stop) in (20..300_u64, 1..200_u64, 5..400_u64, 0..900_u64),
        [again, coalesces, inbound, reads, shipped] in proptest::array::uniform5(any::<bool>()),
        seed in 0..1_000_u32,
    ) {
        let on = |is: bool| if is { "on" } else { "off" };
        ends_once(&format!(
            "hub?messages=400&clients={clients}&buffer={buffer}&rate={rate}&slow={}&slow-for=30ms&cut={}&cut-at=150ms&ping={ping}ms\
             &pong-wait={}ms&write-wait={wait}ms&stop-at={stop}ms&reregister={}&coalesce={}&inbound={}&report-every={}ms&fidelity={}&seed=s{seed}",
            f64::from(slow) / 4.0,
            f64::from(cut) / 4.0,
            ping + pong,
            on(again),
            on(coalesces),
            if inbound { 20 } else { 0 },
            if reads { 7 } else { 0 },
            if shipped { "shipped" } else { "documented" },
        ));
    }
}

#[test]
fn a_ping_that_comes_too_late_for_its_pong_is_refused_at_both_fields() {
    for link in ["hub?ping=2s&pong-wait=1s", "hub?ping=1s&pong-wait=1s", "hub?ping=0s"] {
        let read = Scenario::read(link).expect("a good link");
        let told = format!("{:?} {:?}", read.notices, read.scenario.misfits());
        assert!(told.contains("comes too late for a pong") || told.contains("no ping is sent"), "{link}: {told}");
    }
    let good = Scenario::read("hub?ping=0s&pong-wait=0s").expect("a good link");
    assert!(good.notices.is_empty() && good.scenario.misfits().is_empty(), "{:?}", good.notices);
}

const SLOW: &str = "a client whose queue was full was let go";
const SILENT: &str = "the last connection of a session was there and in no map";
const TOGETHER: &str = "several messages went out in one frame";
const NO_PONG: &str = "a client was let go because no pong came";
const LONG: &str = "a client was let go because a frame took too long";
const WALK: &str = "a message waited because the hub was slow to find its clients";
const TORN: &str = "an entry was removed while somebody else read the map";
const MANY: &str = "several messages of one client were handled at once";
const STUCK: &str = "a client waits to be taken out by a hub that has returned";

#[test]
fn what_each_scenario_shows_is_seen_whatever_the_seed() {
    let points = [
        ("", TOGETHER),
        ("let-go", SLOW),
        ("registers-again", SILENT),
        ("frames", SLOW),
        ("no-pong", NO_PONG),
        ("long-frame", LONG),
        ("among-all", WALK),
        ("reader-removes", TORN),
        ("task-each", MANY),
        ("shutdown", STUCK),
    ];
    hold_with("hub", &points, |id| {
        let given = match id {
            "" => "messages=500",
            "let-go" => "messages=1500&buffer=6",
            "registers-again" => "messages=300&rate=280",
            "frames" => "messages=1500&buffer=4",
            "no-pong" => "messages=800&rate=400&clients=20",
            "long-frame" => "messages=2500&write-wait=500ms",
            "among-all" => "messages=600&clients=200&look=20us",
            "task-each" => "messages=400",
            "shutdown" => "messages=600&rate=200&clients=20",
            _ => "",
        };
        given.to_owned()
    });
}

#[test]
fn who_is_silent_is_who_came_again_and_not_who_was_overwritten() {
    // Once who was there before has gone.
    let session = follow("hub?preset=registers-again");
    let mut states = session.history().checks.states().iter();
    let silent = states.find(|state| state.check.name() == SILENT).and_then(|state| state.first_seen());
    assert!((1_000 * MS..1_001 * MS).contains(&silent.expect("it is seen").0), "{silent:?}");
    // Together in frames everybody keeps up.
    let together = detail("hub?preset=frames&coalesce=on");
    assert_eq!(together["delivered"], 8_000);
}

#[test]
fn a_check_of_the_hub_is_seen_where_its_statement_is_true_and_nowhere_else() {
    // Messages wait for a hub that has returned, and not because it is slow.
    assert!(!is_seen("hub?preset=shutdown", WALK) && is_seen("hub?preset=shutdown", STUCK));
    // Few clients are left, and each has its messages handled one after the other.
    assert!(!is_seen("hub?inbound=40&slow=1&buffer=1&messages=2000", MANY));
    // Who leaves as documented leaves nobody silent.
    assert!(!is_seen("hub?preset=registers-again&removes=its-own", SILENT));
}

fn is_seen(link: &str, statement: &str) -> bool {
    let session = follow(link);
    let mut states = session.history().checks.states().iter();
    states.find(|state| state.check.name() == statement).expect("the check").first_seen().is_some()
}

#[test]
fn the_picture_names_who_is_not_as_the_others_are() {
    for size in [WIDE, PHONE] {
        let all = seen("hub?preset=registers-again", 1_500, size, items);
        let silent: Vec<_> =
            all.iter().filter(|item| item.lines.iter().any(|line| line.starts_with("silent"))).collect();
        assert_eq!(silent.len(), 5, "{silent:?}");
        assert!(silent.iter().all(|item| item.title.ends_with("again")));
    }
    let rows = seen("hub?preset=let-go", 3_000, WIDE, text::rows);
    let told: Vec<_> = rows.iter().filter(|row| row.says.starts_with("let go, its queue was full")).collect();
    assert_eq!(told.len(), 10, "{rows:?}");
    assert!(rows.iter().any(|row| row.what == "Clients, open" && row.says == "40"), "{rows:?}");
}

#[test]
fn nothing_of_it_leaves_the_canvas_however_many_clients_there_are() {
    for size in [WIDE, PHONE, (620.0, 260.0), (880.0, 300.0), (1_400.0, 520.0)] {
        for clients in [1, 2, 9, 60, 61, 150, 400, 2_000] {
            let link = format!("hub?clients={clients}&messages=900&buffer=2&slow=0.5&rate=4000");
            for ms in [0, 200] {
                stays_on_canvas(Scenario::read(&link).expect("a good link").scenario, ms, size);
            }
        }
        for preset in ["shutdown", "no-pong", "registers-again", "frames"] {
            let link = format!("hub?preset={preset}");
            stays_on_canvas(Scenario::read(&link).expect("a good link").scenario, 2_700, size);
        }
    }
}

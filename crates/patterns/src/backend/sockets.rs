//! The sockets: one for each user that is connected, to be told of what was saved.
//!
//! A user has one, and whoever connects again takes the place of its own older one. What it is told waits in a queue of its own, with an end: where it is full
//! the socket is let go, so that nobody waits for somebody who does not read. Every beat each is pinged, by one task for all of them. Whoever answers has its time
//! to do so again; one that does not is let go when its time is over, by a task of its own that lives no longer than that.
//!
//! What must never be: a beat that keeps a run alive in which nothing else happens, so it goes on in the background alone; and a socket that outlives the
//! process: cut off, all are gone without a word.

use super::checks::is_beat;
use millrace_engine::{Env, Job, Task};
use millrace_parts::{Client, Either, Hub, HubSettings, Letter, Ticker, WaitGroup, select2};
use millrace_spec::{Check, ClientGauges, FaultSpec, FaultUnit, Field, HubGauges, Parting, Place, Values, params};
use millrace_trace::{Ledger, Outcome, SimTime, Span, StationId, Trace, Wait};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::rc::Rc;

/// The station of the hub, and that of what is on its way to it.
pub(super) const HUB: &str = "hub";
const BROADCAST: &str = "broadcast";
/// The fault that cuts the line of a socket. Its magnitude is the number of its user, from 1.
const CUT_LINE: &str = "cut-line";
/// How many messages wait for a socket, and how many for the hub.
const BUFFER: u32 = 256;
/// How soon after one another two come again at the soonest.
const SOONEST: Span = Span::millis(50);
const G: HubGauges = HubGauges::ALL;
const C: ClientGauges = ClientGauges::ALL;
const HOUR: Span = Span::secs(3_600);

/// Whoever is asked has to have the time to answer.
fn pings_in_time(values: &Values) -> Result<(), String> {
    let (ping, wait) = (values.span("socket-ping"), values.span("socket-wait"));
    if ping < wait { Ok(()) } else { Err(format!("a ping every {ping} comes too late for an answer within {wait}")) }
}

/// Each that comes again is a socket more in the picture and in the log.
fn again(values: &Values) -> Result<(), String> {
    let again = values.span("socket-again");
    let is_good = again.is_zero() || again >= SOONEST;
    if is_good { Ok(()) } else { Err(format!("one comes again after {SOONEST} at the soonest, or after 0 never")) }
}

params! {
    /// The parameters of the sockets.
    pub struct Connected {
        /// How many users are connected, with a socket each.
        sockets: u32 => Field::count("sockets", "Sockets", 20, 0..=1_000),
        /// How often one of them connects again, by lot; 0 for never. Its older socket is let go.
        socket_again: Span => Field::span("socket-again", "One comes again", Span::ZERO, Span::ZERO..=HOUR).fits(again),
        /// How long it takes to write a message to one.
        socket_write: Span => Field::span("socket-write", "Socket write", Span::millis(1), Span::ZERO..=Span::secs(60)),
        /// How often each is asked whether it is there.
        socket_ping: Span => Field::span("socket-ping", "Ping every", Span::secs(30), Span::secs(1)..=HOUR).fits(pings_in_time),
        /// After how long without an answer one is let go.
        socket_wait: Span => Field::span("socket-wait", "Unresponsive after", Span::secs(60), Span::millis(10)..=HOUR).fits(pings_in_time),
    }
}

impl Connected {
    /// Whether one of them connects again, now and then.
    pub fn come_again(&self) -> bool {
        self.sockets > 0 && !self.socket_again.is_zero()
    }
}

/// A socket.
struct Seat {
    user: u32,
    client: Client,
    /// When it last showed that it is there, and whether somebody looks when its time is over.
    answered: Cell<SimTime>,
    is_due: Cell<bool>,
}

/// All sockets. Open them with [`Sockets::open`], let them connect with [`Sockets::start`], and tell a user something with [`Sockets::tell`]. At the end they are
/// told to go, [`Sockets::closes`], or are gone, [`Sockets::cut`]. How many are connected is the gauge `HubGauges.entries` of the hub.
pub(super) struct Sockets {
    env: Env,
    p: Connected,
    /// None once it is gone.
    hub: RefCell<Option<Hub>>,
    /// Of each user its last socket.
    seats: RefCell<BTreeMap<u32, Rc<Seat>>>,
    /// The users whose line is cut.
    silent: RefCell<Vec<i64>>,
    tasks: RefCell<Vec<Task<()>>>,
    open: WaitGroup,
}

impl Sockets {
    /// A hub that nobody is connected to.
    pub fn open(env: &Env, p: &Connected) -> Rc<Sockets> {
        let settings = HubSettings {
            buffer: BUFFER,
            broadcast: BUFFER,
            look: Span::ZERO,
            walks: false,
            by_name: false,
            removes_as_reader: false,
            just_returns: false,
        };
        let sockets = Rc::new(Sockets {
            env: env.clone(),
            p: p.clone(),
            hub: RefCell::new(Some(Hub::open(env, HUB, BROADCAST, settings))),
            seats: RefCell::default(),
            silent: RefCell::default(),
            tasks: RefCell::default(),
            open: WaitGroup::new(env),
        });
        let weak = Rc::downgrade(&sockets);
        env.on_fault(CUT_LINE, move |users| {
            if let Some(sockets) = weak.upgrade() {
                sockets.silent.replace(users.to_vec());
            }
        });
        sockets
    }

    /// The place of them, for a scene.
    pub fn place(p: &Connected) -> Place {
        Place::hub(HUB, "Sockets", millrace_spec::Hub { pong_wait: p.socket_wait, clients: p.sockets })
    }

    /// What may happen to one.
    pub fn fault(p: &Connected) -> FaultSpec {
        let most = i64::from(p.sockets.max(1));
        let help = "What this user is told is lost from then on, and no answer to a ping comes from it.";
        FaultSpec::of_program((CUT_LINE, "Cut a line"), help, FaultUnit::Member, (most.min(7), 1, most))
    }

    /// Everybody connects, and is pinged from then on.
    pub fn start(self: &Rc<Self>) {
        let Some(hub) = self.hub() else { return };
        let (at, works) = (hub.station(), hub.clone());
        self.starts("hub", at, async move { works.run().await });
        let inner = self.clone();
        self.starts("connects", at, async move {
            for user in 1..=inner.p.sockets {
                inner.connect(user, false).await;
            }
        });
        let inner = self.clone();
        self.starts("pings", at, async move {
            let mut beat = Ticker::new(&inner.env, inner.p.socket_ping).in_background();
            loop {
                beat.tick().await;
                inner.pings();
            }
        });
        if self.p.come_again() {
            let inner = self.clone();
            self.starts("come again", at, async move { inner.come_again().await });
        }
    }

    /// Who is connected of the users of requests, of which there are many more: none where nobody is.
    pub fn session(&self, user: u32) -> Option<u32> {
        user.checked_rem(self.p.sockets).map(|session| session + 1)
    }

    /// Tells a session something, once the hub has room for it. Where the socket is gone it is told nothing.
    pub async fn tell(&self, session: u32, message: Job) {
        let Some(hub) = self.hub() else { return message.leave(Outcome::Rejected) };
        let station = self.seats.borrow().get(&session).map(|seat| seat.client.station());
        if let Some(station) = station {
            message.bind(station, None);
        }
        if let Err(message) = hub.broadcast(message, session).await {
            message.leave(Outcome::Rejected);
        }
    }

    /// Everybody is told that it is over, gets what waits for it first, and is gone.
    pub async fn closes(&self) {
        if let Some(hub) = self.hub() {
            hub.stop();
            self.open.wait().await;
        }
    }

    /// All are gone, without a word and with what waits for them. Once more changes nothing.
    pub fn cut(&self) {
        let (tasks, seats, hub) = (self.tasks.take(), self.seats.take(), self.hub.take());
        drop(tasks);
        for seat in seats.values().filter(|seat| seat.client.why().is_none()) {
            self.env.state(seat.client.station(), Parting::Exit.id());
            if let Some(hub) = &hub {
                hub.count(G.dropped, 1);
            }
        }
        drop((seats, hub));
    }

    /// The process is gone, and so are all, without a word and with what waits for them. Who starts again begins with nobody.
    pub fn crashes(&self) {
        let (tasks, seats) = (self.tasks.take(), self.seats.take());
        drop(tasks);
        if let Some(hub) = self.hub() {
            hub.crashes();
        }
        for seat in seats.values() {
            self.env.close(seat.client.queue());
            self.env.close(seat.client.station());
        }
        drop(seats);
    }

    fn hub(&self) -> Option<Hub> {
        self.hub.borrow().clone()
    }

    fn starts(&self, name: &str, at: StationId, work: impl Future<Output = ()> + 'static) {
        let task = self.env.spawn_at(name, at, work);
        let mut tasks = self.tasks.borrow_mut();
        // Of those that are over few are kept.
        if tasks.len() >= 64 && tasks.len().is_power_of_two() {
            tasks.retain(|task| !task.is_finished());
        }
        tasks.push(task);
    }

    /// A user connects. An older socket of it is let go by the hub.
    async fn connect(self: &Rc<Self>, user: u32, again: bool) {
        let Some(hub) = self.hub() else { return };
        let name = format!("u{user:02}{}", if again { " again" } else { "" });
        let Some(client) = hub.register(user, &name).await else { return };
        let station = client.station();
        let seat = Rc::new(Seat { user, client, answered: Cell::new(self.env.now()), is_due: Cell::new(false) });
        self.seats.borrow_mut().insert(user, seat.clone());
        let (inner, open) = (self.clone(), self.open.under_way());
        self.starts("socket", station, async move {
            inner.writes(&seat).await;
            inner.closed(&seat);
            drop(open);
        });
    }

    /// Writes what a socket is told, until it has ended.
    async fn writes(&self, seat: &Seat) {
        while let Some(letter) = seat.client.next().await {
            self.env.gauge(seat.client.station(), C.wrote, 1);
            let written = self.env.sleep(self.p.socket_write);
            // What is being written to one that is let go is lost, and so is what goes into a line that is cut.
            match select2(&self.env, written, seat.client.cut()).await {
                Either::First(()) if !self.is_silent(seat.user) => letter.leave(Outcome::Completed),
                _ => letter.leave(Outcome::Lost),
            }
        }
    }

    /// One that has ended goes, once.
    fn closed(&self, seat: &Rc<Seat>) {
        while let Some(letter) = seat.client.try_next() {
            Letter::leave(letter, Outcome::Lost);
        }
        self.env.close(seat.client.queue());
        self.env.close(seat.client.station());
        let mut seats = self.seats.borrow_mut();
        if seats.get(&seat.user).is_some_and(|last| Rc::ptr_eq(last, seat)) {
            seats.remove(&seat.user);
        }
    }

    fn is_silent(&self, user: u32) -> bool {
        self.silent.borrow().contains(&user.into())
    }

    /// Asks everybody whether it is there.
    fn pings(self: &Rc<Self>) {
        let now = self.env.now();
        let all: Vec<Rc<Seat>> = self.seats.borrow().values().cloned().collect();
        for seat in all {
            let station = seat.client.station();
            if !self.is_silent(seat.user) {
                seat.answered.set(now);
                let due = now + self.p.socket_wait;
                self.env.gauge(station, C.pong_due, i64::try_from(due.0).unwrap_or(i64::MAX));
            } else if !seat.is_due.replace(true) {
                self.env.gauge(station, C.pinged, i64::try_from(now.0.max(1)).unwrap_or(i64::MAX));
                let inner = self.clone();
                self.starts("deadline", station, async move { inner.waits_for(&seat).await });
            }
        }
    }

    /// Waits as long as one may stay silent, and lets it go if it still is.
    async fn waits_for(&self, seat: &Seat) {
        let due = seat.answered.get() + self.p.socket_wait;
        self.env.sleep_until(due, Wait::Sleep).await;
        seat.is_due.set(false);
        let is_silent = seat.answered.get() + self.p.socket_wait <= self.env.now();
        if is_silent && seat.client.why().is_none() {
            seat.client.leave(Parting::NoPong).await;
        } else if seat.client.why().is_none() {
            self.env.gauge(seat.client.station(), C.pinged, 0);
        }
    }

    /// Now and then somebody connects who is connected already, or was let go.
    async fn come_again(self: Rc<Self>) {
        let mut beat = Ticker::new(&self.env, self.p.socket_again).in_background();
        for number in 0.. {
            beat.tick().await;
            let user = self.env.draw("socket", number, 0).below(self.p.sockets.into()) as u32 + 1;
            self.connect(user, true).await;
        }
    }
}

/// Whether a socket was let go for this.
fn parted(ledger: &Ledger, trace: &Trace, why: Parting) -> bool {
    let Some((hub, _)) = ledger.find(HUB, trace) else { return false };
    ledger.members(hub).any(|(_, row)| row.state.is_some_and(|state| trace.name(state) == why.id()))
}

pub(super) const CHECKS: [Check; 2] = [
    Check::sometimes("a socket took the place of an older one of its user", |l, t| {
        is_beat(l) && parted(l, t, Parting::Replaced)
    }),
    Check::sometimes("a socket was let go because no answer came", |l, t| is_beat(l) && parted(l, t, Parting::NoPong)),
];

#[cfg(test)]
mod tests {
    use super::super::tests::{SEEDS, run};
    use super::*;
    use millrace_engine::Run;
    use millrace_spec::{Fidelity, FieldGroup, Value};
    use millrace_trace::{EventKind, Fold};

    fn read(given: &[(&str, Value)]) -> Connected {
        let given = |key| given.iter().find(|(own, _)| *own == key).map(|(_, value)| value.clone());
        Connected::read(&Values::resolve(&Connected::fields(), Fidelity::Documented, |field| given(field.key)))
    }

    fn span(ms: u64) -> Value {
        Value::Span(Span::millis(ms))
    }

    /// When each client was said to be what, in seconds.
    fn states(run: &Run) -> Vec<(u64, String, String)> {
        let (trace, mut ledger, mut all) = (run.trace(), Ledger::new(), Vec::new());
        for event in trace.iter() {
            ledger.apply(event, &trace);
            let EventKind::Stated { station, state } = event.kind else { continue };
            let Some(row) = ledger.station(station) else { continue };
            all.push((event.at.0 / 1_000_000_000, trace.name(row.name).to_owned(), trace.name(state).to_owned()));
        }
        assert!(ledger.is_conserved());
        all
    }

    fn inside(run: &Run) -> u64 {
        let (trace, mut ledger) = (run.trace(), Ledger::new());
        trace.iter().for_each(|event| ledger.apply(event, &trace));
        ledger.tally.in_system
    }

    fn outcomes(run: &Run, wanted: Outcome) -> usize {
        run.trace()
            .iter()
            .filter(|event| matches!(event.kind, EventKind::Left { outcome, .. } if outcome == wanted))
            .count()
    }

    #[test]
    fn who_does_not_answer_is_let_go_after_sixty_seconds_and_everybody_else_stays() {
        let run = run(1, |env| async move {
            let sockets = Sockets::open(&env, &read(&[("sockets", Value::Count(5))]));
            sockets.start();
            env.sleep(Span::secs(70)).await;
            let _cut = env.inject(CUT_LINE, 3);
            env.sleep(Span::secs(3_600)).await;
            assert_eq!(sockets.seats.borrow().len(), 4);
            sockets.closes().await;
            assert_eq!(sockets.seats.borrow().len(), 0);
            sockets.cut();
        });
        let states = states(&run);
        // Its last answer was at 60 s.
        let silent: Vec<_> = states.iter().filter(|(_, _, why)| why == Parting::NoPong.id()).collect();
        assert_eq!(silent, [&(120, "u03".to_owned(), "no-pong".to_owned())]);
        assert_eq!(states.iter().filter(|(_, _, why)| why == Parting::Shutdown.id()).count(), 4);
        assert_eq!(states.iter().filter(|(_, _, why)| why == Parting::Exit.id()).count(), 0);
    }

    #[test]
    fn who_answers_again_before_its_time_is_over_stays() {
        run(1, |env| async move {
            let sockets = Sockets::open(&env, &read(&[("sockets", Value::Count(2))]));
            sockets.start();
            env.sleep(Span::secs(31)).await;
            let cut = env.inject(CUT_LINE, 1);
            // It misses the ping at 60 s, and answers that at 90 s, when its time is over.
            env.sleep(Span::secs(40)).await;
            drop(cut);
            env.sleep(Span::secs(400)).await;
            assert_eq!(sockets.seats.borrow().len(), 2);
            sockets.cut();
        });
    }

    #[test]
    fn who_connects_again_takes_the_place_of_its_older_socket_and_nobody_has_two() {
        let run = run(1, |env| async move {
            let p = read(&[("sockets", Value::Count(3)), ("socket-again", span(2_000))]);
            let sockets = Sockets::open(&env, &p);
            sockets.start();
            env.sleep(Span::millis(20_500)).await;
            assert_eq!(sockets.seats.borrow().len(), 3);
            let hub = sockets.hub().expect("it is there");
            assert_eq!(hub.len(), 3);
            for session in 1..=3 {
                sockets.tell(session, env.job()).await;
            }
            env.sleep(Span::secs(1)).await;
            sockets.cut();
        });
        assert_eq!(states(&run).iter().filter(|(_, _, why)| why == Parting::Replaced.id()).count(), 10);
        // Cut off, all are gone without a word.
        assert_eq!(states(&run).iter().filter(|(_, _, why)| why == Parting::Exit.id()).count(), 3);
        assert_eq!(outcomes(&run, Outcome::Completed), 3);
    }

    #[test]
    fn who_does_not_read_is_let_go_with_its_queue_full_and_nobody_else_is_later_for_that() {
        let run = run(1, |env| async move {
            let p = read(&[("sockets", Value::Count(2)), ("socket-write", span(1_000))]);
            let sockets = Sockets::open(&env, &p);
            sockets.start();
            env.sleep(Span::millis(1)).await;
            // One is being written and 256 wait: the next is one too many.
            for _ in 0..1 + BUFFER + 1 {
                sockets.tell(1, env.job()).await;
            }
            sockets.tell(2, env.job()).await;
            env.sleep(Span::millis(1_500)).await;
            assert_eq!(sockets.seats.borrow().keys().copied().collect::<Vec<_>>(), [2]);
            sockets.cut();
        });
        assert_eq!((outcomes(&run, Outcome::Completed), outcomes(&run, Outcome::Lost)), (1, 258));
    }

    #[test]
    fn however_it_ends_every_message_ends_once_and_told_to_go_everybody_gets_what_was_for_it() {
        for seed in 0..SEEDS {
            for is_cut in [false, true] {
                let run = run(seed, |env| async move {
                    let p =
                        read(&[("sockets", Value::Count(4)), ("socket-write", span(7)), ("socket-again", span(90))]);
                    let sockets = Sockets::open(&env, &p);
                    sockets.start();
                    env.sleep(Span::micros(1)).await;
                    let (inner, outer) = (sockets.clone(), env.clone());
                    let tells = env.spawn("tells", async move {
                        for n in 0..200 {
                            outer.sleep(Span::micros(outer.draw("gap", n, 0).below(3_000))).await;
                            let session = outer.draw("to", n, 0).below(4) as u32 + 1;
                            inner.tell(session, outer.job()).await;
                        }
                    });
                    env.sleep(Span::millis(env.draw("end", 0, 0).below(300))).await;
                    if is_cut {
                        sockets.cut();
                    } else {
                        sockets.closes().await;
                        sockets.cut();
                    }
                    tells.await;
                });
                assert_eq!(inside(&run), 0, "seed {seed}, {is_cut}");
                let replaced = states(&run).iter().any(|(_, _, why)| why == Parting::Replaced.id());
                assert!(is_cut || replaced || outcomes(&run, Outcome::Lost) == 0, "seed {seed}");
            }
        }
    }

    #[test]
    fn nobody_is_connected_where_there_are_no_sockets() {
        run(1, |env| async move {
            let sockets = Sockets::open(&env, &read(&[("sockets", Value::Count(0)), ("socket-again", span(10))]));
            sockets.start();
            assert_eq!(sockets.session(17), None);
            env.sleep(Span::secs(100)).await;
            sockets.closes().await;
            sockets.cut();
            sockets.cut();
        });
    }
}

//! Many sockets and one task that gives each message to the client that it is for.
//!
//! # Problem
//! Thousands of browsers are connected, and what the server finds out concerns one of them at a time. A client on a poor line reads slowly,
//! and one whose laptop was shut does not read at all; nobody else may wait for them.
//!
//! # Idea
//! A hub knows who is there. Every client has a queue of its own with an end, and a task that writes what lies there. The hub never waits:
//! whose queue is full is let go, with a close frame. A ping asks now and then whether a client is still there; without a pong within its
//! time it is let go too.
//!
//! # Watch
//! Each square of the ring is a client, filled as its queue is. At 1,000 a second for 50 clients a slow one, at 100 ms a message, gets twice
//! what it can read: its frames take ever more messages together, and its queue grows. Nobody else is later for it. A client of which no
//! pong comes has a line that runs on into nothing: what is written to it is lost until its time is over. Who is there and stands in no map
//! is silent: it hears nothing, and nobody knows.
//!
//! # Choose
//! For messages that are of no use when they are late, to clients that can come again. Where none may be lost, the client has to say how far
//! it has read, and a log to go on from has to be kept.
//!
//! # Primitives
//! Hub. Channels. Select. Read-write lock. Timeout. Ticker. Tasks.
//!
//! # Origin
//! The hub of a strategy for an interview platform, which never left its document. It has the shape of the chat example of a well-known
//! WebSocket library, whose times it takes over, but finds its clients by their session.

mod api;
mod console;
mod line;
mod messages;
mod params;
mod presets;
mod report;
mod sessions;
mod socket;

use line::Caller;
use millrace_engine::{Env, Task};
use millrace_parts::{AtWork, Cond, Hub, ServiceMetrics, Ticker};
use millrace_spec::{
    At, Check, ClientGauges, FaultSpec, FaultUnit, Fidelity, FieldGroup, Flow, GaugeSpec, HubGauges, Measure, Parting,
    Pattern, Place, SceneSpec, Step, Unit, Values, Wire,
};
use millrace_trace::ledger::StationRow;
use millrace_trace::{Ledger, Outcome, SimTime, Span, StationId, StationKind, Trace, Wait};
use params::Params;
use sessions::Sessions;
use socket::Socket;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::rc::Rc;

const MESSAGES: &str = "messages";
const BROADCAST: &str = "broadcast";
const HUB: &str = "hub";
const G: HubGauges = HubGauges::ALL;
const C: ClientGauges = ClientGauges::ALL;
/// The fault that cuts the line of a client. Its magnitude is the client's number, from 1.
const CUT_LINE: &str = "cut-line";
/// When sessions come again, which of them, and after how long their first connection goes.
const AGAIN_AT: Span = Span::millis(500);
const AGAIN_EVERY: u32 = 10;
const FIRST_GOES: Span = Span::millis(500);
/// Within what time clients go by themselves after a shutdown.
const ALL_GO: Span = Span::secs(1);
/// Up to how many clients the map is counted at every instant.
const COUNTED: i64 = 500;

/// The hub, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "hub",
    name: "WebSocket hub",
    title: "WebSocket hub",
    group: "Services",
    glyph: "spokes",
    fields: Params::fields,
    scene,
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    measures: |_| {
        let client = At::Kind(StationKind::Worker);
        let lag = Measure::new("lag", "Lag of a message", "Lags", Step::Entered, Step::Went(client));
        vec![Measure { who: "messages", ..lag }]
    },
    checks: || CHECKS,
    shipped: "one that leaves takes another along",
    disagreement: Some(
        "The document promises a hub that gives each message to its session and lets slow clients go. In its code a session that comes \
         again overwrites its entry, and when the first connection leaves, the entry of the second goes: that client stays open and hears \
         nothing. Each message is held against all entries. A slow client is taken out under the lock of a reader. Each message of a \
         client is handled by a task of its own, of which there may be any number. And when the hub is shut down it just returns: every \
         connection that goes after that waits for ever to be taken out.",
    ),
    file: file!(),
    home: (StationKind::Source, MESSAGES),
    detail: Some(|_| Box::<report::Clients>::default()),
    console: Some(&console::CONSOLE),
    run: |env, values, fidelity| Box::pin(run(env, Params::read(values), fidelity)),
    ..Pattern::BASE
};

const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::always("the map has as many entries as there are clients in it", |l, t| {
        let Some((id, hub)) = l.find(HUB, t).filter(|(_, hub)| hub.gauge(G.entries) <= COUNTED) else { return true };
        hub.gauge(G.entries) == clients(l, id).filter(|client| client.gauge(C.entry) > 0).count() as i64
    })
    .by("the count of the hub, against its clients, where there are no more than 500"),
    Check::sometimes("a client whose queue was full was let go", |l, t| parted(l, t, Parting::Slow)),
    Check::sometimes("a client was let go because no pong came", |l, t| parted(l, t, Parting::NoPong)),
    Check::sometimes("a client was let go because a frame took too long", |l, t| parted(l, t, Parting::Write)),
    Check::sometimes("several messages went out in one frame", |l, t| {
        hub(l, t).is_some_and(|hub| (1..HubGauges::SIZES.len()).any(|place| hub.gauge(G.frames_at(place)) > 0))
    }),
    Check::sometimes("the last connection of a session was there and in no map", |l, t| {
        let Some((id, _)) = l.find(HUB, t) else { return false };
        l.now.0 >= AGAIN_AT.0 && l.members(id).any(|member| report::is_silent(member.1) && is_last(l, id, member))
    })
    .by("its connection, which is open, and its entry, which is gone; no other of its session came after it"),
    Check::sometimes("an entry was removed while somebody else read the map", |l, t| {
        hub(l, t).is_some_and(|hub| hub.gauge(G.torn) > 0)
    }),
    Check::sometimes("a message waited because the hub was slow to find its clients", |l, t| {
        let is_full = |row: &StationRow| row.capacity > 0 && row.levels.present >= u64::from(row.capacity);
        let works = hub(l, t).is_some_and(|hub| !is_stopped(hub, t));
        works && l.find(BROADCAST, t).is_some_and(|(_, row)| is_full(row))
    })
    .by("the broadcast channel, which was full while the hub was at work"),
    Check::sometimes("several messages of one client were handled at once", |l, t| {
        hub(l, t).is_some_and(|hub| hub.gauge(G.most_of_one) > 1)
    })
    .by("the most messages of one client that were ever handled at once"),
    Check::sometimes("a client waits to be taken out by a hub that has returned", |l, t| {
        hub(l, t).is_some_and(|hub| hub.gauge(G.leaving) > 0 && is_stopped(hub, t))
    }),
    Check::sometimes("a message was for a session that nobody knew", |l, _| l.tally.count(Outcome::Rejected) > 0),
    Check::ALL_LEFT,
];

fn hub<'a>(ledger: &'a Ledger, trace: &Trace) -> Option<&'a StationRow> {
    ledger.find(HUB, trace).map(|(_, row)| row)
}

fn is_stopped(hub: &StationRow, trace: &Trace) -> bool {
    hub.state.is_some_and(|state| trace.name(state) == HubGauges::STOPPED)
}

fn clients(ledger: &Ledger, hub: StationId) -> impl Iterator<Item = &StationRow> {
    ledger.members(hub).map(|(_, row)| row).filter(|row| row.kind == StationKind::Worker)
}

/// Whether nobody came for the session of a client after it.
fn is_last(ledger: &Ledger, hub: StationId, (own, client): (StationId, &StationRow)) -> bool {
    let is_client = client.kind == StationKind::Worker;
    let session = client.gauge(C.session);
    let later = |(id, other): (StationId, &StationRow)| {
        id > own && other.kind == StationKind::Worker && other.gauge(C.session) == session
    };
    is_client && !ledger.members(hub).any(later)
}

fn parted(ledger: &Ledger, trace: &Trace, why: Parting) -> bool {
    let Some((id, hub)) = ledger.find(HUB, trace) else { return false };
    // Nobody to look at is soon looked through.
    hub.gauge(G.dropped) > 0
        && clients(ledger, id).any(|client| client.state.is_some_and(|state| trace.name(state) == why.id()))
}

fn scene(values: &Values, _: Fidelity) -> SceneSpec {
    let hub = millrace_spec::Hub { pong_wait: values.span("pong-wait"), clients: values.count("clients") as u32 };
    let places =
        [Place::source(MESSAGES, "Messages"), Place::channel(BROADCAST, "Broadcast"), Place::hub(HUB, "Clients", hub)];
    let wires = [Wire::new(MESSAGES, BROADCAST), Wire::new(BROADCAST, HUB)];
    let gauge = |id, gauge, label, unit| GaugeSpec { id, station: HUB.into(), gauge, label, unit };
    let mut gauges = vec![
        gauge("entries", G.entries, "In the map", Unit::Count("clients")),
        gauge("let-go", G.dropped, "Let go", Unit::Sum("clients")),
    ];
    if values.number("inbound") > 0.0 {
        gauges.push(gauge("handled", G.handled, "Being handled", Unit::Count("messages")));
    }
    if !values.span("stop-at").is_zero() {
        gauges.push(gauge("leaving", G.leaving, "Wait to be taken out", Unit::Count("clients")));
    }
    if !values.span("report-every").is_zero() {
        gauges.push(gauge("torn", G.torn, "Removed under a reader", Unit::Sum("times")));
    }
    let most = values.count("clients").max(1) as i64;
    let cut = FaultSpec::of_program(
        (CUT_LINE, "Cut the line"),
        "What is written to this client is lost from then on, and no pong comes from it.",
        FaultUnit::Member,
        (most.min(7), 1, most),
    );
    SceneSpec { gauges, faults: vec![cut], ..SceneSpec::new(Flow::row(places), wires) }
}

/// What the tasks of the server share.
struct Server {
    env: Env,
    hub: Hub,
    p: Rc<Params>,
    /// Where messages come from.
    home: StationId,
    /// Every connection of the scenario, in the order of coming.
    sockets: RefCell<Vec<Rc<Socket>>>,
    sessions: RefCell<Sessions>,
    /// Somebody has connected from outside.
    came: Cond,
    /// Those who are connected from outside, by their exchange.
    callers: RefCell<BTreeMap<u32, Rc<Caller>>>,
    /// What those outside have said and is being handled.
    at_work: AtWork,
    /// How many frames the emotion service was sent.
    frames: Cell<u64>,
    metrics: ServiceMetrics,
    readers: RefCell<Vec<Task<()>>>,
    others: RefCell<Vec<Task<()>>>,
}

async fn run(env: Env, p: Params, fidelity: Fidelity) {
    let hub = Hub::open(&env, HUB, BROADCAST, p.settings());
    let (inner, home) = (hub.clone(), env.station());
    let _hub_runs = env.spawn_at("hub", hub.station(), async move { inner.run().await });
    let counted = hub.clone();
    // The document declares both gauges, and nothing in it ever sets them.
    let metrics = ServiceMetrics::new(
        fidelity == Fidelity::Documented,
        "Messages that wait for the hub or for a client",
        move || counted.waiting(),
    );
    let server = Rc::new(Server {
        env: env.clone(),
        hub,
        home,
        sockets: RefCell::default(),
        sessions: RefCell::new(Sessions::new(p.clients)),
        came: Cond::new(&env),
        callers: RefCell::default(),
        at_work: AtWork::new(&env),
        frames: Cell::new(0),
        metrics,
        readers: RefCell::default(),
        others: RefCell::default(),
        p: Rc::new(p),
    });
    let tasks = Ends(server.clone());
    server.listen();
    for number in 1..=server.p.clients {
        server.connect(number, &name(number, false)).await;
    }
    let p = server.p.clone();
    tasks.cut_lines();
    if !p.report_every.is_zero() {
        server.start("report", server.clone().report());
    }
    let source = env.spawn_at(MESSAGES, home, server.clone().send());
    let again = env.spawn_at("sessions", home, server.clone().come_again());
    let stop = (!p.stop_at.is_zero()).then(|| env.spawn_at("shutdown", home, server.clone().shut_down()));
    source.await;
    again.await;
    if let Some(stop) = stop {
        stop.await;
        loop {
            let reader = server.readers.borrow_mut().pop();
            let Some(reader) = reader else { break };
            reader.await;
        }
    }
    if env.now().0 < p.open_for.0 {
        env.sleep_until(SimTime(p.open_for.0), Wait::Sleep).await;
    }
    // What somebody outside said meanwhile may be handled still, and bring messages.
    loop {
        server.hub.settled().await;
        if !server.at_work.finishes().await {
            return;
        }
    }
}

/// "s07", and "s07 again" for the second connection of a session.
fn name(session: u32, again: bool) -> String {
    format!("s{session:02}{}", if again { " again" } else { "" })
}

/// Ends all tasks of the server with the program: they share it, so it would outlive itself with them.
struct Ends(Rc<Server>);

impl Drop for Ends {
    fn drop(&mut self) {
        drop((self.0.readers.take(), self.0.others.take()));
        self.0.sockets.take();
    }
}

impl Ends {
    /// Cuts the lines that are to be cut, now or later.
    fn cut_lines(&self) {
        let server = &self.0;
        let weak = Rc::downgrade(server);
        server.env.on_fault(CUT_LINE, move |numbers| {
            let Some(server) = weak.upgrade() else { return };
            for (number, socket) in (1..).zip(server.sockets.borrow().iter()) {
                let by_key = server.p.is_cut(number) && server.env.now() >= SimTime(server.p.cut_at.0);
                socket.is_cut.set(by_key || numbers.contains(&i64::from(number)));
            }
        });
        if server.p.cut.0 > 0.0 {
            let inner = server.clone();
            server.start("lines", async move {
                inner.env.sleep_until(SimTime(inner.p.cut_at.0), Wait::Sleep).await;
                for (number, socket) in (1..).zip(inner.sockets.borrow().iter()) {
                    socket.is_cut.set(socket.is_cut.get() || inner.p.is_cut(number));
                }
            });
        }
    }
}

impl Server {
    fn start(&self, name: &str, future: impl Future<Output = ()> + 'static) {
        let task = self.env.spawn_at(name, self.hub.station(), future);
        self.others.borrow_mut().push(task);
    }

    /// A client connects: it is registered, and has a task that reads and one that writes.
    async fn connect(self: &Rc<Self>, session: u32, name: &str) -> Option<Rc<Socket>> {
        let client = self.hub.register(session, name).await?;
        let (env, station) = (&self.env, client.station());
        self.sessions.borrow_mut().connected(session, station);
        let socket = Rc::new(Socket::new(self, client, session, None));
        self.others.borrow_mut().push(env.spawn_at("write pump", station, socket.clone().write_pump()));
        self.readers.borrow_mut().push(env.spawn_at("read pump", station, socket.clone().read_pump()));
        if self.p.inbound > 0.0 {
            let every = Span::from_seconds(1.0 / self.p.inbound);
            // Not all at the same instant.
            let first = Span(every.0 / u64::from(self.p.clients.max(1)) * u64::from(session));
            self.start("client", socket.clone().sends(every, first));
        }
        self.sockets.borrow_mut().push(socket.clone());
        Some(socket)
    }

    /// Makes the messages, each for a session by lot. A hub that serves others waits until there is somebody.
    async fn send(self: Rc<Self>) {
        let env = &self.env;
        let mut start = env.now();
        for number in 0..self.p.messages {
            let missed = env.now();
            while env.is_hosted() && self.sessions.borrow().len() == 0 {
                self.came.wait().await;
            }
            start += env.now() - missed;
            let at = start + Span::from_seconds(f64::from(number) / self.p.rate);
            env.sleep_until(at, Wait::Sleep).await;
            let mut lot = env.draw("session", u64::from(number), 0);
            let session = {
                let sessions = self.sessions.borrow();
                // Where there is none it is for nobody.
                sessions.at(lot.below(sessions.len())).unwrap_or(0)
            };
            let is_read = self.sessions.borrow().is_read(session);
            let text = if is_read { messages::emotion_update(&mut lot, env.date()) } else { String::new() };
            self.tell(session, text).await;
        }
    }

    /// Every tenth session comes again, and its first connection goes a little later.
    async fn come_again(self: Rc<Self>) {
        if !self.p.registers_again() {
            return;
        }
        self.env.sleep_until(SimTime(AGAIN_AT.0), Wait::Sleep).await;
        let sessions = || (AGAIN_EVERY..=self.p.clients).step_by(AGAIN_EVERY as usize);
        for session in sessions() {
            self.connect(session, &name(session, true)).await;
        }
        self.env.sleep(FIRST_GOES).await;
        for session in sessions() {
            if let Some(first) = self.sockets.borrow().get(session as usize - 1) {
                first.goes();
            }
        }
    }

    /// Reads the whole map again and again, as who reports on it does.
    async fn report(self: Rc<Self>) {
        let mut ticker = Ticker::new(&self.env, self.p.report_every).in_background();
        loop {
            ticker.tick().await;
            self.hub.read().await;
        }
    }

    /// Shuts the hub down; then the clients that are still there go, one after the other.
    async fn shut_down(self: Rc<Self>) {
        self.env.sleep_until(SimTime(self.p.stop_at.0), Wait::Sleep).await;
        self.hub.stop();
        let all = self.sockets.borrow().clone();
        let pause = Span(ALL_GO.0 / all.len().max(1) as u64);
        for socket in all {
            self.env.sleep(pause).await;
            socket.goes();
        }
    }
}

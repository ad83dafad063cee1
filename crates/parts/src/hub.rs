//! A hub: one task that knows who is there by a name, and gives each message to the one that it is for.
//!
//! Each client has a queue of its own with an end. The hub never waits for a client: where the queue is full the client is let go, with
//! what lies in it, and nobody else is later for it. So a message is delivered in the order in which the hub took it in, or its client is
//! gone. A client ends once, whoever says so first: the hub, its own task that leaves, or that task's end.
//!
//! What must never be: a client in the map that is not there, or one that is there and was put out of the map by another's leaving. So who
//! leaves takes out its own entry and no other, who comes again ends its predecessor, and a hub that is shut down ends everybody and
//! lets nobody wait. Nothing is removed while somebody else reads the map. Each of these is a setting, as there is code that does otherwise:
//! [`HubSettings`].

mod client;

pub use client::{Client, Letter};

use super::channel::{Closed, Rx, Tx, channel_of};
use super::cond::Cond;
use super::rw_lock::{Prefer, RwLock};
use super::select::{Case, select_any};
use super::signal::Signal;
use client::{Enrols, Entry, Leaves};
use millrace_engine::{Env, Job, StationSpec};
use millrace_spec::{ClientGauges, HubGauges, Parting};
use millrace_trace::{Outcome, Span, StationId, StationKind, UNLIMITED};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::rc::Rc;

const G: HubGauges = HubGauges::ALL;
const C: ClientGauges = ClientGauges::ALL;

/// How a hub keeps its map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HubSettings {
    /// How many messages the queue of a client has room for; at least one.
    pub buffer: u32,
    /// How many messages wait for the hub before who broadcasts has to wait.
    pub broadcast: u32,
    /// How long it takes to look at one entry of the map.
    pub look: Span,
    /// Whether the addressee of a message is looked for among all entries, rather than looked up by its name.
    pub walks: bool,
    /// Whether who leaves takes out whatever stands under its name, and who comes again leaves its predecessor as it is; rather than each its
    /// own.
    pub by_name: bool,
    /// Whether an entry is removed under the lock of a reader.
    pub removes_as_reader: bool,
    /// Whether the hub just returns when it is stopped, rather than letting everybody go.
    pub just_returns: bool,
}

/// A hub. Clones are the same one.
#[derive(Clone)]
pub struct Hub(Rc<Shared>);

struct Shared {
    env: Env,
    station: StationId,
    settings: HubSettings,
    /// Who is there, by session.
    entries: RefCell<BTreeMap<u32, Rc<Entry>>>,
    lock: RwLock,
    register: (Tx<Enrols>, Rx<Enrols>),
    unregister: (Tx<Leaves>, Rx<Leaves>),
    broadcast: (Tx<Letter>, Rx<Letter>),
    /// Clients whose handle was dropped, and which may still have an entry.
    forgotten: RefCell<Vec<Rc<Entry>>>,
    asked: Cond,
    stop: Signal,
    over: Signal,
    counts: RefCell<BTreeMap<u8, i64>>,
    open: Rc<Open>,
}

/// How many messages are on their way, and who waits until there are none.
struct Open {
    count: Cell<u64>,
    none: Cond,
}

fn times(span: Span, n: usize) -> Span {
    Span(span.0.saturating_mul(n as u64))
}

/// What the hub is asked for.
enum Asked {
    Enrol(Option<Enrols>),
    Leave(Option<Leaves>),
    Pass(Option<Letter>),
    Purge,
    Stop,
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hub({} entries)", self.len())
    }
}

impl Hub {
    /// An empty one at a station of its own, a crew whose members are its clients, with a channel for what is broadcast. It works once
    /// [`Hub::run`] does.
    pub fn open(env: &Env, name: &str, broadcast: &str, settings: HubSettings) -> Hub {
        let settings = HubSettings { buffer: settings.buffer.max(1), ..settings };
        let station = env.open_plain(StationKind::Crew, name);
        Hub(Rc::new(Shared {
            env: env.clone(),
            station,
            settings,
            entries: RefCell::default(),
            lock: RwLock::new(env, 64, Prefer::Fair),
            register: channel_of(env, station, "register", 0),
            unregister: channel_of(env, station, "unregister", 0),
            broadcast: channel_of(env, StationId::NONE, broadcast, settings.broadcast),
            forgotten: RefCell::default(),
            asked: Cond::of(env, station),
            stop: Signal::new(env),
            over: Signal::new(env),
            counts: RefCell::default(),
            open: Rc::new(Open { count: Cell::new(0), none: Cond::new(env) }),
        }))
    }

    /// Its station.
    pub fn station(&self) -> StationId {
        self.0.station
    }

    /// How many entries its map has.
    pub fn len(&self) -> usize {
        self.0.entries.borrow().len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Counts something that its station shows, up or down.
    pub fn count(&self, gauge: millrace_trace::Gauge, by: i64) {
        let mut counts = self.0.counts.borrow_mut();
        let count = counts.entry(gauge.0).or_default();
        *count += by;
        self.0.env.gauge(self.0.station, gauge, *count);
    }

    /// Something that its station shows the most of was so much now.
    pub fn peak(&self, gauge: millrace_trace::Gauge, now: i64) {
        let most = self.0.counts.borrow().get(&gauge.0).copied().unwrap_or(0);
        if now > most {
            self.count(gauge, now - most);
        }
    }

    /// A client of a session comes, under a name that its station has. None once the hub is over. Dropped while it waits, nobody came.
    #[track_caller]
    pub fn register<'a>(&'a self, session: u32, name: &'a str) -> impl Future<Output = Option<Client>> + 'a {
        let (env, site) = (&self.0.env, Location::caller());
        env.at(site, async move {
            // One that is over, or comes to its end, takes nothing in: nothing is opened for who comes then.
            if self.is_over() {
                return None;
            }
            let client = Client::new(self, session, name);
            let sent = self.0.register.0.send(Enrols(client.entry.clone()));
            let taken = match self.0.settings.just_returns {
                true => sent.await.is_ok(),
                false => matches!(self.0.over.guard(sent).await, Some(Ok(()))),
            };
            taken.then_some(client)
        })
    }

    /// Hands a job in for a session, once there is room.
    ///
    /// # Errors
    /// The job comes back once the hub takes nothing in any more.
    #[track_caller]
    pub fn broadcast(&self, job: Job, to: u32) -> impl Future<Output = Result<(), Job>> {
        self.say(job, to, String::new())
    }

    /// The same with what it says.
    ///
    /// # Errors
    /// The job comes back once the hub takes nothing in any more.
    #[track_caller]
    pub fn say(&self, job: Job, to: u32, text: String) -> impl Future<Output = Result<(), Job>> {
        let (env, site) = (self.0.env.clone(), Location::caller());
        let sent = self.0.broadcast.0.send(Letter::new(&self.0.open, job, to, text));
        env.at(site, async move {
            match sent.await {
                Ok(()) => Ok(()),
                Err(Closed(letter)) => letter.into_job().map_or(Ok(()), Err),
            }
        })
    }

    /// How many messages wait: for the hub, and in the queues of those in its map.
    pub fn waiting(&self) -> usize {
        self.0.broadcast.1.len() + self.0.entries.borrow().values().map(|entry| entry.waiting()).sum::<usize>()
    }

    /// Waits until all that was handed in was delivered or is known not to be.
    #[track_caller]
    pub fn settled(&self) -> impl Future<Output = ()> + '_ {
        self.0.env.at(Location::caller(), async move {
            while self.0.open.count.get() > 0 {
                self.0.open.none.wait().await;
            }
        })
    }

    /// Reads the map from one end to the other, as who reports on it does, and says how many entries it has.
    #[track_caller]
    pub fn read(&self) -> impl Future<Output = usize> + '_ {
        self.0.env.at(Location::caller(), async move {
            let _reading = self.0.lock.read().await;
            let entries = self.len();
            self.0.env.sleep(times(self.0.settings.look, entries)).await;
            entries
        })
    }

    /// Its process is gone: so is everybody in its map, without a word and with what waits for them. It can run again, and begins with nobody.
    pub fn crashes(&self) {
        let shared = &*self.0;
        for (_, entry) in shared.entries.take() {
            self.removed(&entry);
            entry.end(self, Parting::Exit);
        }
        for entry in shared.forgotten.take() {
            self.tell(&entry);
        }
        while let Some(letter) = shared.broadcast.1.try_recv() {
            letter.leave(Outcome::Lost);
        }
    }

    /// Tells it to come to its end.
    pub fn stop(&self) {
        self.0.stop.give();
    }

    /// Its work, until it is stopped: takes in who comes, takes out who leaves, gives messages to whom they are for.
    pub async fn run(&self) {
        let shared = &*self.0;
        loop {
            self.purge().await;
            let cases: Vec<Case<'_, Asked>> = vec![
                Box::pin(async { Asked::Enrol(shared.register.1.recv().await) }),
                Box::pin(async { Asked::Leave(shared.unregister.1.recv().await) }),
                Box::pin(async { Asked::Pass(shared.broadcast.1.recv().await) }),
                Box::pin(async {
                    shared.asked.wait().await;
                    Asked::Purge
                }),
                Box::pin(async {
                    shared.stop.given().await;
                    Asked::Stop
                }),
            ];
            match select_any(&shared.env, cases).await.1 {
                Asked::Enrol(Some(Enrols(entry))) => self.enrol(entry).await,
                Asked::Leave(Some(Leaves(entry, why))) => self.unregister(&entry, why).await,
                Asked::Pass(Some(letter)) => self.pass(letter).await,
                Asked::Stop => break,
                Asked::Purge | Asked::Enrol(None) | Asked::Leave(None) | Asked::Pass(None) => {}
            }
        }
        if !shared.settings.just_returns {
            self.end().await;
            shared.over.give();
        }
        shared.env.state(shared.station, HubGauges::STOPPED);
    }

    /// Enters a client under the name of its session.
    async fn enrol(&self, entry: Rc<Entry>) {
        let _writing = self.0.lock.write().await;
        // It may have gone while it was handed over.
        if entry.end.get().is_some() {
            return;
        }
        let env = &self.0.env;
        env.gauge(entry.station, C.entry, 1);
        let before = self.0.entries.borrow_mut().insert(entry.session, entry);
        let Some(before) = before else { return self.count(G.entries, 1) };
        env.gauge(before.station, C.entry, -1);
        if !self.0.settings.by_name {
            before.end(self, Parting::Replaced);
        }
    }

    /// Takes a client out that leaves; or whoever stands under its name.
    async fn unregister(&self, entry: &Rc<Entry>, why: Parting) {
        let _writing = self.0.lock.write().await;
        if self.0.settings.by_name {
            // Whoever is registered under that name now goes silent.
            let removed = self.0.entries.borrow_mut().remove(&entry.session);
            if let Some(removed) = removed {
                self.removed(&removed);
            }
        } else {
            self.take_out(entry);
        }
        entry.end(self, why);
    }

    /// Gives a message to the client that it is for, which is let go where it has no room.
    async fn pass(&self, letter: Letter) {
        let (env, settings) = (&self.0.env, self.0.settings);
        let reading = self.0.lock.read().await;
        let looks = if settings.walks { self.len() } else { 1 };
        env.sleep(times(settings.look, looks)).await;
        let entry = self.0.entries.borrow().get(&letter.to).cloned();
        let Some(entry) = entry else { return letter.leave(Outcome::Rejected) };
        let Err(letter) = entry.push(letter) else { return };
        if settings.removes_as_reader {
            // Whoever else reads the map now has it changed under its eyes.
            if self.0.lock.held() > 1 {
                self.count(G.torn, 1);
            }
            self.take_out(&entry);
            drop(reading);
        } else {
            drop(reading);
            let _writing = self.0.lock.write().await;
            self.take_out(&entry);
        }
        entry.end(self, Parting::Slow);
        letter.leave(Outcome::Lost);
    }

    /// Takes out those whose handle was dropped.
    async fn purge(&self) {
        while !self.0.forgotten.borrow().is_empty() {
            let _writing = self.0.lock.write().await;
            for entry in self.0.forgotten.take() {
                self.tell(&entry);
                self.take_out(&entry);
            }
        }
    }

    /// The end: what was taken in goes out, everybody is let go, and nobody waits for the hub any more.
    async fn end(&self) {
        self.0.broadcast.0.close();
        while let Some(letter) = self.0.broadcast.1.try_recv() {
            self.pass(letter).await;
        }
        let _writing = self.0.lock.write().await;
        for (_, entry) in self.0.entries.take() {
            self.removed(&entry);
            entry.end(self, Parting::Shutdown);
        }
        // Who was handed over at the instant of the stop stands in no map, and nobody else will take them.
        while let Some(Enrols(entry)) = self.0.register.1.try_recv() {
            entry.end(self, Parting::Shutdown);
        }
        for entry in self.0.forgotten.take() {
            self.tell(&entry);
        }
    }

    /// Whether it takes nothing in any more: it has come to its end, or is about to.
    fn is_over(&self) -> bool {
        self.0.broadcast.1.is_closed()
    }

    /// Says why a client has ended whose handle was dropped.
    fn tell(&self, entry: &Entry) {
        self.0.env.state(entry.station, entry.end.get().unwrap_or(Parting::Left).id());
    }

    /// Removes this entry and no other.
    fn take_out(&self, entry: &Rc<Entry>) {
        let mut entries = self.0.entries.borrow_mut();
        if entries.get(&entry.session).is_some_and(|own| Rc::ptr_eq(own, entry)) {
            entries.remove(&entry.session);
            drop(entries);
            self.removed(entry);
        }
    }

    fn removed(&self, entry: &Entry) {
        self.0.env.gauge(entry.station, C.entry, -1);
        self.count(G.entries, -1);
    }

    /// A station of its own for a client, and the queue of it.
    fn open_client(&self, name: &str) -> (StationId, (Tx<Letter>, Rx<Letter>)) {
        let (env, parent) = (&self.0.env, self.0.station);
        let station = env.open(StationSpec { kind: StationKind::Worker, name, parent, capacity: UNLIMITED });
        (station, channel_of(env, station, &format!("{name} queue"), self.0.settings.buffer))
    }
}

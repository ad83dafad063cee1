//! Three pools with a semaphore each, and what the semaphore is held for.
//!
//! # Problem
//! A backend does three things at once: it asks its database, it calls others, it looks into its cache. Each can take so much and no more, none may take the
//! workers of the others, and somebody wants to know how they are.
//!
//! # Idea
//! For each kind of operation a semaphore, a queue and so many workers. Who submits takes a permit, puts the task into the queue, and keeps the permit until the handler has come to
//! its end: so no more are inside than there are permits. A monitor looks at the process and its host, again and again.
//!
//! # Watch
//! A hundred operations come at once: a hundred permits are held, twenty workers work, eighty tasks wait. With five permits five work, and fifteen workers have nothing to do. As
//! shipped the permit is back as soon as the task is in the queue: five permits, and twenty run at once. What is called active there is who stands before a full queue, so it is nought
//! while all workers work. The results fill a queue that nobody reads, and then fall beside it.
//!
//! # Choose
//! A semaphore bounds what is done while a permit is held. Where workers do the work their number is a bound already, and a semaphore before the queue bounds who waits: that is good
//! for something, if it is what one wants. Twice as many workers as processors, or four times, is for work that mostly waits; what computes has no use for more than there are.
//!
//! # Primitives
//! Semaphore. Channels. Crew. Machine. Ticker. Tasks.
//!
//! # Origin
//! The concurrency manager of a backend in Go: semaphores of 100, 200 and 150, workers 20, 30 and 25, statistics that are written
//! unsynchronised. Nobody ever gave it a task. Its metrics are to be kept for 24 hours, which nothing reads: there is no history here that they could bound. The document has the pools scale by themselves and says
//! no rule for it, and the code has none, so there is none here. How long each kind takes, which share computes and what the host has are added; its heap is a model: 64 MB, 16 KB for
//! each task and 4 KB for whatever waits.

mod checks;
mod gauges;
mod kind;
mod monitor;
mod params;
mod pool;
mod presets;
mod report;
mod work;

use kind::Operations;
pub(crate) use kind::{Kind, Operation};
use millrace_engine::{Env, Task};
use millrace_parts::{
    Arrivals, AtWork, BACKEND_VARIABLES, Crew, Either, Holds, Machine, Semaphore, Traffic, at_most, select2,
};
use millrace_spec::{
    At, Environment, Fidelity, FieldGroup, Flow, GaugeSpec, Measure, Pattern, Place, SceneSpec, Step, Unit, Values,
    Wire,
};
use millrace_trace::{Gauge, Outcome, Span, StationKind};
use millrace_upstream as upstream;
use monitor::{Found, Statistics};
pub(crate) use params::Params;
use pool::Pool;
pub(crate) use pool::{ACTIVE, LATENCY, SUBMITTED, enter};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
pub(crate) use work::Errand;

const OPERATIONS: &str = "operations";
const MANAGER: &str = "manager";

/// The concurrency manager, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "concurrency-manager",
    name: "Concurrency manager",
    title: "Concurrency manager",
    group: "Services",
    glyph: "permits",
    fields: Params::with_script,
    scene,
    measures: |_| {
        let begun = Step::Served(At::Kind(StationKind::Worker));
        vec![Measure {
            who: "operations",
            ..Measure::new("waiting", "Wait for a worker", "Waits", Step::Entered, begun)
        }]
    },
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    checks: || checks::CHECKS,
    environment: Some(&ENVIRONMENT),
    shipped: "permits are given back too early",
    disagreement: Some(
        "The document bounds how many operations of each kind run at once, measures how long they take, and scales its pools. In its code a permit is held until the task \
         is in the queue and no longer: as many run as there are workers. What it counts as active are submitters before a full queue. Average latencies and the load are \
         never written, its limit of memory is what the process has from the system, the results have no reader, priorities no effect, and a panic in a handler ends the process. The statistics are those of the last look, every 30 s, \
         written while others read. A shutdown throws away what waits. Nothing scales.",
    ),
    file: file!(),
    detail: Some(|values| Box::new(report::Pools::of(values))),
    run: |env, values, fidelity| Box::pin(run(env, Params::read(values), fidelity)),
    ..Pattern::BASE
};

static ENVIRONMENT: Environment = Environment {
    variables: &BACKEND_VARIABLES,
    takes: &[
        ("MAX_CONCURRENT_DB_OPS", "db-ops"),
        ("MAX_CONCURRENT_HTTP_OPS", "http-ops"),
        ("MAX_CONCURRENT_CACHE_OPS", "cache-ops"),
        ("WORKER_POOL_SIZE_DB", "db-workers"),
        ("WORKER_POOL_SIZE_HTTP", "http-workers"),
        ("WORKER_POOL_SIZE_CACHE", "cache-workers"),
        ("HEALTH_CHECK_INTERVAL", "monitor-every"),
    ],
    times: &[],
};

/// The kinds of which there are operations.
fn kinds(p: &Params) -> impl Iterator<Item = Kind> {
    Kind::ALL.into_iter().zip(kind::used(p)).filter_map(|(kind, used)| used.then_some(kind))
}

fn scene(values: &Values, fidelity: Fidelity) -> SceneSpec {
    let p = Params::read(values);
    let is_shipped = fidelity == Fidelity::Shipped;
    let (mut columns, mut wires, mut gauges) = ([const { Vec::new() }; 5], Vec::new(), Vec::new());
    let first = kinds(&p).next();
    let are_several = kinds(&p).count() > 1;
    for kind in kinds(&p) {
        // Above a column of narrow ones stands what all of them are.
        let [narrow, wide] = [are_several && Some(kind) != first, are_several];
        let label = |named: bool, [alone, one]: [&str; 2]| {
            if named { format!("{} {one}", kind.label()) } else { alone.to_owned() }
        };
        let [permits, queue, urgent, workers, results] = kind.stations();
        let mut places = vec![(0, Place::pool(permits, label(wide, ["Permits", "permits"])))];
        wires.extend([Wire::new(OPERATIONS, permits), Wire::new(permits, queue), Wire::new(queue, workers)]);
        if !is_shipped && p.has_urgent() {
            places.push((1, Place::channel(urgent, label(narrow, ["Urgent", "urgent"]))));
            wires.extend([Wire::new(permits, urgent), Wire::new(urgent, workers)]);
        }
        places.push((1, Place::channel(queue, label(narrow, ["Queue", "queue"]))));
        places.push((3, Place::crew(workers, label(wide, ["Workers", "crew"]))));
        wires.push(Wire::new(workers, "results"));
        if is_shipped {
            places.push((4, Place::channel(results, label(narrow, ["Unread", "unread"]))));
            wires.push(Wire::new(workers, results));
        }
        for (column, place) in places {
            if let Some(column) = columns.get_mut::<usize>(column) {
                column.push(place);
            }
        }
        let mut gauge = |ids: [&'static str; 3], gauge, labels: [&'static str; 3], unit| {
            let (id, label) = (kind.pick(ids), kind.pick(labels));
            gauges.push(GaugeSpec { id, station: permits.to_owned(), gauge, label, unit });
        };
        gauge(
            ["active-db", "active-http", "active-cache"],
            pool::ACTIVE,
            ["Active DB", "Active HTTP", "Active cache"],
            Unit::Count("operations"),
        );
        gauge(
            ["latency-db", "latency-http", "latency-cache"],
            pool::LATENCY,
            ["DB mean", "HTTP mean", "Cache mean"],
            Unit::Time,
        );
        if is_shipped {
            gauge(
                ["dropped-db", "dropped-http", "dropped-cache"],
                pool::DROPPED,
                ["DB lost", "HTTP lost", "Cache lost"],
                Unit::Sum("results"),
            );
        }
    }
    let mut told = |id, gauge: Gauge, label, unit| {
        gauges.push(GaugeSpec { id, station: MANAGER.to_owned(), gauge, label, unit });
    };
    told("tasks", monitor::TASKS, "Told tasks", Unit::Count("tasks"));
    told("heap", monitor::HEAP, "Told heap", Unit::Count("MB"));
    told("cpu", monitor::CPU, "Told CPU", Unit::Share);
    told("load", monitor::LOAD, "Load a CPU", Unit::Share);
    let mut flow = vec![Flow::from(Place::source(OPERATIONS, "Operations"))];
    flow.extend(columns.into_iter().filter_map(column));
    flow.push(Place::sink("results", "Ended").into());
    let faults = vec![upstream::kill_worker(), pool::slow_handlers()];
    let backlog = Some(Arrivals::BACKLOG.into());
    SceneSpec { backlog, gauges, faults, ..SceneSpec::new(Flow::row(flow), wires) }
}

/// One place, or several above each other.
fn column(places: Vec<Place>) -> Option<Flow> {
    match <[Place; 1]>::try_from(places) {
        Ok([only]) => Some(only.into()),
        Err(places) => (!places.is_empty()).then(|| Flow::column(places)),
    }
}

/// What the tasks of the manager share.
pub(crate) struct Manager {
    env: Env,
    p: Params,
    is_shipped: bool,
    machine: Machine,
    statistics: Statistics,
    pools: Vec<Pool>,
    at_work: AtWork,
    /// What becomes of a task that is dropped.
    dropped: Rc<Cell<Outcome>>,
    /// Those who submit, by the number of their operation, until it is in a queue.
    submitters: RefCell<BTreeMap<u64, Task<()>>>,
    /// Nobody is let in any more.
    is_closed: Cell<bool>,
}

impl Manager {
    /// On a machine.
    pub(crate) fn open(env: &Env, p: Params, fidelity: Fidelity, machine: Machine) -> Rc<Manager> {
        let is_shipped = fidelity == Fidelity::Shipped;
        let pools: Vec<_> = kinds(&p).map(|kind| Pool::open(env, &p, is_shipped, kind)).collect();
        pools.iter().for_each(|pool| machine.reads(Holds::Item, pool.holds()));
        let station = env.open_plain(StationKind::Gate, MANAGER);
        let statistics = Statistics::open(env, station, machine.mark(), !is_shipped);
        let (at_work, dropped) = (AtWork::new(env), Rc::new(Cell::new(Outcome::Cancelled)));
        let (env, submitters, is_closed) = (env.clone(), RefCell::default(), Cell::new(false));
        Rc::new(Manager { env, p, is_shipped, machine, statistics, pools, at_work, dropped, submitters, is_closed })
    }

    /// Of each kind: how many count as active, how many were submitted, what the average latency is said to be.
    pub(crate) fn told(&self, gauge: Gauge) -> [i64; 3] {
        Kind::ALL.map(|kind| self.pool(kind).map_or(0, |pool| pool.counts.get(gauge)))
    }

    /// How many workers it has, and how many of them have a task in hand.
    pub(crate) fn workers(&self) -> (u32, u32) {
        let all = self.pools.iter().map(|pool| self.p.workers(pool.kind)).sum();
        (all, self.pools.iter().map(|pool| pool.at_work.get()).sum())
    }

    /// What its monitor found when it looked last.
    pub(crate) fn found(&self) -> Option<Found> {
        self.statistics.found()
    }

    /// The latencies are averaged anew.
    pub(crate) fn resets(&self) {
        self.pools.iter().for_each(|pool| pool.counts.set(LATENCY, 0));
    }

    fn pool(&self, kind: Kind) -> Option<&Pool> {
        self.pools.iter().find(|pool| pool.kind == kind)
    }

    /// The operation with this number is in a queue: nobody refuses it any more.
    fn is_in(&self, number: u64) {
        let own = self.submitters.borrow_mut().remove(&number);
        own.into_iter().for_each(Task::detach);
    }

    /// What nobody has begun leaves, and nothing comes any more.
    fn empty(&self, outcome: Outcome) {
        let left: Vec<_> = self.pools.iter().flat_map(Pool::empty).collect();
        left.into_iter().for_each(|work| work.ends(outcome));
    }

    /// How long the handler of an operation takes.
    fn takes(&self, operation: Operation, slow: Option<i64>) -> Span {
        let takes = match self.p.times.as_str() {
            "by-kind" => operation.kind.takes(&mut self.env.draw("takes", operation.number, 0)),
            _ => self.p.task,
        };
        Span(takes.0.saturating_mul(slow.map_or(1, |times| times.max(1) as u64)))
    }
}

/// The end of a manager, however it comes: who submits to it and what waits in it goes as well.
pub(crate) struct Ends(pub Rc<Manager>);

impl Drop for Ends {
    fn drop(&mut self) {
        let submitters = self.0.submitters.take();
        drop(submitters);
        self.0.empty(Outcome::Cancelled);
    }
}

async fn run(env: Env, p: Params, fidelity: Fidelity) {
    let source = env.open_plain(StationKind::Source, OPERATIONS);
    let machine = Machine::new(&env, p.machine.settings());
    let manager = Manager::open(&env, p, fidelity, machine);
    let ends = Ends(manager.clone());
    let p = &manager.p;
    // The workers of a pool that nobody gives anything wait all the same; there is nothing to be seen of them.
    let idle: u32 =
        Kind::ALL.into_iter().filter(|kind| manager.pool(*kind).is_none()).map(|kind| p.workers(kind)).sum();
    let _idle = manager.machine.holds(Holds::Task, idle.into());
    let crews = start_all(&manager);
    let monitor = env.spawn_at("monitor", source, watch(manager.clone()));
    let mut takes_in = pin!(env.spawn_at(OPERATIONS, source, take_in(manager.clone())).join());
    let have_come = Cell::new(false);
    let all_done = async {
        takes_in.as_mut().await;
        have_come.set(true);
        manager.at_work.finishes().await;
        // Those who waited for the last handlers go first.
        env.turn().await;
    };
    if p.stop_at.is_zero() {
        all_done.await;
        drop(crews);
    } else {
        let which = select2(&env, env.sleep(p.stop_at), all_done).await;
        match which {
            Either::First(()) => {
                stop(&manager, crews).await;
                // Whoever comes after that is refused.
                if !have_come.get() {
                    takes_in.await;
                }
            }
            Either::Second(()) => drop(crews),
        }
    }
    drop((monitor, ends));
}

/// The workers of all pools.
pub(crate) fn start_all(manager: &Rc<Manager>) -> Vec<Crew> {
    manager.pools.iter().map(|pool| start(manager, pool.kind)).collect()
}

/// Its process is gone: the workers with what they have in hand, and all that waits. Nothing is counted from here on.
pub(crate) fn crashes(manager: &Manager, crews: &[Crew]) {
    manager.dropped.set(Outcome::Lost);
    crews.iter().for_each(Crew::crashes);
    drop(manager.submitters.take());
    let left: Vec<_> = manager.pools.iter().flat_map(Pool::takes_out).collect();
    drop(left);
    manager.pools.iter().for_each(Pool::forgets);
    manager.statistics.forgets();
}

/// Its process is there again, and so are all workers.
pub(crate) fn comes_back(manager: &Manager, crews: &[Crew]) {
    manager.dropped.set(Outcome::Cancelled);
    crews.iter().for_each(Crew::comes_back);
}

/// The work of the monitor.
pub(crate) fn watch(manager: Rc<Manager>) -> impl Future<Output = ()> {
    let every = manager.p.looks_every();
    monitor::watch(manager, every)
}

/// The workers of a pool.
fn start(manager: &Rc<Manager>, kind: Kind) -> Crew {
    let [_, _, _, workers, _] = kind.stations();
    let inner = manager.clone();
    Crew::start(&manager.env, workers, "worker", manager.p.workers(kind), move |_| pool::serve(inner.clone(), kind))
}

/// Who has not been let in is refused. As documented what is in is finished, as long as the deadline allows; as shipped each worker finishes what it has in
/// hand, and all that waits is thrown away.
pub(crate) async fn stop(manager: &Manager, crews: Vec<Crew>) {
    manager.is_closed.set(true);
    manager.dropped.set(Outcome::Rejected);
    drop(manager.submitters.take());
    manager.dropped.set(Outcome::Cancelled);
    let Manager { env, p, .. } = manager;
    let all_done = async {
        if manager.is_shipped {
            manager.empty(Outcome::Lost);
            for crew in crews {
                crew.join().await;
            }
        } else {
            let _crews = crews;
            manager.at_work.finishes().await;
        }
    };
    // What is not done by then goes with its worker.
    let _ = at_most(env, p.deadline, all_done).await;
    manager.empty(Outcome::Cancelled);
    // Who waited for its handler hears of it.
    env.turn().await;
}

/// Lets the operations be submitted as they come, until there are no more.
async fn take_in(manager: Rc<Manager>) {
    let Manager { env, p, .. } = &*manager;
    let mut operations = Operations::of(p);
    // In a closed loop the next is made when one of the submitters is free.
    let is_closed = p.load.traffic() == Traffic::Closed;
    let callers = Semaphore::new(env, p.callers);
    let mut arrivals = p.load.arrivals(env);
    loop {
        let turn = if is_closed { Some(callers.acquire().await) } else { None };
        if is_closed && manager.is_closed.get() {
            // Who is refused makes no next one.
            break;
        }
        let Some(job) = arrivals.next().await else { break };
        if manager.is_closed.get() {
            job.leave(Outcome::Rejected);
            continue;
        }
        let operation = operations.next(env);
        let submits = pool::submit(manager.clone(), job, operation);
        let task = env.spawn_at("submitter", env.station(), async move {
            submits.await;
            drop(turn);
        });
        manager.submitters.borrow_mut().insert(operation.number, task);
    }
}

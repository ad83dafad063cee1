//! How the backend begins and ends, and what its HTTP server lets in and writes in the meantime.
//!
//! Its parts are built one on the other: the database, then the background processor, which is there in any case, the concurrency manager, the manager of
//! connections, the handler, the limiter, the sockets, and at last the server listens. They are stopped each before what it needs, which is not the other way
//! round: a task in the background may need the pools of the manager, which was built after it. As shipped the server alone is stopped, and what lies in all the
//! others goes with the process.

use super::http::{Count, Http};
use millrace_engine::Env;
use millrace_parts::{Either, Parts, Process, select2};
use millrace_spec::{
    Check, Choice, DefaultValue, Field, PartState, Place, Shutdown, ShutdownGauges, Value, Values, params,
};
use millrace_trace::{Ledger, Span, StationKind, TextId, Trace};
use std::future::Future;

/// The station of the process, a crew whose members are its parts.
pub(super) const PROCESS: &str = "process";
/// How long the concurrency manager gives its workers, whatever is left of the grace.
pub(super) const MANAGER_STOPS: Span = Span::secs(5);
const HOUR: Span = Span::secs(3_600);

const STOPS: &[Choice] = &[
    Choice {
        id: "all",
        label: "All parts",
        help: "Each part is stopped before what it needs, and does first what it has accepted.",
    },
    Choice {
        id: "three",
        label: "Three of them",
        help: "After the server the background processor, the concurrency manager and the manager of connections are stopped.",
    },
    Choice { id: "none", label: "Server alone", help: "Nobody stops the parts: what they have goes with the process." },
];

fn ends(values: &Values) -> bool {
    !values.span("shutdown-at").is_zero()
}

/// What is worked out after that is written nowhere.
fn writes(values: &Values) -> Option<String> {
    let (write, request) = (values.span("write-timeout"), values.span("request-timeout-seconds"));
    (!write.is_zero() && write < request)
        .then(|| format!("an answer after {write} is never written: a request may take {request}"))
}

fn reads(values: &Values) -> Option<String> {
    let (body, read) = (values.span("sent-within"), values.span("read-timeout"));
    (!read.is_zero() && body > read).then(|| format!("no request is read: there are {read} for that"))
}

params! {
    /// How long it lives, and the times of its server.
    pub struct Lifetime {
        /// How long it takes a client to send its request.
        sent_within: Span => Field::span("sent-within", "A request is sent in", Span::ZERO, Span::ZERO..=HOUR).remark(reads),
        /// How long the server waits for a request to be read; 0 for as long as it takes.
        read_timeout: Span => Field::span("read-timeout", "Read timeout", Span::secs(10), Span::ZERO..=HOUR),
        /// Within what time from then on an answer has to be written; 0 for as long as it takes. What comes later is written nowhere.
        write_timeout: Span => Field::span("write-timeout", "Write timeout", Span::secs(35), Span::ZERO..=HOUR).remark(writes)
            .shipped(DefaultValue::Is(Value::Span(Span::secs(15)))),
        /// After what time without a request a connection is closed; 0 for never. The next request from there needs a new one.
        idle_timeout: Span => Field::span("idle-timeout", "Idle timeout", Span::secs(120), Span::ZERO..=HOUR),
        /// When the process is asked to end; 0 for never.
        shutdown_at: Span => Field::span("shutdown-at", "SIGTERM at", Span::ZERO, Span::ZERO..=Span::secs(86_400)),
        /// How long it has from then on. What is not over by then is cut off.
        grace: Span => Field::span("grace", "Grace", Span::secs(10), Span::ZERO..=Span::secs(300)).when(ends),
        /// Which parts are stopped.
        stops: String => Field::choice("stops", "Stops", "all", STOPS).when(ends).shipped(DefaultValue::Is(Value::Word("none".into()))),
    }
}

/// A part of the process, each before what it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Http,
    Sockets,
    Limiter,
    Handler,
    Background,
    Manager,
    Connections,
    Database,
}

impl Part {
    /// All of them, in the order in which they are stopped.
    pub const ALL: [Part; 8] = [
        Part::Http,
        Part::Sockets,
        Part::Limiter,
        Part::Handler,
        Part::Background,
        Part::Manager,
        Part::Connections,
        Part::Database,
    ];

    /// Those that there are, in that order.
    fn all(is_enabled: bool) -> impl Iterator<Item = Part> {
        Part::ALL.into_iter().filter(move |part| is_enabled || !part.is_layer())
    }

    /// In the order in which they are built. Where the concurrency layer is off three of them are not.
    #[cfg(test)]
    pub fn built(is_enabled: bool) -> impl Iterator<Item = Part> {
        let order = [
            Part::Database,
            Part::Background,
            Part::Manager,
            Part::Connections,
            Part::Handler,
            Part::Limiter,
            Part::Sockets,
            Part::Http,
        ];
        order.into_iter().filter(move |part| is_enabled || !part.is_layer())
    }

    pub const fn name(self) -> &'static str {
        match self {
            Part::Http => "HTTP server",
            Part::Sockets => "Sockets",
            Part::Limiter => "Rate limiter",
            Part::Handler => "Request handler",
            Part::Background => "Background",
            Part::Manager => "Manager",
            Part::Connections => "Pool manager",
            Part::Database => "Database",
        }
    }

    /// Whether it is of the concurrency layer.
    const fn is_layer(self) -> bool {
        matches!(self, Part::Handler | Part::Manager | Part::Connections)
    }
}

/// The life of the process. Open it with [`Life::open`], which opens the rows of its parts; hand each request to [`Http::serve`]; whoever has all parts
/// implements `millrace_parts::Process` with [`Life::parts`] and [`Life::part`], stops [`Part::Http`] with [`Http::closes`], cuts it off with [`Http::hangs_up`], and
/// runs as [`Life::lasts`].
pub(super) struct Life {
    env: Env,
    parts: Parts,
    all: Vec<Part>,
    p: Lifetime,
    /// Its HTTP server.
    pub http: Http,
}

impl Life {
    /// Everything runs, and the server listens.
    pub fn open(env: &Env, p: &Lifetime, is_enabled: bool) -> Life {
        let station = env.open_plain(StationKind::Crew, PROCESS);
        let all: Vec<Part> = Part::all(is_enabled).collect();
        let names: Vec<&str> = all.iter().map(|part| part.name()).collect();
        Life {
            env: env.clone(),
            parts: Parts::open(env, station, &names),
            all,
            p: p.clone(),
            http: Http::open(env, station, p),
        }
    }

    /// The place of it, for a scene: a row for each part.
    pub fn place(p: &Lifetime, is_enabled: bool) -> Place {
        let parts = Part::all(is_enabled).map(Part::name).collect();
        Place::shutdown(PROCESS, "Process", Shutdown { at: p.shutdown_at, grace: p.grace, parts, kinds: Vec::new() })
    }

    /// The parts, for `Process::parts`.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// The part with this number.
    pub fn part(&self, number: usize) -> Option<Part> {
        self.all.get(number).copied()
    }

    /// The number of a part, to start its tasks with (`Parts::start`); none where it was not built.
    pub fn number(&self, part: Part) -> Option<usize> {
        self.all.iter().position(|own| *own == part)
    }

    /// The parts that are stopped when the process is asked to end, one after the other.
    pub fn order(&self) -> Vec<usize> {
        let is_stopped = |part: &Part| match self.p.stops.as_str() {
            "none" => *part == Part::Http,
            "three" => matches!(part, Part::Http | Part::Background | Part::Manager | Part::Connections),
            _ => true,
        };
        (0..self.all.len()).filter(|number| self.all.get(*number).is_some_and(is_stopped)).collect()
    }

    /// Lets a process run until `over` is, and ends it: as it was asked to before that, or else when all that has come is done, however long that takes.
    pub async fn lasts<P: Process>(&self, process: &P, over: impl Future<Output = ()>) {
        let asked = self.p.shutdown_at;
        if asked.is_zero() {
            over.await;
        } else if let Either::First(()) = select2(&self.env, self.env.sleep(asked), over).await {
            return process.shut_down(self.p.grace, self.order()).await;
        }
        self.parts.nobody_comes();
        for part in 0..self.all.len() {
            process.close(part).await;
        }
    }
}

/// Whether the server counted something.
fn has(ledger: &Ledger, trace: &Trace, what: Count) -> bool {
    ledger.find(PROCESS, trace).is_some_and(|(_, row)| row.gauge(what.gauge()) > 0)
}

pub(super) const CHECKS: [Check; 2] = [
    Check::sometimes("an answer was ready and written nowhere", |l, t| has(l, t, Count::Unwritten)),
    Check::sometimes("the process went while its parts were at work", |l, t| {
        let Some((process, row)) = l.find(PROCESS, t) else { return false };
        let left = PartState::Left.word();
        let is_left = |state: Option<TextId>| state.is_some_and(|state| t.name(state) == left);
        row.gauge(ShutdownGauges::ALL.gone) > 0 && l.members(process).any(|(_, part)| is_left(part.state))
    }),
];

#[cfg(test)]
pub(super) mod tests {
    use super::super::http::Unanswered;
    use super::super::tests::{SEEDS, run};
    use super::*;
    use crate::background_processor::{Background, Rank, Settings};
    use millrace_engine::Run;
    use millrace_parts::{Ends, WaitGroup};
    use millrace_spec::{Fidelity, FieldGroup};
    use millrace_trace::{EventKind, Fold, Outcome, StationId};
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;

    pub fn read(fidelity: Fidelity, given: &[(&str, Value)]) -> Lifetime {
        let given = |key| given.iter().find(|(own, _)| *own == key).map(|(_, value)| value.clone());
        Lifetime::read(&Values::resolve(&Lifetime::fields(), fidelity, |field| given(field.key)))
    }

    pub fn span(ms: u64) -> Value {
        Value::Span(Span::millis(ms))
    }

    /// A small backend: each request sets off a task in the background, which needs the manager.
    struct Small {
        life: Rc<Life>,
        background: Background,
        manager: Rc<Cell<bool>>,
        /// Parts in the order in which they were told to stop, and cut.
        closed: RefCell<Vec<Part>>,
    }

    impl Process for Small {
        fn parts(&self) -> &Parts {
            self.life.parts()
        }

        async fn close(&self, part: usize) {
            let Some(part) = self.life.part(part) else { return };
            self.closed.borrow_mut().push(part);
            match part {
                Part::Http => self.life.http.closes().await,
                Part::Background => self.background.stop().await,
                Part::Manager => self.manager.set(false),
                _ => {}
            }
        }

        fn cut(&self, part: usize) {
            match self.life.part(part) {
                Some(Part::Http) => self.life.http.hangs_up(),
                Some(Part::Background) => self.background.cut(),
                _ => {}
            }
        }
    }

    /// So many requests, each of which takes so long, at equal distances, from an address each or all from one.
    struct Traffic {
        many: u32,
        every: Span,
        takes: Span,
        one_address: bool,
    }

    async fn lives(
        env: Env,
        fidelity: Fidelity,
        p: Lifetime,
        traffic: Traffic,
    ) -> (Rc<Small>, Vec<Option<Unanswered>>) {
        let life = Rc::new(Life::open(&env, &p, true));
        let manager = Rc::new(Cell::new(true));
        let (inner, needed) = (env.clone(), manager.clone());
        let task = move || {
            let (env, needed) = (inner.clone(), needed.clone());
            async move {
                env.sleep(Span::millis(40)).await;
                needed.get()
            }
        };
        let does: crate::background_processor::Does = Rc::new(move |_| Box::pin(task()));
        let settings = Settings { does: Some(does), ..Settings::of(fidelity, &[("scale", Value::Word("off".into()))]) };
        let background = Background::open(&env, settings);
        background.start();
        let process = Rc::new(Small { life: life.clone(), background, manager, closed: RefCell::default() });
        let ends = Ends(process.clone());
        let told = Rc::new(RefCell::new(Vec::new()));
        let (inner, outer, log) = (process.clone(), env.clone(), told.clone());
        let all = WaitGroup::new(&env);
        let (answered, coming) = (all.clone(), all.under_way());
        let source = async move {
            for number in 0..traffic.many {
                outer.sleep(traffic.every).await;
                let (process, env, log, under_way) = (inner.clone(), outer.clone(), log.clone(), all.under_way());
                let at = inner.life.number(Part::Http).unwrap_or_default();
                process.clone().life.parts().start(at, "request", StationId::NONE, async move {
                    let job = env.job();
                    let work = async {
                        env.sleep(traffic.takes).await;
                        process.background.submit(env.job(), Rank::Low);
                    };
                    let address = if traffic.one_address { 0 } else { number };
                    let answer = process.life.http.serve(address, work).await;
                    log.borrow_mut().push(answer.err());
                    job.leave(if answer.is_ok() { Outcome::Completed } else { Outcome::Failed });
                    drop(under_way);
                });
            }
            drop(coming);
        };
        life.parts().comes("clients", env.station(), source);
        life.lasts(&*process, answered.wait()).await;
        drop(ends);
        (process, told.take())
    }

    /// How many jobs came to each end.
    fn outcomes(run: &Run, outcome: Outcome) -> usize {
        run.trace()
            .iter()
            .filter(|event| matches!(event.kind, EventKind::Left { outcome: own, .. } if own == outcome))
            .count()
    }

    fn ended(run: &Run) -> Ledger {
        let (trace, mut ledger) = (run.trace(), Ledger::new());
        trace.iter().for_each(|event| ledger.apply(event, &trace));
        ledger
    }

    const HUNDRED: Traffic =
        Traffic { many: 100, every: Span::millis(10), takes: Span::millis(25), one_address: false };

    #[test]
    fn every_part_is_stopped_before_what_it_needs_and_nothing_that_was_accepted_is_lost() {
        for seed in 0..SEEDS {
            let run = run(seed, |env| async move {
                let at = 100 + env.draw("at", 0, 0).below(1_500);
                let p = read(Fidelity::Documented, &[("shutdown-at", span(at))]);
                let (process, told) = lives(env.clone(), Fidelity::Documented, p, HUNDRED).await;
                if process.life.parts().is_asked_to_end() {
                    assert_eq!(*process.closed.borrow(), Part::ALL);
                    assert!(env.now().0 < (at + 10_000) * 1_000_000);
                }
                let statistics = process.background.statistics();
                assert_eq!((statistics.completed, statistics.failed), (statistics.queued, 0), "{seed}");
                // Each that was let in was answered.
                assert_eq!(told.iter().filter(|told| told.is_none()).count() as u64, statistics.queued);
            });
            assert_eq!((outcomes(&run, Outcome::Lost), outcomes(&run, Outcome::Cancelled)), (0, 0), "{seed}");
            assert_eq!(ended(&run).tally.in_system, 0);
        }
    }

    #[test]
    fn as_shipped_the_server_alone_is_stopped_and_what_the_others_have_goes_with_the_process() {
        let stops = |stops: &'static str| {
            let run = run(1, move |env| async move {
                let given = [("shutdown-at", span(700)), ("stops", Value::Word(stops.into()))];
                let p = read(Fidelity::Documented, &given);
                // A second of traffic sets off tasks for four: ten workers, forty milliseconds, and tokens that begin with none.
                let traffic = Traffic { every: Span::millis(2), many: 400, ..HUNDRED };
                let (process, _) = lives(env, Fidelity::Shipped, p, traffic).await;
                let closed = process.closed.borrow().clone();
                match stops {
                    "none" => assert_eq!(closed, [Part::Http]),
                    _ => assert_eq!(closed, [Part::Http, Part::Background, Part::Manager, Part::Connections]),
                }
            });
            assert_eq!(ended(&run).tally.in_system, 0);
            outcomes(&run, Outcome::Lost)
        };
        // Where the processor is stopped, its workers finish what they have in hand.
        let (none, three) = (stops("none"), stops("three"));
        assert!(three > 0 && none > three, "{none} {three}");
        assert_eq!(read(Fidelity::Shipped, &[]).stops, "none");
    }

    #[test]
    fn who_is_let_in_when_it_is_asked_to_end_is_answered_and_who_comes_then_is_turned_away() {
        run(1, |env| async move {
            let p = read(Fidelity::Documented, &[("shutdown-at", span(55))]);
            let traffic = Traffic { many: 10, takes: Span::millis(25), ..HUNDRED };
            let (process, told) = lives(env, Fidelity::Documented, p, traffic).await;
            // Those of 10 to 50 ms; the process is gone once what they set off is done.
            assert_eq!(told.iter().filter(|told| told.is_none()).count(), 5);
            let refused = told.iter().filter(|told| **told == Some(Unanswered::Refused)).count();
            assert_eq!(process.life.http.counted(Count::Refused), refused as i64);
            assert!(refused >= 1, "{told:?}");
        });
    }

    #[test]
    fn without_the_layer_its_parts_are_neither_built_nor_stopped() {
        run(1, |env| async move {
            let life = Life::open(&env, &read(Fidelity::Documented, &[]), false);
            let parts: Vec<Part> = life.order().into_iter().filter_map(|number| life.part(number)).collect();
            assert_eq!(parts, [Part::Http, Part::Sockets, Part::Limiter, Part::Background, Part::Database]);
            assert_eq!(life.number(Part::Manager), None);
            let built: Vec<Part> = Part::built(false).collect();
            assert_eq!(built, [Part::Database, Part::Background, Part::Limiter, Part::Sockets, Part::Http]);
            // The processor is built in any case, and before all that may be off.
            assert_eq!(Part::built(true).position(|part| part == Part::Background), Some(1));
        });
    }
}

//! The context: a cancellation reaches all below it and nobody above, a deadline is never later than that of the one above, and whoever gives up
//! at whatever instant leaves nothing behind.

use crate::program::{Log, Over, run, run_any};
use millrace::engine::{Env, Progress};
use millrace::parts::{Context, Ended, Scope, timeout};
use millrace::spec::{ContextGauges, ContextState};
use millrace::trace::{EventKind, Gauge, SimTime, Span};
use proptest::prelude::*;

const GAUGES: ContextGauges = ContextGauges::ALL;
const MS: Span = Span::millis(1);

const fn at(ms: u64) -> SimTime {
    SimTime(ms * 1_000_000)
}

/// Writes down when a context ended, and how.
fn watch(env: &Env, context: &Context, log: &Log<(String, SimTime, Ended)>) {
    let (inner, context, log) = (env.clone(), context.clone(), log.clone());
    let watches = async move {
        context.done().await;
        let how = context.ended().expect("it has ended");
        log.push((context.name().to_owned(), inner.now(), how));
    };
    env.spawn("watcher", watches).detach();
}

/// What `gauge` said of each station, in the order of saying.
fn said(over: &Over, gauge: Gauge) -> Vec<(String, i64)> {
    let trace = over.run.trace();
    over.pick(|event| match event.kind {
        EventKind::Gauged { station, gauge: of, value } if of == gauge => {
            let row = over.ledger.station(station)?;
            Some((trace.name(row.name).to_owned(), value))
        }
        _ => None,
    })
}

#[test]
fn a_cancellation_reaches_all_below_in_the_order_of_their_beginning_and_nobody_above_or_beside() {
    let log = Log::new();
    let seen = log.clone();
    let over = run(|env| async move {
        let root = Context::open(&env, "contexts").child("root");
        let search = root.child("search");
        let price = root.child("price");
        let stock = search.child("stock");
        let shelf = stock.child("shelf");
        let depot = search.child("depot");
        for one in [&depot, &shelf, &stock, &price, &search, &root] {
            watch(&env, one, &seen);
        }
        env.sleep(MS).await;
        search.cancel();
        search.cancel();
        env.sleep(MS).await;
        assert_eq!((root.ended(), price.ended()), (None, None));
        assert_eq!(search.child("late").ended(), Some(Ended::Canceled), "who comes after it is cancelled at once");
        drop(price);
        drop(root);
        env.sleep(MS).await;
    });
    let how = |name: &str, ms, how| (name.to_owned(), at(ms), how);
    let told = log.all();
    assert_eq!(
        told[..4],
        [("search", 1), ("stock", 1), ("shelf", 1), ("depot", 1)].map(|(name, ms)| how(name, ms, Ended::Canceled))
    );
    assert_eq!(told[4..], [how("price", 2, Ended::Done), how("root", 2, Ended::Done)]);
    let order = said(&over, GAUGES.order);
    let expected = [("search", 1), ("stock", 2), ("shelf", 3), ("depot", 4), ("late", 1)];
    assert_eq!(order, expected.map(|(name, place)| (name.to_owned(), place)));
}

#[test]
fn a_childs_deadline_is_never_later_than_that_of_the_one_above_and_both_end_then() {
    let log = Log::new();
    let seen = log.clone();
    run(|env| async move {
        let root = Context::background(&env).child("root");
        let search = root.with_timeout("search", Span::millis(300));
        let stock = search.with_timeout("stock", Span::millis(500));
        let price = search.with_timeout("price", Span::millis(80));
        let deadlines = [&root, &search, &stock, &price].map(|one| one.deadline());
        assert_eq!(deadlines, [None, Some(at(300)), Some(at(300)), Some(at(80))]);
        for one in [&root, &search, &stock, &price] {
            watch(&env, one, &seen);
        }
        env.sleep(Span::millis(600)).await;
        assert_eq!(root.ended(), None, "a deadline does not go upward");
        drop(root);
        env.sleep(MS).await;
    });
    let how = |name: &str, ms, how| (name.to_owned(), at(ms), how);
    assert_eq!(
        log.all(),
        [
            how("price", 80, Ended::DeadlineExceeded),
            how("search", 300, Ended::DeadlineExceeded),
            how("stock", 300, Ended::DeadlineExceeded),
            how("root", 600, Ended::Done),
        ]
    );
}

#[test]
fn what_is_done_at_the_instant_of_the_deadline_is_in_time_and_what_is_later_is_given_up() {
    run(|env| async move {
        let root = Context::background(&env);
        for (takes, is) in [(10, Some(())), (11, None)] {
            let own = root.with_timeout("own", Span::millis(10));
            assert_eq!(own.guard(env.sleep(Span::millis(takes))).await, is, "{takes} ms");
        }
        assert_eq!(env.now(), at(20), "nobody waits longer than the context lasts");
    });
}

#[test]
fn a_scope_that_is_forgotten_is_named_with_its_line_until_its_parent_ends() {
    let over = run(|env| async move {
        let root = Context::open(&env, "contexts").child("root");
        let (line, forgotten) = (line!(), root.child("forgotten"));
        let below = forgotten.child("below");
        forgotten.forget();
        let leaks = root.leaks();
        assert_eq!(
            leaks.iter().map(|leak| (leak.name.as_str(), leak.site.line())).collect::<Vec<_>>(),
            [("forgotten", line)]
        );
        assert!(leaks[0].site.file().ends_with("context.rs"));
        drop(below);
        assert_eq!(root.open_below(), (1, 0), "nobody ends it");
        root.cancel();
        assert!(root.leaks().is_empty());
        assert_eq!(root.open_below(), (0, 0));
    });
    let trace = over.run.trace();
    let states = over.pick(|event| match event.kind {
        EventKind::Stated { state, .. } => Some(trace.name(state).to_owned()),
        _ => None,
    });
    assert!(states.contains(&ContextState::Leaked.word().to_owned()), "{states:?}");
}

#[test]
fn a_scope_that_is_forgotten_ends_with_its_timer_although_nobody_has_it_any_more() {
    let log = Log::new();
    let seen = log.clone();
    let over = run(|env| async move {
        let root = Context::open(&env, "contexts").child("root");
        let one = root.with_timeout("below", Span::millis(5));
        watch(&env, &one, &seen);
        one.forget();
        // Nobody waits for it, and it is below nobody.
        root.detached("detached", Span::millis(7)).forget();
        env.sleep(Span::millis(10)).await;
        assert!(root.leaks().is_empty());
    });
    assert_eq!(log.all(), [("below".to_owned(), at(5), Ended::DeadlineExceeded)]);
    let trace = over.run.trace();
    let ended = over.pick(|event| match event.kind {
        EventKind::Stated { state, .. } if trace.name(state) == Ended::DeadlineExceeded.word() => Some(event.at),
        _ => None,
    });
    assert_eq!(ended, [at(5), at(7)]);
}

#[test]
fn a_detached_context_hears_of_no_cancellation_and_has_a_deadline_of_its_own() {
    let over = run(|env| async move {
        let request = Context::open(&env, "contexts").with_timeout("request", Span::millis(10));
        env.sleep(Span::millis(5)).await;
        request.cancel();
        request.closing();
        let clean = request.detached("clean up", Span::millis(20));
        assert_eq!((clean.ended(), clean.deadline()), (None, Some(at(25))));
        assert_eq!(clean.guard(env.sleep(Span::millis(8))).await, Some(()));
        assert_eq!(clean.guard(env.sleep(Span::millis(13))).await, None);
        assert_eq!((env.now(), clean.ended()), (at(25), Some(Ended::DeadlineExceeded)));
    });
    assert_eq!(said(&over, GAUGES.detached), [("clean up".to_owned(), 1)]);
    assert_eq!(said(&over, GAUGES.closing), [("request".to_owned(), 1)]);
}

#[test]
fn work_that_does_not_look_at_its_context_goes_on_and_who_waits_for_the_background_waits_for_ever() {
    run(|env| async move {
        let own = Context::background(&env).with_timeout("own", MS);
        env.sleep(Span::millis(50)).await;
        assert_eq!((env.now(), own.ended()), (at(50), Some(Ended::DeadlineExceeded)));
    });
    let over = run_any(|env| async move { Context::background(&env).done().await });
    assert!(matches!(over.progress, Progress::Deadlock(_)), "{:?}", over.progress);
}

/// What somebody does to a tree. Numbers are taken by turns among those there are.
#[derive(Clone, Copy, Debug)]
enum Step {
    Begin { below: usize, timeout: Option<u64> },
    Cancel(usize),
    Drop(usize),
    Pass(u64),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any::<usize>(), proptest::option::of(0..30_u64)).prop_map(|(below, timeout)| Step::Begin { below, timeout }),
        1 => any::<usize>().prop_map(Step::Cancel),
        1 => any::<usize>().prop_map(Step::Drop),
        3 => (1..12_u64).prop_map(Step::Pass),
    ]
}

/// The tree as a table, in milliseconds: what a context should be, without any of its machinery.
#[derive(Default)]
struct Model {
    now: u64,
    rows: Vec<Row>,
}

/// A context in the table.
struct Row {
    parent: Option<usize>,
    deadline: Option<u64>,
    end: Option<(u64, Ended)>,
}

impl Model {
    fn begin(&mut self, parent: Option<usize>, timeout: Option<u64>) {
        let (above, end) = parent.map_or((None, None), |parent| (self.rows[parent].deadline, self.rows[parent].end));
        let own = timeout.map(|ms| self.now + ms);
        let deadline = own.into_iter().chain(above).min();
        let below = |how| if how == Ended::Done { Ended::Canceled } else { how };
        self.rows.push(Row { parent, deadline, end: end.map(|(_, how)| (self.now, below(how))) });
    }

    fn end(&mut self, number: usize, how: Ended) {
        if self.rows[number].end.is_none() {
            self.rows[number].end = Some((self.now, how));
            let below = if how == Ended::Done { Ended::Canceled } else { how };
            for child in 0..self.rows.len() {
                if self.rows[child].parent == Some(number) {
                    self.end(child, below);
                }
            }
        }
    }

    /// What is done at an instant comes before the deadlines of it.
    fn pass(&mut self, ms: u64) {
        let until = self.now + ms;
        for now in self.now..until {
            self.now = now;
            for number in 0..self.rows.len() {
                if self.rows[number].deadline.is_some_and(|deadline| deadline <= now) {
                    self.end(number, Ended::DeadlineExceeded);
                }
            }
        }
        self.now = until;
    }

    fn open(&self) -> usize {
        self.rows.iter().filter(|row| row.end.is_none()).count()
    }
}

/// A context that lives for a time, with another below it, and gives up at some instant.
#[derive(Clone, Copy, Debug)]
struct Life {
    comes: u64,
    lasts: u64,
    works: u64,
    patience: u64,
    forgets: bool,
}

fn any_life() -> impl Strategy<Value = Life> {
    (0..20_u64, 0..15_u64, 0..15_u64, 1..20_u64, proptest::bool::weighted(0.2))
        .prop_map(|(comes, lasts, works, patience, forgets)| Life { comes, lasts, works, patience, forgets })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn over_random_trees_each_ends_when_and_as_it_does_in_the_model(steps in proptest::collection::vec(any_step(), 1..60)) {
        let over = run(move |env| async move {
            let above = Context::open(&env, "contexts");
            let log = Log::new();
            let mut model = Model::default();
            let (mut scopes, mut contexts): (Vec<Option<Scope>>, Vec<Context>) = (Vec::new(), Vec::new());
            for step in steps {
                let there = contexts.len();
                match step {
                    Step::Begin { below, timeout } => {
                        let below = (below % (there + 1)).checked_sub(1);
                        let parent = below.map_or(&above, |below| &contexts[below]);
                        let name = there.to_string();
                        let scope = match timeout {
                            Some(ms) => parent.with_timeout(&name, Span::millis(ms)),
                            None => parent.child(&name),
                        };
                        watch(&env, &scope, &log);
                        contexts.push(scope.clone());
                        scopes.push(Some(scope));
                        model.begin(below, timeout);
                    }
                    Step::Cancel(number) if there > 0 => {
                        contexts[number % there].cancel();
                        model.end(number % there, Ended::Canceled);
                    }
                    Step::Drop(number) if there > 0 => {
                        scopes[number % there] = None;
                        model.end(number % there, Ended::Done);
                    }
                    Step::Cancel(_) | Step::Drop(_) => {}
                    Step::Pass(ms) => {
                        env.sleep(Span::millis(ms)).await;
                        model.pass(ms);
                    }
                }
                assert_eq!(above.open_below().0, model.open());
                for (context, Row { parent, deadline, end }) in contexts.iter().zip(&model.rows) {
                    assert_eq!(context.ended(), end.map(|(_, how)| how), "{}", context.name());
                    assert_eq!(context.deadline(), deadline.map(at), "{}", context.name());
                    let limit = parent.and_then(|parent| contexts[parent].deadline());
                    assert!(limit.is_none_or(|limit| context.deadline().is_some_and(|own| own <= limit)));
                }
            }
            drop(scopes);
            assert_eq!(above.open_below().0, 0);
            // A context whose scope was dropped at the end ends after those of the model.
            let before: Vec<_> = model.rows.iter().map(|row| row.end).collect();
            env.sleep(Span::secs(1)).await;
            assert_eq!(above.open_below(), (0, 0), "somebody waits for what is over");
            let mut told = log.all();
            told.sort_by_key(|(name, _, _)| name.parse::<usize>().unwrap_or(usize::MAX));
            assert_eq!(told.len(), before.len(), "each ends once");
            for ((name, when, how), end) in told.iter().zip(before) {
                if let Some((ms, expected)) = end {
                    assert_eq!((*when, *how), (at(ms), expected), "{name}");
                }
            }
        });
        prop_assert_eq!(over.ledger.find("contexts", &over.run.trace()).map(|(_, row)| row.tasks_live), Some(0), "a timer goes on");
    }

    /// Whoever gives up at whatever instant, in whatever order: no context stays open, no timer goes on, nobody is still waiting.
    #[test]
    fn whoever_gives_up_at_whatever_instant_leaves_no_context_no_timer_and_no_waiter(
        lives in proptest::collection::vec(any_life(), 1..16),
        cancelled in proptest::option::of(0..30_u64),
    ) {
        let over = run(move |env| async move {
            let root = Context::open(&env, "contexts").child("root");
            let mut tasks = Vec::new();
            for life in lives {
                let (inner, root) = (env.clone(), root.clone());
                tasks.push(env.spawn("life", async move {
                    inner.sleep(Span::millis(life.comes)).await;
                    let lives = async {
                        let own = root.with_timeout("own", Span::millis(life.lasts));
                        let below = own.child("below");
                        let _ = below.guard(inner.sleep(Span::millis(life.works))).await;
                        if life.forgets {
                            own.forget();
                        }
                        below.done().await;
                    };
                    // Given up while it works, while it waits for the end, or not at all.
                    let _ = timeout(&inner, Span::millis(life.patience), lives).await;
                }));
            }
            if let Some(ms) = cancelled {
                env.sleep(Span::millis(ms)).await;
                // A task that is dropped, and a tree that is cancelled, at one instant.
                drop(tasks.pop());
                root.cancel();
            }
            for task in tasks {
                task.join().await;
            }
            // Those that were forgotten end with their timers.
            env.sleep(Span::millis(40)).await;
            assert_eq!(root.open_below(), (0, 0));
        });
        prop_assert_eq!(over.ledger.find("contexts", &over.run.trace()).map(|(_, row)| row.tasks_live), Some(0), "a timer goes on");
    }
}

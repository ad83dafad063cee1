//! Graceful degradation: what becomes of each request against a model written out here, what is gained, who is shed first, and that whoever is counted is there.

use crate::program::{Log, finish, follow, run, setup, start_pattern, values};
use crate::promises;
use millrace::engine::{Attempt, Env, Seed, Setup, Upstream};
use millrace::export::Report;
use millrace::parts::{Degradation, DegradationSettings};
use millrace::patterns;
use millrace::session::link;
use millrace::spec::{Fidelity, Priority};
use millrace::trace::{Answer, Outcome, Span};
use serde_json::json;
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

fn report(link: &str) -> Report {
    Report::of(&follow(link), Vec::new(), 0)
}

/// What became of a class: served in full, degraded, shed.
fn fates(report: &Report, class: &str) -> [u64; 3] {
    ["served", "degraded", "shed"].map(|fate| report.detail["by_class"][class][fate].as_u64().expect("a count"))
}

/// The modes: when, and which.
fn modes(report: &Report) -> Vec<(u64, String)> {
    let list = report.detail["modes"].as_array().expect("modes").iter();
    list.map(|pair| (pair[0].as_u64().expect("a time"), pair[1].as_str().expect("a mode").to_owned())).collect()
}

#[test]
fn whoever_comes_is_served_in_full_below_the_threshold_less_from_there_on_and_not_at_all_at_the_limit() {
    let of = |more: &str| report(&format!("degradation?service=constant&classes=normal:1&{more}"));
    let over = of("script=*250@0s");
    assert_eq!(fates(&over, "normal"), [160, 40, 50]);
    assert_eq!((over.requests.completed, over.requests.rejected), (200, 50));
    // The 161st is the first; what was begun in full is ended in full.
    assert_eq!(fates(&of("script=*160@0s"), "normal"), [160, 0, 0]);
    assert_eq!(fates(&of("script=*161@0s"), "normal"), [160, 1, 0]);
    let over = of("script=*161@0s;@19ms;@21ms");
    assert_eq!((fates(&over, "normal"), over.virtual_ns), ([161, 2, 0], 41_000_000));
    assert_eq!(modes(&over), [(0, "normal".into()), (0, "degraded".into()), (20_000_000, "normal".into())]);
    // Without an order whoever comes is told by the count alone.
    let over = of("script=low*165@0s;high*40@0s&shed=none");
    assert_eq!([fates(&over, "low"), fates(&over, "high")], [[160, 5, 0], [0, 35, 5]]);
}

#[test]
fn the_threshold_is_the_limit_times_the_argument_by_a_hundred_and_the_argument_shipped_puts_it_above() {
    // What was passed was 0.8 × the limit, where a percentage was wanted: right for 100 alone.
    for (max, threshold) in [(50, 20), (100, 80), (125, 125), (150, 180), (200, 320)] {
        let settings = DegradationSettings { max, degrade: max * 8 / 10, recover: max * 8 / 10, low_first: false };
        assert_eq!((settings.degrades_from(), settings.is_ever_degraded()), (threshold, threshold < max.into()));
    }
    for seed in 0..200 {
        for more in ["", "&preset=above-the-limit&step-at=0s"] {
            let over = report(&format!("degradation?fidelity=shipped&requests=600&seed=s{seed}{more}"));
            assert_eq!(modes(&over), [(0, "normal".into())], "{seed} {more}");
            assert!(["high", "normal", "low"].iter().all(|class| fates(&over, class)[1] == 0), "{seed} {more}");
        }
    }
    // Where it is reached, the code there says so and serves in full all the same.
    let over = report("degradation?fidelity=shipped&degrade=80&service=constant&script=*200@0s");
    let degraded: u64 = ["high", "normal", "low"].iter().map(|class| fates(&over, class)[1]).sum();
    assert_eq!((degraded, over.requests.rejected, over.virtual_ns), (40, 0, 20_000_000));
}

#[test]
fn a_threshold_at_the_limit_is_never_reached_and_one_at_nothing_always_is() {
    for degrade in [100, 101, 10_000] {
        let over = report(&format!("degradation?degrade={degrade}&script=*300@0s&classes=high:1"));
        assert_eq!((modes(&over).len(), fates(&over, "high")), (1, [200, 0, 100]));
    }
    let over = report("degradation?degrade=0&script=*3@0s;@1s&classes=high:1");
    assert_eq!((modes(&over), fates(&over, "high")), (vec![(0, "degraded".into())], [0, 4, 0]));
    let help = |key: &str| {
        (patterns::find("degradation").expect("it").fields)().into_iter().find(|f| f.key == key).expect("a field").help
    };
    assert!(help("degrade").contains("From 100 on that is never reached"), "{}", help("degrade"));
}

/// What becomes of requests by the rules, worked out without a program: those that come, in order, each with its class.
struct Model {
    settings: DegradationSettings,
    /// Who is under way: until when, which class, whether served less, and in which order they came.
    under_way: Vec<(u64, Priority, bool, usize)>,
    degraded: bool,
    modes: Vec<(u64, String)>,
    fates: [[u64; 3]; 3],
}

impl Model {
    fn settle(&mut self, at: u64) {
        let (n, max) = (self.under_way.len() as u64, u64::from(self.settings.max));
        let of = |percent: u32| max * u64::from(percent) / 100;
        let from = of(self.settings.degrade);
        let below = of(self.settings.recover).max(from.min(1));
        let now = if self.degraded { n >= below } else { from < max && n >= from };
        if now != self.degraded || self.modes.is_empty() {
            self.degraded = now;
            self.modes.push((at, if now { "degraded" } else { "normal" }.to_owned()));
        }
    }

    fn leave_until(&mut self, at: u64) {
        self.under_way.sort_by_key(|(until, .., order)| (*until, *order));
        while self.under_way.first().is_some_and(|(until, ..)| *until <= at) {
            let (until, class, less, _) = self.under_way.remove(0);
            self.fates[class.place()][usize::from(less)] += 1;
            self.settle(until);
        }
    }

    fn come(&mut self, at: u64, class: Priority, order: usize) {
        self.leave_until(at);
        let low_first = self.settings.low_first;
        let full = self.under_way.len() >= self.settings.max as usize;
        let lower = self.under_way.iter().enumerate().filter(|(_, (_, other, less, _))| *less && *other < class);
        let gives_way = lower.min_by_key(|(_, (_, other, _, order))| (*other, usize::MAX - order)).map(|(at, _)| at);
        if low_first && self.degraded && class == Priority::Low {
            self.fates[class.place()][2] += 1;
            return;
        }
        match gives_way.filter(|_| full && low_first) {
            Some(at) => {
                let (_, other, ..) = self.under_way.remove(at);
                self.fates[other.place()][2] += 1;
            }
            None if full => {
                self.fates[class.place()][2] += 1;
                return;
            }
            None => {}
        }
        let takes = if self.degraded { 5_000_000 } else { 20_000_000 };
        self.under_way.push((at + takes, class, self.degraded, order));
        self.settle(at);
    }
}

#[test]
fn every_request_fares_as_the_rules_say_on_random_traffic() {
    for round in 0..120 {
        let mut dice = Seed::from_word("degradation").draw("model", round, 0);
        let degrade = dice.below(120) as u32;
        let settings = DegradationSettings {
            max: 1 + dice.below(30) as u32,
            degrade,
            recover: if dice.chance(0.5) { degrade } else { dice.below(u64::from(degrade) + 1) as u32 },
            low_first: dice.chance(0.6),
        };
        let mut model =
            Model { settings, under_way: Vec::new(), degraded: false, modes: Vec::new(), fates: [[0; 3]; 3] };
        model.settle(0);
        let (mut at, mut script) = (0, Vec::new());
        for order in 0..400 {
            // Nobody comes at the instant at which another leaves.
            at += 1_000 * dice.below(1_500) + 1;
            let class = Priority::ALL[dice.below(3) as usize];
            script.push(format!("{}@{at}ns", class.id()));
            model.come(at, class, order);
        }
        model.leave_until(u64::MAX);
        let DegradationSettings { max, degrade, recover, low_first } = settings;
        let shed = if low_first { "low-first" } else { "none" };
        let keys = format!("max={max}&degrade={degrade}&recover={recover}&shed={shed}&service=constant");
        let over = report(&format!("degradation?{keys}&script={}", script.join(";")));
        let found = Priority::ALL.map(|class| fates(&over, class.id()));
        assert_eq!((found, modes(&over)), (model.fates, model.modes), "round {round}: {keys}");
    }
}

#[test]
fn with_degradation_more_is_answered_and_sooner_than_without() {
    for seed in 0..20 {
        let of = |more: &str| report(&format!("degradation?preset=rush&seed=s{seed}{more}"));
        let (with, without) = (of(""), of("&degrade=100"));
        let p50 = |report: &Report| report.latency_ns.as_ref().expect("calls").p50.0;
        // 2,500 a second come for three quarters of the time, and in full 2,000 can be served.
        assert!(
            with.requests.completed * 100 > without.requests.completed * 108,
            "{seed}: {} and {}",
            with.requests.completed,
            without.requests.completed
        );
        assert!(with.goodput_per_s > without.goodput_per_s * 1.08, "{seed}");
        assert!(p50(&with) * 4 < p50(&without) * 3, "{seed}: {} and {}", p50(&with), p50(&without));
        assert_eq!((fates(&with, "high")[2], fates(&without, "high")[2] > 0), (0, true), "{seed}");
    }
}

#[test]
fn under_overload_low_ones_are_shed_first_and_no_high_one_is() {
    for seed in 0..20 {
        let of = |more: &str| report(&format!("degradation?preset=low-first&requests=8000&seed=s{seed}{more}"));
        let (order, chance) = (of(""), of("&shed=none"));
        let share = |report: &Report, class: &str| {
            let all = fates(report, class);
            all[2] as f64 / all.iter().sum::<u64>() as f64
        };
        let [high, normal, low] = ["high", "normal", "low"].map(|class| share(&order, class));
        assert!(high == 0.0 && normal < 0.5 && low > 0.9, "{seed}: {high} {normal} {low}");
        for class in ["high", "normal", "low"] {
            assert!((0.2..0.45).contains(&share(&chance, class)), "{seed}: {class} {}", share(&chance, class));
        }
        assert!(order.detail["displaced"].as_u64() > Some(0) && chance.detail["displaced"] == 0, "{seed}");
        // Whoever makes room has cost little by then: as many are answered as without an order, or hardly less.
        assert!(order.requests.completed * 100 > chance.requests.completed * 97, "{seed}");
    }
}

#[test]
fn with_a_second_threshold_the_mode_changes_a_third_as_often_or_less() {
    for seed in 0..20 {
        let of = |more: &str| modes(&report(&format!("degradation?preset=band&seed=s{seed}{more}"))).len();
        let (band, one) = (of(""), of("&recover=80"));
        assert!(band * 3 < one, "{seed}: {band} and {one}");
    }
}

#[test]
fn where_nobody_says_otherwise_it_recovers_where_it_degrades() {
    let recover = |link: &str| link::decode(link).expect("a link").scenario.values().count("recover");
    assert_eq!(
        [recover("#/degradation"), recover("#/degradation?degrade=50"), recover("#/degradation?fidelity=shipped")],
        [80, 50, 160]
    );
}

#[test]
fn what_cannot_stand_is_told_at_its_field() {
    let notices = |link: &str| link::decode(link).expect("a link").notices;
    for (link, says) in [
        (
            "#/degradation?classes=high:1,vip:2",
            "classes: class 2, at character 8: \"vip\" is none of high, normal, low",
        ),
        ("#/degradation?classes=high:0,low:0", "classes: at character 1: all weights are 0"),
        ("#/degradation?classes=low:1,low:2", "classes: class 2, at character 7: low is there twice"),
        ("#/degradation?classes=low:many", "classes: class 1, at character 1: "),
        ("#/degradation?script=high@0s;vip*2@1s", "script: entry 2, at character 9: \"vip\" is none of"),
        ("#/degradation?recover=90", "recover: it would recover at 90 %, above the 80 % at which it degrades"),
    ] {
        let said = notices(link);
        assert!(said.len() == 1 && said[0].starts_with(says), "{link}: {said:?}");
    }
    assert_eq!(notices("#/degradation?recover=90&degrade=95&classes=low:1"), Vec::<String>::new());
}

#[test]
fn whoever_is_cancelled_wherever_it_is_gives_its_place_back_and_nobody_else_s() {
    for round in 0..200 {
        let mut dice = Seed::from_word("degradation").draw("cancel", round, 0);
        let settings = DegradationSettings {
            max: 2 + dice.below(6) as u32,
            degrade: dice.below(110) as u32,
            recover: dice.below(60) as u32,
            low_first: dice.chance(0.8),
        };
        run(|env| async move {
            let gate = Degradation::open(&env, "service", settings);
            let (there, mut tasks) = (Rc::new(Cell::new(0_u64)), Vec::new());
            for _ in 0..80 {
                let (own, gate, inside) = (env.clone(), gate.clone(), there.clone());
                let (class, takes) = (Priority::ALL[dice.below(3) as usize], Span::millis(dice.below(60)));
                let asks = gate.clone();
                tasks.push(env.spawn("caller", async move {
                    struct There(Rc<Cell<u64>>);
                    impl Drop for There {
                        fn drop(&mut self) {
                            self.0.set(self.0.get() - 1);
                        }
                    }
                    let job = own.job();
                    let Ok(place) = asks.admit(class) else { return job.leave(Outcome::Rejected) };
                    inside.set(inside.get() + 1);
                    let here = There(inside.clone());
                    let done = place.unless_displaced(own.sleep(takes)).await;
                    assert!(
                        done.is_some() || place.is_less() && class != Priority::High,
                        "only who is served less makes room"
                    );
                    drop((place, here));
                    job.leave(if done.is_some() { Outcome::Completed } else { Outcome::Rejected });
                }));
                env.sleep(Span::millis(dice.below(12))).await;
                assert_eq!(gate.under_way(), there.get());
                assert!(there.get() <= settings.max.into());
                if dice.chance(0.4) {
                    drop(tasks.remove(dice.below(tasks.len() as u64) as usize));
                    assert_eq!(gate.under_way(), there.get());
                }
            }
            for task in tasks {
                task.await;
            }
            assert_eq!((gate.under_way(), there.get()), (0, 0));
            assert_eq!(gate.is_degraded(), settings.degrades_from() == 0);
        });
    }
}

/// A real endpoint: every call is a request, and takes as long.
struct Endpoint(Log<u64>);

impl Upstream for Endpoint {
    fn has_room(&self) -> bool {
        true
    }

    fn call(&self, env: &Env, attempt: Attempt) -> Pin<Box<dyn Future<Output = Answer>>> {
        self.0.push(attempt.job.0.into());
        let env = env.clone();
        Box::pin(async move {
            env.sleep(Span::millis(30)).await;
            Answer::Status(200)
        })
    }
}

#[test]
fn a_real_endpoint_is_called_for_whoever_is_let_in_served_less_or_not() {
    let pattern = patterns::find("degradation").expect("the pattern");
    let given = [("max", "10"), ("script", "normal*12@0s;high*2@1ms")];
    let values = values(pattern, Fidelity::Documented, None, &given);
    let called = Log::new();
    let setup = Setup { endpoint: Some(Rc::new(Endpoint(called.clone()))), ..setup() };
    let over = finish(start_pattern(setup, pattern, Fidelity::Documented, &values));
    // Eight in full and two less; two are refused, and two high ones take the places of the two, whose requests are aborted.
    assert_eq!((called.all().len(), over.nanos()), (12, 31_000_000));
    let count = |outcome| over.ledger.tally.count(outcome);
    assert_eq!((count(Outcome::Completed), count(Outcome::Rejected)), (10, 4));
    let aborted = over.pick(|event| match event.kind {
        millrace::trace::EventKind::Answered { answer: Answer::Cancelled, .. } => Some(event.at.0),
        _ => None,
    });
    assert_eq!(aborted, [1_000_000; 2]);
}

#[test]
fn the_report_has_each_change_of_mode_and_what_became_of_each_class() {
    let over = report("degradation?max=10&service=constant&script=high@0s;normal*8@0s;low*2@0s");
    assert_eq!(over.detail["modes"], json!([[0, "normal"], [0, "degraded"], [20_000_000, "normal"]]));
    let class = |served: u64, degraded: u64, shed: u64| json!({ "served": served, "degraded": degraded, "shed": shed });
    assert_eq!(
        over.detail["by_class"],
        json!({ "high": class(1, 0, 0), "normal": class(7, 1, 0), "low": class(0, 0, 2) })
    );
    for seed in 0..50 {
        let over = report(&format!(
            "degradation?requests=900&errors=0.1&timeout=30ms&x=5000000~0~fault~slow-server~4&seed=s{seed}"
        ));
        let all: u64 = ["high", "normal", "low"].iter().flat_map(|class| fates(&over, class)).sum();
        assert_eq!((all, over.requests.offered), (900, 900), "{seed}");
    }
}

#[test]
fn what_each_scenario_promises_holds_on_two_hundred_seeds() {
    let points = [
        ("", "somebody who matters more took the place of somebody who matters less"),
        ("rush", "low ones were shed and nobody else, while others were served less"),
        ("low-first", "somebody who matters more took the place of somebody who matters less"),
        ("band", "it was still degraded with fewer under way than it took to become so"),
        ("above-the-limit", "nobody was served less and somebody was refused"),
    ];
    // The rush at once: its point is the same, and seen sooner.
    promises::hold_with("degradation", &points, |id| {
        let rush = matches!(id, "rush" | "band" | "above-the-limit");
        if rush { "requests=1500&step-at=0s&to=3000" } else { "requests=1000" }.to_owned()
    });
}

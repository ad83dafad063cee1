//! The pool manager: a plain loop that does what its code and its document say agrees on every size and every alert; what each scenario is about is
//! there as shipped and not as documented; a day of it takes no more memory than an hour.

use crate::coordination::{detail, given_up_leaves_nothing};
use crate::pool::{PHONE, WIDE, seen, stays_on_canvas};
use crate::program::{follow, follow_scenario};
use millrace::analysis::{Budget, History};
use millrace::patterns::find;
use millrace::session::{Keep, Scenario, Session};
use millrace::spec::CheckKind;
use millrace::trace::SimTime;
use millrace::view::{Picture, scene::items, text};
use proptest::prelude::*;
use serde_json::{Map, Value as Json};

const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;

/// What a run of the manager reports: when it had which size and why, and when it warned of what.
type Told = (Vec<(u64, u64, String)>, Vec<(u64, String)>);

fn told(detail: &Map<String, Json>) -> Told {
    let list = |key: &str| detail[key].as_array().expect("a list").clone();
    let number = |of: &Json| of.as_u64().expect("a number");
    let word = |of: &Json| of.as_str().expect("a word").to_owned();
    let sizes = list("sizes").iter().map(|entry| (number(&entry[0]), number(&entry[1]), word(&entry[2]))).collect();
    (sizes, list("alerts").iter().map(|entry| (number(&entry[0]), word(&entry[1]))).collect())
}

/// The parameters of a run, in seconds.
#[derive(Clone, Debug)]
struct Given {
    cpus: u64,
    ends: (u64, u64),
    step: u64,
    thresholds: (f64, f64),
    interval: u64,
    cool_down: u64,
    load: Vec<(u64, u64)>,
    run_for: u64,
    is_shipped: bool,
}

impl Given {
    /// Without a lifetime: where a connection that is passed on turns out to be too old, another is opened for whoever waits, and counts as in use until it is known
    /// that nobody does any more.
    fn link(&self) -> String {
        let load: Vec<String> = self.load.iter().map(|(at, n)| format!("{n}@{at}s")).collect();
        let Given { cpus, ends: (min, max), step, thresholds: (up, down), interval, cool_down, run_for, .. } = self;
        let fidelity = if self.is_shipped { "shipped" } else { "documented" };
        format!(
            "pool-manager?fidelity={fidelity}&load={}&cpus={cpus}&min={min}&max={max}&step={step}&up={up}&down={down}&interval={interval}s\
             &cool-down={cool_down}s&run-for={run_for}s&lifetime=0s",
            load.join(";")
        )
    }

    /// The loop of the reference, over connections that are counted and never opened.
    fn model(&self) -> Told {
        let mut size = (4 * self.cpus).clamp(20, 100);
        let (mut wanted, mut now) = (0_u64, 0_u64);
        let (mut waits, mut waited) = (0_u64, 0_u64);
        let (mut waits_before, mut waited_before) = (0_u64, 0_u64);
        let (mut samples, mut stepped): (Vec<f64>, Option<u64>) = (Vec::new(), None);
        let (mut sizes, mut alerts) = (vec![(0, size, "initial".to_owned())], Vec::new());
        // In the order of time; of those at one instant the last is in force.
        let mut load = self.load.clone();
        load.sort_by_key(|(at, _)| *at);
        let load: Vec<(u64, u64)> = load
            .iter()
            .enumerate()
            .filter(|(index, (at, _))| load.get(index + 1).is_none_or(|(next, _)| next > at))
            .map(|(_, entry)| *entry)
            .collect();
        let mut load = load.into_iter().peekable();
        for tick in (1..).map(|n| n * self.interval).take_while(|at| *at <= self.run_for) {
            while let Some((at, n)) = load.next_if(|(at, _)| *at <= tick) {
                waited += wanted.saturating_sub(size) * (at - now);
                waits += n.saturating_sub(size.max(wanted));
                (wanted, now) = (n, at);
            }
            waited += wanted.saturating_sub(size) * (tick - now);
            now = tick;
            let used = wanted.min(size) as f64 / size as f64 * 100.0;
            samples.push(used);
            let last = &samples[samples.len().saturating_sub(10)..];
            let mean = last.iter().sum::<f64>() / last.len() as f64;
            let before = size;
            if stepped.is_none_or(|at| tick - at >= self.cool_down) {
                if mean > self.thresholds.0 && size < self.ends.1 {
                    size = (size + self.step).min(self.ends.1);
                } else if mean < self.thresholds.1 && size > self.ends.0 {
                    size = size.saturating_sub(self.step).max(self.ends.0);
                }
            }
            if size != before {
                stepped = Some(tick);
                let why = if size > before { "high_usage" } else { "low_usage" };
                sizes.push((tick * SECOND, size, why.to_owned()));
            }
            let (count, time) =
                if self.is_shipped { (waits, waited) } else { (waits - waits_before, waited - waited_before) };
            (waits_before, waited_before) = (waits, waited);
            for (what, is_over) in [("usage", used > 90.0), ("wait_duration", time > 5), ("wait_count", count > 100)] {
                if is_over {
                    alerts.push((tick * SECOND, what.to_owned()));
                }
            }
            // Who found none asks again.
            waits += wanted.saturating_sub(size);
        }
        (sizes, alerts)
    }
}

fn given() -> impl Strategy<Value = Given> {
    let thresholds = prop_oneof![
        1 => Just((0.8, 0.3)),
        1 => Just((80.0, 30.0)),
        2 => (1..1_000_u32, 0..1_000_u32).prop_map(|(up, down)| (f64::from(up) / 10.0, f64::from(down.min(up)) / 10.0)),
    ];
    let cool_down = prop_oneof![Just(0_u64), Just(120), 1..300_u64];
    // Often at an instant at which the manager looks.
    let at = prop_oneof![0..1_200_u64, (0..40_u64).prop_map(|n| n * 30)];
    let load = proptest::collection::vec((at, 0..120_u64), 0..9);
    let interval = prop_oneof![Just(30_u64), 7..60_u64];
    (
        (1..30_u64, 1..60_u64, 0..120_u64, 1..30_u64),
        (thresholds, interval, cool_down),
        (load, 100..1_300_u64, any::<bool>()),
    )
        .prop_map(|((cpus, min, more, step), (thresholds, interval, cool_down), (load, run_for, is_shipped))| {
            Given { cpus, ends: (min, min + more), step, thresholds, interval, cool_down, load, run_for, is_shipped }
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// In whatever order those are polled that are ready at one instant, too.
    #[test]
    fn a_plain_loop_agrees_on_every_size_and_every_alert(given in given(), schedule in prop_oneof![Just(None), (1..1_000_u32).prop_map(Some)]) {
        let mut scenario = Scenario::read(&given.link()).expect("a good link").scenario;
        scenario.schedule = schedule.map(Into::into);
        let session = follow_scenario(scenario);
        let detail = session.history().detail().expect("it reports something of its own").report();
        let (sizes, alerts) = told(&detail);
        let (expected_sizes, expected_alerts) = given.model();
        prop_assert_eq!(sizes, expected_sizes, "{}", given.link());
        prop_assert_eq!(alerts, expected_alerts, "{}", given.link());
        for state in session.history().checks.states().iter().filter(|state| state.check.kind != CheckKind::Sometimes) {
            prop_assert!(state.holds(session.computed(), true), "{}: {}", given.link(), state.check.name());
        }
    }

    #[test]
    fn given_up_at_whatever_instant_nobody_is_left(seed in 0..1_000_u32, ms in 0..700_000_u64, rule in proptest::sample::select(vec!["steps", "stabilised", "adaptive", "tuned", "forecast", "measure"])) {
        let link = format!("pool-manager?load=20@0s;60@2m;5@5m;50@8m&refuse-at=490s&rule={rule}&period=3m&connect=40s&cool-down=0s&run-for=11m");
        let values = Scenario::read(&link).expect("a good link").scenario.values();
        given_up_leaves_nothing(find("pool-manager").expect("the pattern"), &values, seed, ms);
    }
}

fn sizes(link: &str) -> Vec<(u64, u64)> {
    let (sizes, _) = told(&detail(&format!("pool-manager?{link}")));
    sizes.into_iter().map(|(at, size, _)| (at, size)).collect()
}

#[test]
fn it_begins_with_four_for_each_processor_between_20_and_100_whatever_the_ends_are() {
    for (cpus, size) in [(1, 20), (5, 20), (6, 24), (8, 32), (25, 100), (64, 100)] {
        assert_eq!(sizes(&format!("cpus={cpus}&load=&min=1&down=0&run-for=1m")), [(0, size)]);
    }
    assert_eq!(sizes("cpus=64&max=50&load=100@0s&run-for=5m"), [(0, 100)], "above its greatest it is not grown");
}

#[test]
fn by_default_it_grows_two_minutes_after_the_load_and_then_every_two_minutes_up_to_the_last_instant() {
    // 20 of 32, and then all: of ten looks five have to be the latter for a mean above 80 %, the one at ten minutes included.
    let expected: Vec<(u64, u64)> =
        std::iter::once((0, 32)).chain((0..25).map(|step| ((12 + 2 * step) * MINUTE, 37 + 5 * step))).collect();
    assert_eq!(sizes(""), expected);
    // As shipped the first look is a step, as there is none before it to rest from.
    let shipped = sizes("fidelity=shipped");
    assert_eq!(shipped[..3], [(0, 32), (MINUTE / 2, 37), (5 * MINUTE / 2, 42)]);
}

#[test]
fn more_than_one_in_a_hundred_grows_the_shipped_pool_to_its_greatest_and_less_than_three_in_a_thousand_shrinks_it() {
    let last = |link: &str| sizes(link).last().map(|(_, size)| *size);
    assert_eq!(last("fidelity=shipped&load=2@0s&run-for=90m"), Some(200));
    // One of 200 is half a percent: neither.
    assert_eq!(last("fidelity=shipped&load=2@0s;1@80m&run-for=3h"), Some(200));
    assert_eq!(last("fidelity=shipped&load=&run-for=90m"), Some(10));
    assert_eq!(last("load=16@0s&run-for=90m"), Some(32), "half of it never scales at 80 and 30 percent");
}

#[test]
fn as_documented_an_alert_is_over_when_nobody_waits_and_as_shipped_it_comes_at_every_look_to_the_end() {
    let alerts = |fidelity: &str| {
        let (_, alerts) = told(&detail(&format!("pool-manager?preset=alerts&fidelity={fidelity}")));
        let of =
            |what: &str| alerts.iter().filter(|(_, of)| of == what).map(|(at, _)| *at / SECOND).collect::<Vec<_>>();
        (of("usage"), of("wait_duration"), of("wait_count"))
    };
    // 28 wait from 5 m on: the time of the first waits is known at the next look, and from the fourth wait each on there are more than 100.
    let to = |from: u64, to: u64| (from..=to).step_by(30).collect::<Vec<u64>>();
    assert_eq!(alerts("documented"), (to(300, 390), to(330, 420), vec![]));
    assert_eq!(alerts("shipped"), (to(300, 390), to(330, 1_800), to(390, 1_800)));
}

#[test]
fn what_each_scenario_is_about_is_seen_as_shipped_and_never_as_documented() {
    for (preset, point) in [
        ("units", "the pool grew although less than half of it was in use"),
        ("alerts", "an alert told of waits although nobody had waited since the look before"),
        ("peak", "the health was degraded although no more than 80 % was in use"),
        ("breaker", "more than ten were refused between two looks, and the breaker was closed"),
    ] {
        for (fidelity, is_seen) in [("shipped", true), ("documented", false)] {
            for seed in 0..5 {
                let link = format!("pool-manager?preset={preset}&fidelity={fidelity}&seed=s{seed}");
                let session = follow(&link);
                let states = session.history().checks.states();
                let state = states.iter().find(|state| state.check.name() == point).expect("the check");
                assert_eq!(state.first_seen().is_some(), is_seen, "{link}: {point}");
            }
        }
    }
}

#[test]
fn ten_refusals_open_the_documented_breaker_and_then_the_database_is_asked_once_a_minute() {
    let refused = |fidelity: &str| {
        // Twenty want one more each while nothing can be opened, and nobody comes or goes.
        let link = format!(
            "pool-manager?fidelity={fidelity}&load=4@0s;24@6m&refuse-at=5m&refuse-for=1h&up=100&down=0&run-for=16m"
        );
        let session = follow(&link);
        let (ledger, trace) = (&session.history().ledger, session.run().trace());
        let (_, pool) = ledger.find("pool", &trace).expect("the pool");
        (pool.gauge(millrace::spec::PoolGauges::ALL.refused), detail(&link)["breaker"].clone())
    };
    // Ten at six minutes, and one whenever a minute is over, up to 16.
    assert_eq!(refused("documented"), (10 + 10, "open".into()));
    // All twenty when they come, and after each of the looks from 6 to 16 minutes, but for the last, after which it is over.
    let (shipped, breaker) = refused("shipped");
    assert_eq!((shipped, breaker), (20 + 20 * 21, "closed".into()));
}

#[test]
fn a_trend_is_of_connections_and_is_there_as_documented_alone() {
    let trend = |link: &str| detail(&format!("pool-manager?{link}"))["trend_per_hour"].clone();
    assert_eq!(trend("load=20@0s"), 0.0, "what stays goes nowhere, whatever size the pool has");
    // One more every minute, seen at every look: sixty an hour.
    let ramp: Vec<String> = (0..60).map(|n| format!("{n}@{n}m")).collect();
    let ramp = trend(&format!("load={}&cpus=25&interval=1m", ramp.join(";"))).as_f64().expect("a trend");
    assert!((59.0..=60.5).contains(&ramp), "{ramp}");
    assert_eq!(trend("fidelity=shipped&load=20@0s;30@5m"), Json::Null);
}

#[test]
fn the_stabilised_rule_has_enough_within_minutes_and_a_window_keeps_it_from_following_a_valley() {
    let enough = |rule: &str| {
        let sizes = sizes(&format!("rule={rule}&run-for=2h"));
        sizes.into_iter().find(|(_, size)| *size >= 180).map(|(at, _)| at - 10 * MINUTE)
    };
    assert!(enough("stabilised").expect("enough") <= 3 * MINUTE);
    assert!(enough("steps").expect("enough") >= 60 * MINUTE);
    let changes = |window: &str| sizes(&format!("preset=see-saw&stabilise={window}")).len();
    assert!(changes("5m") < 8 && changes("0s") > 20, "{} and {}", changes("5m"), changes("0s"));
}

#[test]
fn a_day_keeps_a_day_of_looks_and_takes_no_more_memory_than_an_hour() {
    const KEEP: Keep = Keep { log: 512 << 10, frames: 256 << 10 };
    const BUDGET: Budget = Budget { samples: 128 << 10, levels: 64 << 10 };
    let bytes = |hours: u32| {
        let link = format!("pool-manager?fidelity=shipped&load=20@0s;60@1m;20@5m&run-for={hours}h");
        let scenario = Scenario::read(&link).expect("a good link").scenario;
        let history = History::of(scenario.pattern, &scenario.values()).within(BUDGET);
        let mut session = Session::keeping(KEEP, scenario, Picture::default(), history);
        let mut most = 0;
        loop {
            let over = session.compute(SimTime::MAX, 2_048);
            session.show(session.computed(), u64::MAX);
            most = most.max(session.bytes() + session.history().bytes());
            if over {
                return most;
            }
        }
    };
    let (four, day) = (bytes(4), bytes(30));
    assert!(day < four + (1 << 20), "{four}, then {day} bytes");
    let report = detail("pool-manager?fidelity=shipped&load=20@0s;60@1m;20@5m&run-for=30h");
    assert_eq!(report["samples"], 2_881, "the one that is a day old as well");
    // Two alerts at nearly every look of thirty hours are told of.
    assert!(report["alerts"].as_array().expect("a list").len() > 7_000 && report["truncated"] == 0);
}

#[test]
fn of_a_pool_a_third_may_be_idle_and_no_fewer_than_five() {
    // Thirty are given back, and the size stays: what may not be idle is closed as it comes back.
    for (cpus, size) in [(1, 20), (8, 32), (10, 40)] {
        let link =
            format!("pool-manager?cpus={cpus}&load=20@0s;0@1m&up=100&down=0&run-for=90s&lifetime=0s&idle-time=0s");
        let session = follow(&link);
        let (ledger, trace) = (&session.history().ledger, session.run().trace());
        let (_, pool) = ledger.find("pool", &trace).expect("the pool");
        let closed = pool.gauge(millrace::spec::PoolGauges::ALL.closed(millrace::spec::Closing::IdleLimit));
        assert_eq!(closed, 20 - (size / 3).clamp(5, 20), "{link}");
    }
    assert_eq!(sizes("cpus=1&load=20@0s&up=100&down=0&run-for=1m"), [(0, 20)]);
}

#[cfg(feature = "cli")]
#[test]
fn it_is_watched_for_as_long_as_was_asked_for_also_where_nobody_comes_or_goes() {
    for (query, hours) in [("load=20@0s&run-for=48h", 48), ("load=2@0s&fidelity=shipped&run-for=168h&interval=5m", 168)]
    {
        let scenario = Scenario::read(&format!("pool-manager?{query}")).expect("a link").scenario;
        let (session, _) = millrace::native::run::finish(scenario);
        let report = millrace::export::Report::of(&session, Vec::new(), 0);
        assert_eq!((report.outcome, report.virtual_ns), ("drained", hours * 60 * MINUTE), "{query}");
        assert_eq!(report.requests.in_system, 0, "{query}");
    }
}

#[test]
fn a_pool_that_nobody_used_has_a_peak_of_nought_and_one_that_nobody_looked_at_has_none() {
    let peak = |query: &str| detail(&format!("pool-manager?{query}"))["peak_percent"].clone();
    for fidelity in ["documented", "shipped"] {
        assert_eq!(peak(&format!("load=&fidelity={fidelity}")), 0.0);
        assert_eq!(peak(&format!("load=&run-for=29s&fidelity={fidelity}")), Json::Null);
    }
}

#[test]
fn what_is_wrong_with_a_value_is_said_at_its_field() {
    let notices = |query: &str| Scenario::read(&format!("pool-manager?{query}")).expect("a link").notices.join(" ");
    for (query, says) in [
        ("min=50&max=40", "the least size, 50, is above the greatest, 40"),
        ("up=20&down=30", "at a use between 20 % and 30 % it would grow and shrink at once"),
        ("load=20@0s;many@1m", "entry 2, at character 7: write how many are wanted"),
        ("load=2000@0s", "up to 1,000"),
        ("load=20*3@0s", "write how many are wanted"),
        ("load=20", "entry 1, at character 1: write how many are wanted from when on, as in 180@10m"),
        ("load=20@0s;20", "entry 2, at character 7: write how many are wanted"),
        ("load=20@0s; 30@soon", "entry 2, at character 8: "),
    ] {
        assert!(notices(query).contains(says), "{query}: {}", notices(query));
    }
    let scenario = Scenario::read("pool-manager?fidelity=shipped").expect("a link").scenario;
    let fields = (scenario.pattern.fields)();
    let up = fields.iter().find(|field| field.key == "up").expect("the field");
    assert_eq!(up.remarked(&scenario.values()).as_deref(), Some("80 was meant: 0.8 % of use grows the pool"));
    for (query, key, says) in [
        ("up=0.29&down=0.1", "up", Some("29 was meant: 0.29 % of use grows the pool")),
        ("max=30", "max", Some("begins with 32, above the greatest")),
        ("min=40", "min", Some("begins with 32, below the least")),
        ("", "max", None),
    ] {
        let values = Scenario::read(&format!("pool-manager?{query}")).expect("a link").scenario.values();
        let field = fields.iter().find(|field| field.key == key).expect("the field");
        assert_eq!(field.remarked(&values).as_deref(), says, "{query}");
    }
}

#[test]
fn the_picture_stays_on_its_canvas_and_says_what_it_shows() {
    for link in
        ["", "preset=units", "fidelity=shipped", "rule=stabilised&max=1000&load=900@0s", "interval=1s&preset=see-saw"]
    {
        for minutes in [0, 1, 13, 40] {
            for size in [WIDE, PHONE, (620.0, 300.0)] {
                let scenario = Scenario::read(&format!("pool-manager?{link}")).expect("a good link").scenario;
                stays_on_canvas(scenario, minutes * 60_000, size);
            }
        }
    }
    let rows = |link: &str, minutes: u64| {
        seen(&format!("pool-manager?{link}"), minutes * 60_000 + 1_000, WIDE, |scene, look| {
            let rows = text::rows(scene, look).into_iter().map(|row| row.says).collect::<Vec<_>>().join(" · ");
            assert!(!items(scene, look).is_empty());
            rows
        })
    };
    // Of the last ten looks three found 20 of 32 in use, and seven all: 88.75 %.
    let usual = rows("", 13);
    for says in
        ["37 in use of 37, 143 waiting", "88.8 % of use, grows above 80 %, shrinks below 30 %", "rests for 0:59"]
    {
        assert!(usual.contains(says), "{says}: {usual}");
    }
    assert!(rows("preset=peak", 10).contains("degraded: peak 100 %"));
    assert!(!rows("preset=peak&fidelity=documented", 10).contains("degraded"));
}

#[test]
fn it_begins_with_what_is_configured_where_somebody_reads_that_and_otherwise_with_four_for_each_processor() {
    for (query, size) in [
        ("", 32),
        ("&db-max-open-conns=50", 50),
        ("&db-max-open-conns=50&fidelity=shipped", 32),
        ("&db-max-open-conns=50&fidelity=shipped&settings=read", 50),
        ("&db-max-open-conns=7&cpus=2", 7),
        ("&cpus=2", 20),
    ] {
        let session = follow(&format!("pool-manager?load=2@0s&run-for=5s{query}"));
        let trace = session.run().trace();
        let (_, pool) = session.history().ledger.find("pool", &trace).expect("a pool");
        assert_eq!(pool.capacity, size, "{query}");
    }
}

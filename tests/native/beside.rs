//! A scenario that stands beside another: written as what differs, and a run of its own.

use crate::program::follow;
use millrace::engine::Ordinal;
use millrace::patterns;
use millrace::session::{Scenario, link};
use millrace::spec::{Kind, Value};

fn read(link: &str) -> (Scenario, Vec<String>) {
    let read = link::decode(link).expect("a link");
    (read.scenario, read.notices)
}

/// The link of the scenario that a link has beside its own.
fn beside(link: &str) -> String {
    link::encode(&read(link).0.beside().expect("one stands beside it"))
}

#[test]
fn what_differs_is_all_that_is_written_and_all_that_differs() {
    for (link, other) in [
        ("#/worker-pool?vs=workers=45", "#/worker-pool?workers=45"),
        (
            "#/worker-pool?requests=300&seed=7&vs=workers=45,fidelity=shipped",
            "#/worker-pool?fidelity=shipped&requests=300&workers=45&seed=7",
        ),
        ("#/worker-pool?workers=4&vs=preset=open", "#/worker-pool?preset=open&workers=4"),
        // A piece without `=` goes on with the value before it.
        ("#/elevator?vs=cars=A:0..9,B:0..9,C:-2..4,policy=look", "#/elevator?cars=A:0..9,B:0..9,C:-2..4&policy=look"),
        (
            "#/worker-pool?x=1000~0~fault~outage~2000000&vs=workers=3",
            "#/worker-pool?workers=3&x=1000~0~fault~outage~2000000",
        ),
        (
            "#/worker-pool?x=1000~0~fault~outage~2000000&vs=x=5000~0~fault~crash~3000000",
            "#/worker-pool?x=5000~0~fault~crash~3000000",
        ),
    ] {
        let (scenario, notices) = read(link);
        assert_eq!((link::encode(&scenario), notices), (link.to_owned(), vec![]));
        assert_eq!(beside(link), other);
    }
}

/// Any text reads, and what cannot be meant is said where it was made.
#[test]
fn what_cannot_differ_is_said_and_what_is_out_of_range_is_clamped() {
    let told = |vs: &str| {
        let (scenario, notices) = read(&format!("#/worker-pool?vs={vs}"));
        (link::encode(&scenario), notices.join(" | "))
    };
    let plain = "#/worker-pool".to_owned();
    assert_eq!(told(""), (plain.clone(), String::new()));
    assert_eq!(told("workers"), (plain.clone(), "vs: \"workers\" is no key=value; it was ignored".to_owned()));
    let (link, said) = told("target=fetch,workers=3");
    assert_eq!(link, "#/worker-pool?vs=workers=3");
    assert_eq!(said, "vs: target makes no other run; it was ignored");
    let (link, said) = told("workers=0");
    assert_eq!(link, "#/worker-pool?vs=workers=1");
    assert!(said.starts_with("vs: workers=0 is out of range"), "{said}");
    let (link, said) = told("wokers=3");
    assert!(link == plain && said.contains("no parameter \"wokers\""), "{said}");
    let (link, said) = told("workers=many");
    assert!(said.contains("workers"), "{said}");
    assert!(read(&link).1.is_empty(), "{link}: what is kept reads without a word");
    let six = told("workers=1|workers=2|workers=3|workers=4|workers=5|workers=6");
    assert_eq!(six.0, "#/worker-pool?vs=workers=1|workers=2|workers=3|workers=4|workers=5");
    assert!(six.1.contains("only the first 5"), "{}", six.1);
}

/// Of every pattern a run with another value stands beside its own, and each of the two is the run of its own link.
#[test]
fn each_of_two_runs_is_that_of_its_own_link_in_every_pattern() {
    for pattern in patterns::ALL {
        let mut scenario = Scenario::new(pattern);
        if scenario.field("requests").is_some() {
            scenario.set("requests", "200").expect("a good value");
        }
        let fields = (pattern.fields)();
        let values = scenario.values();
        let (key, text) = fields
            .iter()
            .find_map(|field| match (&field.kind, values.get(field.key)?) {
                (Kind::Count { max, .. }, Value::Count(n)) if field.key != "requests" && *max > n + 1 && *n > 0 => {
                    Some((field.key, (n + 1).to_string()))
                }
                (Kind::Choice(choices), Value::Word(word)) => {
                    Some((field.key, choices.iter().find(|choice| choice.id != word)?.id.to_owned()))
                }
                _ => None,
            })
            .expect("something can differ");
        scenario.differ(key, &text).expect("a good value");
        let link = link::encode(&scenario);
        assert!(link.contains(&format!("vs={key}={text}")), "{link}");
        let own = link::encode(&scenario.beside().expect("one beside it"));
        let run = |link: &str| follow(link).far_hash().hex();
        let alone = own_of(&link);
        assert_eq!(run(&link), run(&alone), "{link}: what stands beside a run does not change it");
        let mut direct = scenario.beside().expect("one beside it").run(None);
        while !direct.advance(millrace::trace::SimTime::MAX, 10_000).is_final() {}
        assert_eq!(direct.trace().hash().hex(), run(&own), "{own}");
        scenario.agree(key);
        assert_eq!(link::encode(&scenario), alone);
    }
}

/// The link without what stands beside it.
fn own_of(link: &str) -> String {
    let mut scenario = read(link).0;
    scenario.versus.clear();
    link::encode(&scenario)
}

/// The number of an event of one run is another event of the other.
#[test]
fn what_was_done_at_the_playhead_is_done_to_both_at_its_time() {
    let (scenario, _) = read("#/worker-pool?x=1000000000~812~fault~slow-server~3&vs=workers=45");
    assert_eq!(scenario.interventions[0].ordinal, Ordinal::after(812));
    assert_eq!(beside(&link::encode(&scenario)), "#/worker-pool?workers=45&x=1000000000~0~fault~slow-server~3");
}

/// A preset may open two runs: the link says so of itself, so that a link of before opens the one run that it did.
#[test]
fn a_preset_that_has_another_run_beside_it_opens_both_and_a_link_to_it_alone_opens_one() {
    let mut two = 0;
    for pattern in patterns::ALL {
        for preset in pattern.presets() {
            let chosen = Scenario::of(pattern, preset.id);
            let link = link::encode(&chosen);
            let (again, notices) = read(&link);
            assert_eq!((link::encode(&again), notices), (link.clone(), vec![]));
            assert_eq!(chosen.versus.len(), usize::from(!preset.beside.is_empty()), "{link}");
            let Some(other) = chosen.beside() else { continue };
            two += 1;
            assert_ne!(follow(&own_of(&link)).far_hash(), follow(&link::encode(&other)).far_hash(), "{link}");
            let plain = format!("#/{}?preset={}", pattern.id, preset.id);
            assert!(read(&plain).0.beside().is_none(), "{plain}");
            assert_eq!(own_of(&link), plain);
        }
    }
    assert!(two > 1, "some pairs are offered");
}

/// Several may stand beside one: each has its place in the choice whichever is looked at, and the link keeps all.
#[test]
fn of_several_beside_one_the_first_is_looked_at_and_any_can_be_it() {
    let link = "#/worker-pool?vs=workers=45|workers=60,seed=7";
    let (mut scenario, notices) = read(link);
    assert_eq!((link::encode(&scenario), notices), (link.to_owned(), vec![]));
    let choices = |scenario: &Scenario| -> Vec<(usize, String)> {
        scenario.choices_beside().iter().map(|(number, other)| (*number, link::encode(other))).collect()
    };
    let (a, b) = ("#/worker-pool?workers=45".to_owned(), "#/worker-pool?workers=60&seed=7".to_owned());
    assert_eq!(choices(&scenario), [(0, a.clone()), (1, b.clone())]);
    scenario.stand_beside(1);
    assert_eq!(link::encode(&scenario), "#/worker-pool?vs=workers=60,seed=7|workers=45");
    assert_eq!(choices(&scenario), [(1, a), (0, b.clone())]);
    assert_eq!(link::encode(&scenario.beside().expect("one beside it")), b);
    scenario.differ_also("workers", "120").expect("a good value");
    assert_eq!(link::encode(&scenario), "#/worker-pool?vs=workers=120,seed=7|workers=60,seed=7|workers=45");
    assert!(scenario.differ_also("workers", "0").is_err());
    for _ in 0..9 {
        scenario.differ_also("workers", "121").expect("a good value");
    }
    assert!(scenario.versus.len() == 5 && !scenario.has_room_beside());
}

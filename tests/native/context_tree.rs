//! The pattern of contexts: what ends whom and when, who is named as leaked, which row is left by an interview that did not start; and the
//! picture of all that.

use crate::coordination::{detail, given_up_leaves_nothing};
use crate::pool::{PHONE, WIDE, seen, stays_on_canvas};
use crate::program::{follow, values};
use crate::promises::hold_with;
use millrace::patterns;
use millrace::session::Scenario;
use millrace::spec::Fidelity;
use millrace::view::scene::{conservation, draw, hit, items};
use millrace::view::{Shape, text};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

const MS: u64 = 1_000_000;

/// Of each context: its name, when and how it ended.
fn ends(link: &str) -> Vec<(String, Option<u64>, String)> {
    let nodes = detail(link)["nodes"].as_array().expect("a list").clone();
    let end = |node: &Json| {
        let err = node["err"].as_str().unwrap_or("itself").to_owned();
        (node["name"].as_str().expect("a name").to_owned(), node["ended_ns"].as_u64(), err)
    };
    nodes.iter().map(end).collect()
}

fn ended(name: &str, ms: u64, how: &str) -> (String, Option<u64>, String) {
    (name.to_owned(), Some(ms * MS), how.to_owned())
}

fn node<'a>(detail: &'a serde_json::Map<String, Json>, list: &str, name: &str) -> &'a Json {
    let all = detail[list].as_array().expect("a list");
    all.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("{name} in {list}: {all:?}"))
}

#[test]
fn a_search_is_ended_by_its_deadline_and_the_root_waits_for_all_below_it() {
    let all = [
        ended("root", 300, "itself"),
        ended("search", 300, "deadline exceeded"),
        ended("price", 100, "itself"),
        ended("stock", 50, "itself"),
    ];
    assert_eq!(ends("context"), all);
    let own = detail("context");
    let deadlines: Vec<&Json> = own["nodes"].as_array().unwrap().iter().map(|node| &node["deadline_ns"]).collect();
    assert_eq!(deadlines, [&Json::Null, &json!(300 * MS), &Json::Null, &json!(300 * MS)]);
    let spans: Vec<&Json> = own["spans"].as_array().unwrap().iter().map(|span| &span["status"]).collect();
    assert_eq!(spans, ["ok", "deadline exceeded", "ok", "ok"]);
    assert_eq!((&own["rows_left"], &own["leaked"]), (&json!(0), &json!([])));
}

#[test]
fn a_cancellation_goes_down_at_once_and_neither_up_nor_aside() {
    let all = [
        ended("root", 300, "itself"),
        ended("search", 300, "deadline exceeded"),
        ended("price", 80, "canceled"),
        ended("stock", 50, "itself"),
    ];
    assert_eq!(ends("context?cancel=price@80ms"), all);
    let all = [
        ended("root", 40, "canceled"),
        ended("search", 40, "canceled"),
        ended("price", 40, "canceled"),
        ended("stock", 40, "canceled"),
    ];
    assert_eq!(ends("context?cancel=root@40ms"), all);
    // At once means at once, however deep; and whoever has ended hears of nothing.
    let all = [ended("root", 0, "itself"), ended("a", 0, "itself"), ended("b", 0, "itself"), ended("c", 0, "canceled")];
    assert_eq!(ends("context?tree=c<b;b<a;a<root;root&work=c=1s&cancel=c@0;c@1s;b@5ms"), all);
    let one = ends("context?preset=cancelled");
    let of = |name: &str| one.iter().find(|(other, ..)| other == name).cloned().expect("it is there");
    for (name, ms, how) in [
        ("search", 120, "canceled"),
        ("stock", 120, "canceled"),
        ("log", 120, "canceled"),
        ("near", 40, "itself"),
        ("rate", 200, "itself"),
        ("price", 300, "itself"),
        ("root", 300, "itself"),
    ] {
        assert_eq!(of(name), ended(name, ms, how));
    }
}

#[test]
fn a_childs_deadline_is_never_later_than_its_parents_whatever_it_asks_for() {
    let own = detail("context?preset=longer");
    assert_eq!(node(&own, "nodes", "stock")["deadline_ns"], 300 * MS);
    let all = ends("context?preset=longer");
    assert_eq!(all[2], ended("stock", 300, "deadline exceeded"), "it needs 450 ms and asked for 500");
    assert_eq!(all[3], ended("price", 420, "itself"));
    // What is earlier than the parent's is the child's own.
    let own = detail("context?preset=longer&tree=root;search<root@300ms;stock<search@200ms;price<root");
    assert_eq!(node(&own, "nodes", "stock")["deadline_ns"], 200 * MS);
    assert_eq!(node(&own, "nodes", "search")["ended_ns"], 200 * MS, "it waits for stock alone");
    // And no timeout at all is that of the one above it.
    let own = detail("context?tree=root@70ms;a<root;b<a@0&work=b=1s");
    assert_eq!(node(&own, "nodes", "b")["deadline_ns"], 70 * MS);
}

#[test]
fn a_child_that_nobody_ends_lives_until_its_timer_or_its_parent_and_is_named_with_its_line() {
    let own = detail("context?preset=forgotten");
    let all = [
        ended("root", 400, "itself"),
        ended("a", 200, "deadline exceeded"),
        ended("b", 400, "canceled"),
        ended("c", 50, "itself"),
    ];
    assert_eq!(ends("context?preset=forgotten"), all);
    let source = include_str!("../../crates/patterns/src/context/tree.rs");
    let line = |text: &str| source.lines().position(|line| line.contains(text)).expect("the line") as u64 + 1;
    let leak = |name: &str, line: u64, until: u64| json!({ "name": name, "line": line, "forgotten": true, "from_ns": 50 * MS, "until_ns": until * MS });
    let leaked = [leak("a", line("above.with_timeout("), 200), leak("b", line("above.child("), 400)];
    assert_eq!(own["leaked"], json!(leaked));
    let at_250 = seen("#/context?preset=forgotten", 250, WIDE, text::rows);
    let row = at_250.iter().find(|row| row.what == "Contexts, b").expect("a row");
    let begun = format!("begun at tree.rs:{}", line("above.child("));
    assert!(row.says.contains("nobody will end it") && row.says.contains(&begun), "{}", row.says);
    // With neither a parent that ends nor a timer it is there for ever, and the run says so.
    let own = detail("context?tree=root;a<root&work=a=1ms&forgets=root");
    assert_eq!((&node(&own, "nodes", "root")["ended_ns"], &own["leaked"][0]["until_ns"]), (&Json::Null, &Json::Null));
    let session = follow("context?tree=root;a<root&work=a=1ms&forgets=root");
    let journal = format!("{:?}", session.history().journal);
    assert!(journal.contains("root leaked: nobody ended it, and it has no timer"), "{journal}");
}

#[test]
fn work_that_never_looks_goes_on_after_the_end_of_its_context() {
    let own = detail("context?preset=never-looks");
    assert_eq!(node(&own, "nodes", "stock")["ended_ns"], 100 * MS);
    assert_eq!(node(&own, "spans", "stock")["end_ns"], 400 * MS);
    assert_eq!(node(&own, "spans", "price")["end_ns"], 100 * MS);
    let leaked = own["leaked"].as_array().expect("a list");
    assert_eq!((leaked.len(), &leaked[0]["name"], &leaked[0]["forgotten"]), (1, &json!("stock"), &json!(false)));
}

#[test]
fn an_interview_that_does_not_start_leaves_its_row_unless_that_is_deleted_under_a_context_of_its_own() {
    let failed = "context?scenario=start-interview&initialize-fails=on";
    for (link, rows) in [
        ("context?scenario=start-interview".to_owned(), 0),
        ("context?scenario=start-interview&fidelity=shipped".to_owned(), 0),
        (failed.to_owned(), 0),
        (format!("{failed}&compensate=off"), 1),
        (format!("{failed}&fidelity=shipped"), 1),
        (format!("{failed}&fidelity=shipped&compensate=on"), 0),
        ("context?preset=row-left".to_owned(), 1),
        // Before there is a row there is nothing to delete.
        (format!("{failed}&cancel=StartInterview@10ms&compensate=off"), 0),
        (format!("{failed}&cancel=StartInterview@100ms&compensate=off"), 1),
        (format!("{failed}&cancel=StartInterview@100ms"), 0),
        // Nobody who is cancelled above it reaches the delete.
        (format!("{failed}&cancel=StartInterview@325ms"), 0),
    ] {
        assert_eq!(detail(&link)["rows_left"], rows, "{link}");
    }
    let own = detail(failed);
    for (name, ms, err) in [
        ("create row", 18, Json::Null),
        ("initialize", 318, json!("deadline exceeded")),
        ("stream", 63, Json::Null),
        ("load", 318, json!("deadline exceeded")),
        ("delete row", 338, Json::Null),
        ("StartInterview", 338, Json::Null),
    ] {
        let node = node(&own, "nodes", name);
        assert_eq!((&node["ended_ns"], &node["err"]), (&json!(ms * MS), &err), "{name}");
    }
    assert_eq!(node(&own, "spans", "StartInterview")["status"], "error");
    assert_eq!(node(&own, "spans", "warm-up")["end_ns"], 346 * MS, "it closes for 28 ms");
    assert_eq!(node(&own, "nodes", "delete row")["deadline_ns"], 5_318 * MS);
    let shipped = detail("context?preset=row-left");
    assert_eq!(node(&shipped, "nodes", "StartInterview")["ended_ns"], 318 * MS);
    let good = detail("context?scenario=start-interview");
    assert_eq!(node(&good, "nodes", "StartInterview")["ended_ns"], 183 * MS);
    assert_eq!(node(&good, "spans", "StartInterview")["status"], "ok");
    // A watch that never looks is there when all else is over.
    let watched = detail(&format!("{failed}&watch-obeys=off"));
    assert_eq!(
        (&node(&watched, "spans", "watch")["end_ns"], &watched["leaked"][1]["name"]),
        (&Json::Null, &json!("watch"))
    );
}

#[test]
fn what_a_text_names_must_be_there_and_the_field_that_is_wrong_says_where() {
    let refused = |link: &str, key: &str, says: &str| {
        let decoded = Scenario::read(link).expect("a link");
        let expected = format!("{key}: {says}; it was ignored");
        assert_eq!(decoded.notices, [expected], "{link}");
        assert_eq!(decoded.scenario.misfits(), [], "{link}");
    };
    refused("context?tree=a<b;b<a", "tree", "context 1, at character 1: it is below itself: a < b < a");
    refused(
        "context?tree=a;b",
        "tree",
        "context 2, at character 3: \"b\" is below nobody, and \"a\" is the root: write b<a",
    );
    refused("context?tree=root;a<rot", "tree", "context 2, at character 6: nobody is called \"rot\"");
    refused("context?work=search=1s;who=2s", "work", "work 2, at character 11: nobody is called \"who\"");
    // What the tree and the work are at odds about is the work's fault, if without it all fits.
    refused("context?tree=root;a<root&work=a=1s;b=2s", "work", "work 2, at character 6: nobody is called \"b\"");
    refused("context?cancel=price@1s;who@2s", "cancel", "cancel 2, at character 10: nobody is called \"who\"");
    refused("context?ignores=who", "ignores", "name 1, at character 1: nobody is called \"who\"");
    refused("context?forgets=price;who", "forgets", "name 2, at character 7: nobody is called \"who\"");
    let steps = "context?scenario=start-interview&initialize-fails=on&cancel=load@100ms";
    assert_eq!(Scenario::read(steps).expect("a link").notices, Vec::<String>::new());
    // In a form the tree stays where the work would name nobody any more, and the work of the default is no obstacle.
    let mut scenario = Scenario::read("context?work=price=1s").expect("a link").scenario;
    let problem = scenario.set("tree", "root;a<root").expect_err("price is gone");
    assert_eq!(problem.message(), "work 1, at character 1: nobody is called \"price\"");
    let mut scenario = Scenario::read("context").expect("a link").scenario;
    assert!(scenario.set("tree", "root;a<root").is_ok());
}

const ROW_LEFT: &str = "a row was left that belongs to no interview";

#[test]
fn a_row_is_left_as_shipped_and_not_as_documented_nor_where_it_is_deleted_late() {
    for (link, is_left) in [
        ("context?preset=row-left", true),
        ("context?preset=row-left&fidelity=documented", false),
        // Its context has ended at 100 ms, and the row is deleted after that.
        ("context?preset=row-deleted", false),
        ("context?preset=row-deleted&fidelity=shipped", true),
        ("context?scenario=start-interview&fidelity=shipped", false),
    ] {
        let session = follow(link);
        let mut states = session.history().checks.states().iter();
        let state = states.find(|state| state.check.name() == ROW_LEFT).expect("the check");
        assert_eq!(state.first_seen().is_some(), is_left, "{link}");
    }
}

#[test]
fn what_the_scenarios_of_contexts_promise_holds_over_two_hundred_seeds() {
    let deadline = "a deadline ended what was under way";
    let points = [
        ("", deadline),
        ("cancelled", "who was below one that was cancelled ended with it while other work went on"),
        ("longer", "one that asked for more time ended with the context above"),
        ("never-looks", "work went on after its context had ended"),
        ("forgotten", "a context was open that nobody would end"),
        ("row-left", ROW_LEFT),
        ("row-deleted", "who was below one that was cancelled ended with it while other work went on"),
    ];
    hold_with("context", &points, |_| "at=0".to_owned());
}

/// A context that somebody writes: below which of those before it, with what timeout and what work, and whether it is cancelled.
#[derive(Clone, Debug)]
struct Wish {
    below: usize,
    timeout: Option<u64>,
    work: Option<u64>,
    cancel: Option<u64>,
}

fn any_wish() -> impl Strategy<Value = Wish> {
    let times = || proptest::option::of(1..60_u64);
    (any::<usize>(), times(), times(), proptest::option::weighted(0.2, 1..60_u64))
        .prop_map(|(below, timeout, work, cancel)| Wish { below, timeout, work, cancel })
}

/// What is to come of a tree, worked out instant by instant: no two things happen at one, as each kind has microseconds of its own.
struct Model {
    parents: Vec<Option<usize>>,
    deadlines: Vec<Option<u64>>,
    works: Vec<Option<u64>>,
    ended: Vec<Option<(u64, &'static str)>>,
}

impl Model {
    fn open_children(&self, of: usize) -> Vec<usize> {
        (0..self.parents.len())
            .filter(|child| self.parents[*child] == Some(of) && self.ended[*child].is_none())
            .collect()
    }

    fn end(&mut self, of: usize, at: u64, how: &'static str) {
        if self.ended[of].is_some() {
            return;
        }
        self.ended[of] = Some((at, how));
        let below = if how == "itself" { "canceled" } else { how };
        for child in self.open_children(of) {
            self.end(child, at, below);
        }
        self.wait_is_over(at);
    }

    /// Who has no work ends when nobody below it is open.
    fn wait_is_over(&mut self, at: u64) {
        for of in (0..self.parents.len()).rev() {
            if self.works[of].is_none() && self.ended[of].is_none() && self.open_children(of).is_empty() {
                self.end(of, at, "itself");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn over_random_trees_each_context_ends_as_the_texts_say(wishes in proptest::collection::vec(any_wish(), 1..12)) {
        let us = |ms: u64, kind: u64, index: usize| ms * 1_000 + kind * 100 + index as u64;
        let parents: Vec<Option<usize>> =
            wishes.iter().enumerate().map(|(index, wish)| (index > 0).then(|| wish.below % index.max(1))).collect();
        let own: Vec<Option<u64>> = wishes.iter().enumerate().map(|(i, wish)| wish.timeout.map(|ms| us(ms, 1, i))).collect();
        let works: Vec<Option<u64>> = wishes.iter().enumerate().map(|(i, wish)| wish.work.map(|ms| us(ms, 2, i))).collect();
        let cancels: Vec<Option<u64>> = wishes.iter().enumerate().map(|(i, wish)| wish.cancel.map(|ms| us(ms, 3, i))).collect();
        let mut deadlines: Vec<Option<u64>> = Vec::new();
        for (index, parent) in parents.iter().enumerate() {
            deadlines.push(own[index].into_iter().chain(parent.and_then(|parent| deadlines[parent])).min());
        }
        let mut model = Model { parents: parents.clone(), deadlines, works: works.clone(), ended: vec![None; wishes.len()] };
        model.wait_is_over(0);
        let mut happens: Vec<(u64, usize, &str)> = Vec::new();
        for index in 0..wishes.len() {
            happens.extend(works[index].map(|at| (at, index, "itself")));
            happens.extend(own[index].map(|at| (at, index, "deadline exceeded")));
            happens.extend(cancels[index].map(|at| (at, index, "canceled")));
        }
        happens.sort_unstable();
        for (at, index, how) in happens {
            model.end(index, at, how);
        }
        let tree = parents.iter().zip(&own).enumerate().map(|(index, (parent, own))| {
            let below = parent.map_or(String::new(), |parent| format!("<c{parent}"));
            format!("c{index}{below}{}", own.map_or(String::new(), |us| format!("@{us}us")))
        });
        let tree: Vec<String> = tree.collect();
        let timed = |all: &[Option<u64>], mark: &str| {
            let one = |(index, at): (usize, &Option<u64>)| at.map(|us| format!("c{index}{mark}{us}us"));
            all.iter().enumerate().filter_map(one).collect::<Vec<_>>().join(";")
        };
        let (works, cancels) = (timed(&works, "="), timed(&cancels, "@"));
        let link = format!("context?tree={}&work={works}&cancel={cancels}", tree.join(";"));
        let expected: Vec<_> = (0..wishes.len()).map(|index| {
            let (at, how) = model.ended[index].expect("all end");
            (format!("c{index}"), Some(at * 1_000), how.to_owned())
        }).collect();
        prop_assert_eq!(ends(&link), expected, "{}", link);
        let own = detail(&link);
        let deadlines: Vec<Option<u64>> = own["nodes"].as_array().unwrap().iter().map(|node| node["deadline_ns"].as_u64()).collect();
        prop_assert_eq!(deadlines, model.deadlines.iter().map(|at| at.map(|us| us * 1_000)).collect::<Vec<_>>(), "{}", link);
    }

    /// Whoever waits for all of it gives up at some instant.
    #[test]
    fn contexts_that_are_given_up_at_whatever_instant_leave_nothing(seed in 0..1_000_u32, ms in 0..450_u64, scenario in 0..4_usize) {
        let pattern = patterns::find("context").expect("the pattern");
        let given: &[(&str, &str)] = [
            &[][..],
            &[("forgets", "stock;price"), ("ignores", "search")],
            &[("scenario", "start-interview"), ("initialize-fails", "on")],
            &[("scenario", "start-interview"), ("initialize-fails", "on"), ("cancel", "StartInterview@100ms")],
        ][scenario];
        given_up_leaves_nothing(pattern, &values(pattern, Fidelity::Documented, None, given), seed, ms);
    }
}

fn texts(link: &str, ms: u64, size: (f64, f64)) -> Vec<String> {
    let shapes = seen(link, ms, size, draw);
    shapes
        .into_iter()
        .filter_map(|shape| if let Shape::Text { text, .. } = shape { Some(text) } else { None })
        .collect()
}

#[test]
fn the_tree_says_how_each_is_and_in_which_order_a_cancellation_came_down() {
    let all = texts("#/context?preset=cancelled", 130, WIDE);
    for text in ["at 120 ms", "cancelled", "270 ms left", "done, 40 ms", "1", "2", "3"] {
        assert!(all.contains(&text.to_owned()), "{text}: {all:?}");
    }
    let at = |link: &str, ms| seen(link, ms, WIDE, |scene, _| conservation(scene));
    let sum = at("#/context?preset=cancelled", 130);
    assert_eq!(sum, ("7 begun = 3 at work + 3 cancelled + 1 done".to_owned(), true));
    let all = texts("#/context?preset=row-left", 336, WIDE);
    for text in ["row of no", "interview", "error, 318 ms", "closing 18 ms", "cut off"] {
        assert!(all.contains(&text.to_owned()), "{text}: {all:?}");
    }
    // On a phone the rows are all.
    let all = texts("#/context?preset=row-left", 336, PHONE);
    for text in ["StartInterview", "warm-up", "closing 18 ms", "now", "interview"] {
        assert!(all.contains(&text.to_owned()), "{text}: {all:?}");
    }
}

#[test]
fn each_context_can_be_pointed_at_and_says_its_deadline_who_ended_it_and_its_line() {
    for size in [WIDE, PHONE] {
        let all = seen("#/context?preset=longer", 310, size, items);
        let stock = all.iter().find(|item| item.title == "stock").expect("an item");
        for line in [
            "deadline exceeded at 0.300 s, with search",
            "deadline at 0.300 s",
            "asked for 500 ms, which is more than the context above has",
        ] {
            assert!(stock.lines.contains(&line.to_owned()), "{line}: {stock:?}");
        }
        let price = all.iter().find(|item| item.title == "price").expect("an item");
        assert!(
            price.lines[0] == "open" && price.lines.iter().any(|line| line.starts_with("waits at tree.rs:")),
            "{price:?}"
        );
    }
    // Beside the tree a row is the same context.
    let row = seen("#/context?preset=longer", 310, WIDE, |scene, look| hit(scene, look, (WIDE.0 - 100.0, 60.0)));
    assert_eq!(row.expect("a row").title, "root");
}

#[test]
fn nothing_of_it_leaves_the_canvas_however_wide_deep_or_large_the_tree_is() {
    let wide: String = (0..40).map(|n| format!(";wide {n}<root")).collect();
    let deep: String =
        (0..40).map(|n| format!(";{}<{}", n + 1, if n == 0 { "root".to_owned() } else { n.to_string() })).collect();
    let large: String = (0..300)
        .map(|n| format!(";a name of letters {n}<{}", if n < 9 { "root" } else { "a name of letters 3" }))
        .collect();
    for more in ["", &wide, &deep, &large] {
        for size in [WIDE, PHONE, (620.0, 260.0), (620.0, 430.0)] {
            for ms in [0, 60, 150] {
                let link = format!("#/context?tree=root@120ms;slow<root{more}&work=slow=500ms&ignores=slow");
                let scenario = Scenario::read(&link).expect("a good link");
                assert_eq!(scenario.notices, Vec::<String>::new());
                stays_on_canvas(scenario.scenario, ms, size);
            }
        }
    }
}

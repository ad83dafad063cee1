//! A configuration that is pasted: read line by line, all of it or none.

use millrace::patterns;
use millrace::session::Scenario;
use millrace::spec::{Environment, Form, Kind, Value, Variable};
use proptest::prelude::*;

static VARIABLES: [Variable; 3] = [
    Variable { name: "MAX_OPS", form: Form::Number },
    Variable { name: "TIMEOUT_SECONDS", form: Form::Seconds },
    Variable { name: "IS_ENABLED", form: Form::Switch },
];
static ENVIRONMENT: Environment =
    Environment { variables: &VARIABLES, takes: &[("MAX_OPS", "max"), ("TIMEOUT_SECONDS", "timeout")], times: &[] };

fn messages(text: &str) -> Vec<String> {
    ENVIRONMENT.read(text).1.iter().map(|wrong| wrong.message()).collect()
}

fn scenario() -> Scenario {
    Scenario::new(patterns::find("background-processor").expect("it is in the catalogue"))
}

#[test]
fn lines_are_read_as_shells_and_files_have_them() {
    let text =
        "\u{feff}# production\r\n\r\nexport MAX_OPS = 12\r\n  TIMEOUT_SECONDS=\"30\"   \nIS_ENABLED=true # as always\n";
    let (read, wrong) = ENVIRONMENT.read(text);
    assert_eq!(wrong, [], "all lines are good");
    let said: Vec<_> = read.iter().map(|line| (line.key, line.name, line.value.as_str(), line.at.line)).collect();
    assert_eq!(
        said,
        [
            (Some("max"), "MAX_OPS", "12", 3),
            (Some("timeout"), "TIMEOUT_SECONDS", "30s", 4),
            (None, "IS_ENABLED", "on", 5)
        ]
    );
}

#[test]
fn each_line_that_cannot_be_read_is_told_with_its_place() {
    let text = "MAX_OPS 12\nMAXOPS=12\n=3\nMAX_OPS=\nTIMEOUT_SECONDS=30s\nIS_ENABLED=yes\nMAX_OPS=\"1\n  WHATEVER=1";
    assert_eq!(
        messages(text),
        [
            "line 1, column 8: a \"=\" is missing after MAX_OPS",
            "line 2, column 1: there is no \"MAXOPS\"; its name is MAX_OPS",
            "line 3, column 1: there is no name before the \"=\"",
            "line 4, column 9: MAX_OPS has no value",
            "line 5, column 17: \"30s\" is no whole number of seconds",
            "line 6, column 12: \"yes\" is neither true nor false",
            "line 7, column 9: the quote that begins here has no end",
            "line 8, column 3: there is no variable \"WHATEVER\"",
        ]
    );
}

#[test]
fn a_variable_that_stands_twice_is_told_with_the_first_line() {
    assert_eq!(messages("MAX_OPS=1\n\nMAX_OPS=2"), ["line 3, column 1: MAX_OPS has a value already, in line 1"]);
}

#[test]
fn a_negative_number_is_refused_where_it_stands_and_nothing_is_taken() {
    let scenario = scenario();
    let text = "BACKGROUND_QUEUE_SIZE=100\nBACKGROUND_WORKER_COUNT=-3\nRETRIES";
    let wrong = scenario.configured(text).unwrap_err();
    let [negative, no_name] = wrong.as_slice() else { panic!("two are wrong: {wrong:?}") };
    assert_eq!((negative.at.line, negative.at.column), (2, 25));
    assert!(negative.what.starts_with("BACKGROUND_WORKER_COUNT: "), "{}", negative.what);
    assert_eq!(no_name.at.line, 3);
    assert!(scenario.changed().is_empty());
}

#[test]
fn development_settings_are_taken_and_what_is_not_shown_is_said() {
    let text = "CONCURRENCY_ENABLED=true\nBACKGROUND_WORKER_COUNT=3\nBACKGROUND_QUEUE_SIZE=100\n";
    let configured = scenario().configured(text).expect("all lines are good");
    assert_eq!((configured.taken, configured.left), (2, vec!["CONCURRENCY_ENABLED"]));
    let values = configured.scenario.values();
    assert_eq!((values.get("workers"), values.get("queue")), (Some(&Value::Count(3)), Some(&Value::Count(100))));
}

#[test]
fn a_parameter_that_the_code_makes_twice_its_variable_is_twice_that_and_is_written_as_half() {
    let scenario = Scenario::new(patterns::find("pool-manager").expect("it is in the catalogue"));
    let configured =
        scenario.configured("MAX_CONCURRENT_DB_OPS=20\nHEALTH_CHECK_INTERVAL=10").expect("all lines are good");
    assert_eq!(configured.scenario.values().get("max"), Some(&Value::Count(40)));
    assert_eq!(
        configured.scenario.configuration().expect("it has one"),
        "MAX_CONCURRENT_DB_OPS=20\nHEALTH_CHECK_INTERVAL=10\n"
    );
    assert!(scenario.configured("MAX_CONCURRENT_DB_OPS=501").is_err(), "1,000 connections are the most");
}

#[test]
fn what_a_pattern_takes_it_has_and_its_own_configuration_changes_nothing() {
    let all: Vec<_> = patterns::ALL.iter().filter(|pattern| pattern.environment.is_some()).collect();
    assert!(!all.is_empty(), "some pattern has a configuration");
    for pattern in all {
        let environment = pattern.environment.expect("it has one");
        let scenario = Scenario::new(pattern);
        for (name, key) in environment.takes {
            assert!(environment.variables.iter().any(|variable| variable.name == *name), "{}: {name}", pattern.id);
            let field = scenario.field(key).unwrap_or_else(|| panic!("{} has no {key}", pattern.id));
            assert!(!matches!(field.kind, Kind::Text { .. }), "{}: a line of an environment is no list", pattern.id);
        }
        let text = scenario.configuration().expect("it has one");
        let configured = scenario.configured(&text).unwrap_or_else(|wrong| panic!("{}: {wrong:?}", pattern.id));
        assert_eq!(configured.taken, environment.takes.len(), "{}: {text}", pattern.id);
        assert_eq!(configured.scenario.values(), scenario.values(), "{}", pattern.id);
    }
}

proptest! {
    /// Whatever is pasted is read or refused with a place that is in it.
    #[test]
    fn a_place_that_is_told_is_in_the_text(lines in proptest::collection::vec("(export )?(MAX_OPS|TIMEOUT_SECONDS|X|)( ?= ?)?(-?[0-9]{0,3}|true|\"a|é| #)", 0..6)) {
        let text = lines.join("\n");
        let (read, wrong) = ENVIRONMENT.read(&text);
        prop_assert!(read.len() + wrong.len() <= lines.len());
        for wrong in wrong {
            let line = text.lines().nth(wrong.at.line - 1);
            prop_assert!(line.is_some_and(|line| (1..=line.chars().count() + 1).contains(&wrong.at.column)), "{wrong:?} in {text:?}");
        }
    }
}

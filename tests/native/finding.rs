//! The search knows more than names: scenarios, parameters, figures, and what is said about patterns.

use millrace::patterns;
use millrace::session::find::{Found, beside, named};
use millrace::spec::explanation;

fn scenarios(sought: &str) -> Vec<String> {
    let written = |found| match found {
        Found::Scenario(pattern, preset) => Some(format!("{} {}", pattern.id, preset.id)),
        _ => None,
    };
    beside(sought).into_iter().filter_map(written).collect()
}

#[test]
fn words_of_the_trade_find_something() {
    for sought in
        ["timeout", "queue", "p99", "load", "breaker", "race", "slow", "retry", "lock", "outage", "backlog", "error"]
    {
        assert!(!beside(sought).is_empty() || !named(sought).is_empty(), "{sought} finds nothing");
    }
    assert!(beside("batt").is_empty() && named("batt").is_empty());
}

#[test]
fn a_word_is_found_in_all_its_forms_and_by_other_words_for_it() {
    for form in ["saturate", "saturated", "saturation", "overload", "jam", "drown"] {
        assert!(scenarios(form).iter().any(|found| found.ends_with(" drowned")), "{form}: {:?}", scenarios(form));
    }
    for form in ["stuck", "strand", "stranded", "deadlock", "hang"] {
        assert!(scenarios(form).iter().any(|found| found == "elevator stranded"), "{form}: {:?}", scenarios(form));
    }
    for form in ["lost", "lose", "losing", "missing"] {
        assert!(
            scenarios(form).iter().any(|found| found == "wait-group lost-results"),
            "{form}: {:?}",
            scenarios(form)
        );
    }
}

#[test]
fn a_timeout_is_found_as_the_parameter_that_it_is() {
    let found = beside("timeout");
    let parameter = found.iter().find_map(|found| match found {
        Found::Parameter(_, field) => Some(field.key),
        _ => None,
    });
    assert_eq!(parameter, Some("timeout"));
}

#[test]
fn every_scenario_is_found_by_its_own_name() {
    for pattern in patterns::ALL {
        for preset in pattern.presets() {
            let (found, own) = (scenarios(preset.label), format!("{} {}", pattern.id, preset.id));
            assert!(found.contains(&own), "{:?} finds {found:?}", preset.label);
        }
    }
}

#[test]
fn every_pattern_is_found_by_its_name_and_by_the_words_of_its_explanation() {
    for pattern in patterns::ALL {
        assert!(named(pattern.name).iter().any(|found| found.id == pattern.id), "{}", pattern.name);
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(pattern.file);
        let sections = explanation(&std::fs::read_to_string(path).expect("a source"));
        let (_, primitives) = sections.iter().find(|(heading, _)| heading == "Origin").expect("an origin");
        let word = primitives
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.len() > 4)
            .max_by_key(|word| word.len());
        let word = word.expect("a long word");
        let is_found = |found: &Found| matches!(found, Found::Explained(other) if other.id == pattern.id);
        assert!(beside(word).iter().any(is_found), "{}: {word} does not lead to it", pattern.id);
    }
}

#[test]
fn one_letter_finds_names_alone_and_the_middle_of_a_word_nothing_beside_them() {
    assert!(beside("p").is_empty() && !named("p").is_empty());
    // "timeout" and not "meou".
    assert!(beside("meou").is_empty());
}

//! What every pattern owes to those who loop over the registry: words, ranges, pictures that can be drawn, runs that end.

use crate::everyone::everyone;
use crate::program::{setup, start_pattern, values};
use millrace::engine::Progress;
use millrace::patterns::{self, ALL};
use millrace::session::Scenario;
use millrace::spec::{
    CheckKind, Fidelity, Field, Kind, Pattern, Place, PlaceKind, Preset, SceneSpec, Values, digest, explanation,
};
use millrace::trace::{Cursor, Ledger, SimTime};
use millrace::view::place;
use std::collections::BTreeSet;
use std::path::Path;

/// Words of links that mean something else.
const RESERVED: &[&str] =
    &["seed", "preset", "fidelity", "target", "url", "until", "at", "x", "vs", "lane", "tab", "embed", "card", "v"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn on_disk(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

const FIDELITIES: [Fidelity; 2] = [Fidelity::Documented, Fidelity::Shipped];

/// The defaults, and every preset, with both fidelities.
fn configurations(
    pattern: &'static Pattern,
) -> impl Iterator<Item = (String, Fidelity, Values, Option<&'static Preset>)> {
    FIDELITIES.into_iter().flat_map(move |fidelity| {
        std::iter::once(None).chain(pattern.presets().iter().map(Some)).map(move |preset| {
            let name = format!("{} {} {}", pattern.id, preset.map_or("defaults", |p| p.id), fidelity.id());
            (name, fidelity, values(pattern, fidelity, preset, &[]), preset)
        })
    })
}

fn is_kebab(word: &str) -> bool {
    !word.is_empty()
        && word.split('-').all(|part| !part.is_empty())
        && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// A sentence, or several.
fn assert_sentence(text: &str, of: &str) {
    assert!(!text.trim().is_empty(), "{of} says nothing");
    assert!(text.trim_end().ends_with('.'), "{of} does not end with a full stop: {text:?}");
    assert!(!text.contains("  "), "{of} has two spaces in a row: {text:?}");
    assert!(text.starts_with(|c: char| c.is_uppercase() || c.is_numeric()), "{of} starts small: {text:?}");
}

fn assert_label(text: &str, of: &str) {
    assert!(!text.trim().is_empty(), "{of} has no label");
    assert_eq!(text.trim(), text, "{of} has spaces around it");
    assert!(!text.ends_with('.'), "the label of {of} is no sentence: {text:?}");
}

#[test]
fn every_module_of_the_patterns_is_in_the_catalogue_under_its_own_name() {
    // Links rely on an id for ever, so it is no second name that somebody has to think of.
    let root = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/patterns/src/lib.rs"));
    let root = root.expect("the patterns");
    let modules = root.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let modules: BTreeSet<_> = modules.map(|module| module.replace('_', "-")).collect();
    let ids: BTreeSet<_> = ALL.iter().map(|p| p.id.to_owned()).collect();
    assert_eq!(ids.len(), ALL.len(), "a pattern is in the catalogue twice");
    assert_eq!(modules, ids, "left the modules, right the ids in the catalogue of crates/patterns/src/lib.rs");
    for pattern in ALL {
        assert_eq!(patterns::find(pattern.id).map(|p| p.id), Some(pattern.id));
    }
    assert!(patterns::find("no-such-pattern").is_none());
}

#[test]
fn the_names_and_headings_of_a_pattern_are_there_and_short() {
    for pattern in everyone() {
        for text in [pattern.name, pattern.title, pattern.group, pattern.glyph] {
            assert_label(text, pattern.id);
        }
        assert_eq!(pattern.shipped.is_empty(), pattern.disagreement.is_none(), "{}: both or none", pattern.id);
        assert!(pattern.shipped.chars().count() <= Pattern::SHORT && !pattern.shipped.ends_with('.'), "{}", pattern.id);
        if let Some(text) = pattern.disagreement {
            assert_sentence(text, &format!("the disagreement of {}", pattern.id));
        }
    }
}

#[test]
fn the_places_in_a_suite_are_counted_from_nought_without_gaps() {
    let suites: BTreeSet<_> = ALL.iter().filter_map(|p| p.suite).map(|s| s.name).collect();
    assert!(!suites.is_empty());
    for suite in suites {
        let places: Vec<_> = patterns::suite(suite).iter().filter_map(|p| p.suite).map(|s| s.place).collect();
        assert_eq!(places, (0..places.len() as u32).collect::<Vec<_>>(), "{suite}");
    }
}

#[test]
fn keys_are_unique_in_a_pattern_and_take_no_word_that_links_need() {
    for pattern in everyone() {
        let mut seen = BTreeSet::new();
        for field in (pattern.fields)() {
            let of = format!("{}.{}", pattern.id, field.key);
            assert!(is_kebab(field.key), "{of}");
            assert!(!RESERVED.contains(&field.key), "{of} is a reserved word");
            assert!(seen.insert(field.key), "{of} is there twice");
        }
    }
}

#[test]
fn every_default_is_a_value_that_its_own_field_accepts() {
    for pattern in everyone() {
        for fidelity in FIDELITIES {
            let defaults = values(pattern, fidelity, None, &[]);
            for field in (pattern.fields)() {
                let of = format!("{}.{} {}", pattern.id, field.key, fidelity.id());
                let default = defaults.get(field.key).unwrap_or_else(|| panic!("{of} has no value"));
                assert_eq!(field.read(&default.to_string()).as_ref(), Ok(default), "{of}, range {}", field.range());
            }
        }
    }
}

/// A period of a minute and more had a slider that ended at ten seconds, below where it began, and a page that drew it was gone.
#[test]
fn every_slider_ends_above_where_it_begins_within_the_range_of_its_field() {
    for pattern in everyone() {
        for field in (pattern.fields)() {
            let Some((low, high)) = field.slides() else { continue };
            assert!(low.is_finite() && high.is_finite() && low < high, "{}.{}: {low} to {high}", pattern.id, field.key);
            if let Kind::Span { min, max } = field.kind {
                assert!(low >= min.0 as f64 && high <= max.0 as f64, "{}.{}: {low} to {high}", pattern.id, field.key);
            }
        }
    }
}

#[test]
fn every_field_and_choice_has_a_label_and_says_what_it_does() {
    for pattern in everyone() {
        for field in (pattern.fields)() {
            let of = format!("{}.{}", pattern.id, field.key);
            assert_label(field.label, &of);
            assert_sentence(field.help, &of);
            assert_choices(&field, &of);
            assert!(!field.range().is_empty() && !field.type_word().is_empty(), "{of}");
        }
    }
}

#[test]
fn every_field_of_text_has_examples_that_it_accepts() {
    for pattern in everyone() {
        for field in (pattern.fields)() {
            let Kind::Text { examples, .. } = field.kind else { continue };
            let of = format!("{}.{}", pattern.id, field.key);
            assert!(!examples.is_empty(), "{of}: tests by chance have no text to choose");
            for example in examples {
                assert!(field.read(example).is_ok(), "{of} does not accept its own example {example:?}");
            }
        }
    }
}

fn assert_choices(field: &Field, of: &str) {
    let Kind::Choice(choices) = field.kind else { return };
    assert!(choices.len() > 1, "{of} leaves no choice");
    let ids: BTreeSet<_> = choices.iter().map(|c| c.id).collect();
    assert_eq!(ids.len(), choices.len(), "{of} has a choice twice");
    for choice in choices {
        assert!(is_kebab(choice.id), "{of}={}", choice.id);
        assert_label(choice.label, &format!("{of}={}", choice.id));
        assert_sentence(choice.help, &format!("{of}={}", choice.id));
    }
}

#[test]
fn presets_have_words_and_every_value_in_them_is_read_without_a_problem() {
    for pattern in everyone() {
        let ids: BTreeSet<_> = pattern.presets().iter().map(|p| p.id).collect();
        assert_eq!(ids.len(), pattern.presets().len(), "{}: a preset is there twice", pattern.id);
        for preset in pattern.presets() {
            let of = format!("{} preset {}", pattern.id, preset.id);
            assert!(is_kebab(preset.id), "{of}");
            assert_label(preset.label, &of);
            if !preset.help.is_empty() {
                assert_sentence(preset.help, &of);
            }
            assert_eq!(pattern.preset(preset.id).map(|p| p.id), Some(preset.id));
            for (key, text) in preset.values {
                let field = (pattern.fields)().into_iter().find(|f| f.key == *key);
                let field = field.unwrap_or_else(|| panic!("{of}: there is no parameter {key}"));
                let value =
                    field.read(text).unwrap_or_else(|problem| panic!("{of}: {key}={text}: {}", problem.message()));
                let fidelity = preset.fidelity.unwrap_or_default();
                assert_eq!(values(pattern, fidelity, Some(preset), &[]).get(key), Some(&value), "{of}: {key}");
            }
            // They stand together, also where somebody looks at them with the other fidelity.
            for fidelity in [Fidelity::Documented, Fidelity::Shipped] {
                let mut scenario = Scenario::of(pattern, preset.id);
                scenario.fidelity = fidelity;
                assert_eq!(scenario.misfits(), [], "{of}, {fidelity:?}");
            }
            // One that opens with a second run beside it, opens with all in which that differs.
            let opened = Scenario::of(pattern, preset.id);
            assert_eq!(opened.versus.len(), usize::from(!preset.beside.is_empty()), "{of}");
            assert!(preset.beside.iter().all(|(key, text)| opened.differs_in(key, text)), "{of}: {:?}", opened.versus);
        }
    }
}

#[test]
fn checks_have_names_and_every_pattern_promises_conservation_and_capacity() {
    for pattern in everyone() {
        let names: BTreeSet<_> = pattern.checks().iter().map(|c| c.name()).collect();
        assert_eq!(names.len(), pattern.checks().len(), "{}: a check is there twice", pattern.id);
        names.iter().for_each(|name| assert_label(name, pattern.id));
        let always = pattern.checks().iter().filter(|c| c.kind == CheckKind::Always).count();
        assert!(always >= 2, "{}", pattern.id);
    }
}

#[test]
fn an_explanation_has_the_six_headings_with_words_under_each() {
    for pattern in everyone() {
        let explanation = explanation(&on_disk(pattern.file));
        let headings: Vec<_> = explanation.iter().map(|(heading, _)| heading.as_str()).collect();
        assert_eq!(headings, ["Problem", "Idea", "Watch", "Choose", "Primitives", "Origin"], "{}", pattern.id);
        for (heading, text) in &explanation {
            let of = format!("{} {heading}", pattern.id);
            assert_sentence(&text.replace('?', "."), &of);
        }
    }
}

#[test]
fn a_pattern_has_all_its_own_files_and_the_parts_it_imports_to_be_read() {
    for pattern in ALL {
        let sources = patterns::sources(pattern);
        assert_eq!(sources.first().map(|source| source.path), Some(pattern.file), "{}", pattern.id);
        let paths: BTreeSet<_> = sources.iter().map(|source| source.path).collect();
        assert_eq!(paths.len(), sources.len(), "{}: a file is there twice", pattern.id);
        if let Some(folder) = pattern.file.strip_suffix("/mod.rs") {
            for entry in root().join(folder).read_dir().expect("the pattern's folder") {
                let path = format!("{folder}/{}", entry.expect("an entry").file_name().to_string_lossy());
                // Cards are no source: they are in a file of the site of their own.
                let is_there = paths.contains(path.as_str()) || path.ends_with("/cards.txt");
                assert!(is_there, "{}: {path} is missing", pattern.id);
            }
        }
        for source in sources {
            // A text of another digest is refused by the page.
            assert_eq!(digest(on_disk(source.path).as_bytes()), source.digest, "{}", source.path);
        }
    }
    let of = |id: &str| patterns::sources(patterns::find(id).expect("a pattern"));
    let has = |id: &str, part: &str| of(id).iter().any(|source| source.path == format!("crates/parts/src/{part}.rs"));
    assert!(has("worker-pool", "crew") && has("worker-pool", "channel"), "what it imports");
    assert!(!has("worker-pool", "breaker"), "and nothing else");
    assert!(has("circuit-breaker", "breaker") && has("circuit-breaker", "window"), "and what that is made of");
}

#[test]
fn the_file_to_read_first_is_one_that_waits() {
    // A pattern whose only file that waits is its first opened at its parameters, or at its scenarios.
    for pattern in patterns::ALL {
        let first = patterns::sources(pattern)[patterns::read_first(pattern)];
        assert!(on_disk(first.path).contains(".await") && !first.path.ends_with("/presets.rs"), "{}", first.path);
    }
}

#[test]
fn the_main_task_is_at_home_where_the_results_end_up() {
    for pattern in everyone() {
        for (name, fidelity, values, _) in configurations(pattern) {
            let (kind, home) = pattern.home;
            let scene = (pattern.scene)(&values, fidelity);
            for Place { station, .. } in scene.places().into_iter().filter(|place| place.kind == PlaceKind::Sink) {
                assert_eq!(
                    station, home,
                    "{name}: the main task is at home at {kind:?} \"{home}\" (Pattern::home) and the results end up at \"{station}\" \
                     (the sink of its scene): what it collects would be at a station that nobody sees"
                );
            }
        }
    }
}

// Runs.

#[test]
fn every_pattern_with_every_preset_runs_to_its_end_and_keeps_its_promises_at_every_instant() {
    for pattern in everyone() {
        for (name, fidelity, values, preset) in configurations(pattern) {
            let mut run = start_pattern(setup(), pattern, fidelity, &values);
            let progress = run.advance(SimTime::MAX, u64::MAX);
            // As shipped, what crashes or gets stuck does so because the original does. Otherwise a scenario says that it does, and does.
            let failed = matches!(progress, Progress::Crashed(_) | Progress::Deadlock(_));
            let as_original = fidelity == Fidelity::Shipped && failed;
            let gets_stuck = preset.is_some_and(|preset| pattern.gets_stuck.contains(&preset.id));
            let as_said = match gets_stuck {
                true => failed,
                false => progress == Progress::Drained,
            };
            assert!(as_said || as_original, "{name} ended in {progress:?}");

            let trace = run.trace();
            let (mut ledger, mut cursor) = (Ledger::new(), Cursor::new());
            let always: Vec<_> = pattern.checks().iter().filter(|c| c.kind == CheckKind::Always).collect();
            let promises = |ledger: &Ledger| {
                for check in &always {
                    assert!((check.holds)(ledger, &trace), "{name}: {} not at {} ns", check.name(), ledger.now.0);
                }
            };
            while let Some(next) = trace.get(cursor.index) {
                assert!(next.at >= ledger.now, "{name}: time goes back at event {}", cursor.index);
                if next.at > ledger.now {
                    promises(&ledger);
                }
                cursor.step(&trace, SimTime::MAX, &mut ledger);
            }
            promises(&ledger);

            let tally = &ledger.tally;
            assert_eq!(tally.offered, tally.departed() + tally.in_system, "{name}");
            assert!(tally.offered > 0, "{name} does nothing");
            let counted = values.jobs();
            assert!(counted.is_none_or(|requests| tally.offered <= requests), "{name}");
            if preset.is_none_or(|p| p.fidelity.is_none()) && fidelity == Fidelity::Documented && !gets_stuck {
                assert!(counted.is_none_or(|requests| tally.offered == requests), "{name}");
                assert_eq!(tally.in_system, 0, "{name}: as documented nothing is left behind");
            }
            assert_drawable(&name, &(pattern.scene)(&values, fidelity), &ledger, &trace);
        }
    }
}

/// Whether the program opened every station that its picture shows.
fn assert_drawable(name: &str, scene: &SceneSpec, ledger: &Ledger, trace: &millrace::trace::Trace) {
    let opened = |station: &str| assert!(ledger.find(station, trace).is_some(), "{name}: no station {station}");
    let problems = place::problems(scene, ledger, trace);
    assert!(problems.is_empty(), "{name}: {}", problems.join("; "));
    for place in scene.places() {
        assert_label(&place.label, name);
    }
    let mut gauges = BTreeSet::new();
    for gauge in &scene.gauges {
        opened(&gauge.station);
        assert_label(gauge.label, name);
        assert!(is_kebab(gauge.id) && gauges.insert(gauge.id), "{name}: gauge {}", gauge.id);
    }
    let mut faults = BTreeSet::new();
    for fault in &scene.faults {
        let of = format!("{name}: fault {}", fault.name());
        assert!(is_kebab(fault.id) && faults.insert(fault.name()), "{of}");
        assert_label(&fault.full_label(), &of);
        let Some(server) = fault.server else { continue };
        opened(server.as_str());
        assert_label(fault.state, &of);
        assert_sentence(fault.help, &of);
        assert!((fault.min..=fault.max).contains(&fault.default), "{of}");
    }
}

#[test]
fn the_closed_form_is_met_where_there_is_one_and_nothing_is_random() {
    // A constant service time leaves nothing to chance: the total is the formula's, but for filling and draining the stages.
    for pattern in everyone() {
        let given = [("requests", "1500"), ("server", "general"), ("service", "constant"), ("mean", "20ms")];
        let values = values(pattern, Fidelity::Documented, None, &given);
        let Some(ideal) = (pattern.ideal)(&values, Fidelity::Documented) else { continue };
        let mut run = start_pattern(setup(), pattern, Fidelity::Documented, &values);
        assert_eq!(run.advance(SimTime::MAX, u64::MAX), Progress::Drained, "{}", pattern.id);
        let took = run.now().seconds();
        assert!(took >= ideal.seconds - 1e-9, "{}: {took} s is faster than {}", pattern.id, ideal.formula);
        // Filling and draining takes a few of the hundred rounds; a regulator holds back on purpose.
        let regulated = !(pattern.scene)(&values, Fidelity::Documented).regulators().is_empty();
        assert!(
            regulated || took < 1.05 * ideal.seconds,
            "{}: {took} s, {} says {} s",
            pattern.id,
            ideal.formula,
            ideal.seconds
        );
        assert!(!ideal.formula.is_empty());
    }
}

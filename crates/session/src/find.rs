//! Finding what there is by a word: patterns by name, scenarios, parameters, figures, and patterns by what is said about them.
//!
//! Names and what is said about scenarios and parameters are in the program anyway and are looked through when somebody seeks. The words
//! of the explanations are not, because they are in the sources: the build lists them (`patterns::words`).

use super::alike::{others, stem};
use millrace_patterns as patterns;
use millrace_spec::{Field, Kind, Pattern, Preset};

/// Something that was found.
#[derive(Clone, Debug)]
pub enum Found {
    /// A scenario of a pattern; that of the defaults has no id.
    Scenario(&'static Pattern, &'static Preset),
    /// A parameter of a pattern.
    Parameter(&'static Pattern, Field),
    /// A figure that a pattern measures: its name.
    Figure(&'static Pattern, &'static str),
    /// A pattern whose explanation has the word.
    Explained(&'static Pattern),
}

/// What the figures of every pattern are called, and by what other words somebody may look for them.
const FIGURES: &[(&str, &str)] = &[
    ("Percentiles of latency", "p50 p90 p95 p99 p99.9 percentile tail mean average latency"),
    ("Throughput and goodput", "throughput goodput rate rps qps load attempts per second"),
    ("Waiting in queues", "queue depth backlog length wait utilisation utilization saturation load"),
    ("Status codes and failures", "status 200 404 500 503 error failure availability"),
];

/// The most that is found of a kind.
const MOST: usize = 8;

/// Fewer than this are little.
const LITTLE: usize = 4;

impl Found {
    /// What tells it from all others.
    fn name(&self) -> String {
        match self {
            Found::Scenario(pattern, preset) => format!("{} {}", pattern.id, preset.label),
            Found::Parameter(_, field) => format!("{} {}", field.key, field.label),
            Found::Figure(pattern, label) => format!("{} {label}", pattern.id),
            Found::Explained(pattern) => pattern.id.to_owned(),
        }
    }
}

/// The patterns whose name has a text in it, in the order of the catalogue. Nothing sought, everything found.
pub fn named(sought: &str) -> Vec<&'static Pattern> {
    let sought = plain(sought);
    patterns::ALL
        .iter()
        .copied()
        .filter(|p| [p.name, p.title, p.id].iter().any(|name| plain(name).contains(&sought)))
        .collect()
}

/// What else a text is found in, a few of each kind: scenarios first, then parameters, figures and explanations. A word is sought in all its
/// forms; where little is found, other words for it are sought as well, and what has those comes last.
pub fn beside(sought: &str) -> Vec<Found> {
    let sought = plain(sought);
    if sought.chars().count() < 2 {
        return Vec::new();
    }
    let mut found = having(&|text: &str| begins_a_word(text, stem(&sought)));
    if found.len() < LITTLE {
        let others = others(&sought);
        let meant = having(&|text: &str| others.iter().any(|word| begins_a_word(text, word)));
        let known: Vec<String> = found.iter().map(Found::name).collect();
        found.extend(meant.into_iter().filter(|one| !known.contains(&one.name())).take(MOST));
    }
    found
}

/// Whether a text has each word that is sought, in any of its forms.
pub fn has_words(sought: &str, text: &str) -> bool {
    let (sought, text) = (plain(sought), plain(text));
    sought.chars().count() > 1 && sought.split_whitespace().all(|word| begins_a_word(&text, stem(word)))
}

/// What has a text that this says yes to, a few of each kind.
fn having(has: &dyn Fn(&str) -> bool) -> Vec<Found> {
    let is_in = |text: &str| has(&plain(text));
    let scenarios = patterns::ALL.iter().flat_map(|&pattern| pattern.scenarios().map(move |preset| (pattern, preset)));
    let scenarios = scenarios
        .filter(|(_, preset)| [preset.label, preset.id, preset.says, preset.help].into_iter().any(is_in))
        .map(|(pattern, preset)| Found::Scenario(pattern, preset));
    let mut found: Vec<Found> = scenarios.take(MOST).collect();
    found.extend(parameters(&is_in));
    found.extend(figures(&is_in));
    let explained = patterns::ALL.iter().filter(|pattern| is_in(patterns::words(pattern)));
    found.extend(explained.take(MOST).map(|pattern| Found::Explained(pattern)));
    found
}

/// Those whose label or key has the text come before those whose help or choices do; what several patterns share is found at the first
/// of them.
fn parameters(is_in: &impl Fn(&str) -> bool) -> impl Iterator<Item = Found> {
    let (mut by_name, mut by_words): (Vec<Found>, Vec<Found>) = (Vec::new(), Vec::new());
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for pattern in patterns::ALL {
        for field in (pattern.fields)() {
            if seen.contains(&own(&field)) {
                continue;
            }
            let choices = if let Kind::Choice(choices) = field.kind { choices } else { &[] };
            let list = if is_in(field.label) || is_in(field.key) {
                &mut by_name
            } else if is_in(field.help) || choices.iter().any(|choice| is_in(choice.label) || is_in(choice.help)) {
                &mut by_words
            } else {
                continue;
            };
            seen.push(own(&field));
            list.push(Found::Parameter(pattern, field));
        }
    }
    by_name.into_iter().chain(by_words).take(MOST)
}

/// Key and label of a parameter without what they begin with where a pattern takes its group with a prefix: it is the same one.
fn own(field: &Field) -> (&'static str, &'static str) {
    let label = field.label.split_once(": ").filter(|_| !field.prefix.is_empty());
    (field.key.strip_prefix(field.prefix).unwrap_or(field.key), label.map_or(field.label, |(_, label)| label))
}

fn figures(is_in: &impl Fn(&str) -> bool) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    // A figure that every pattern with calls has is shown with the first of them.
    let first = patterns::ALL.first().copied();
    let common = FIGURES.iter().filter(|(name, words)| is_in(name) || is_in(words));
    found.extend(common.filter_map(|(name, _)| Some(Found::Figure(first?, name))));
    for pattern in patterns::ALL {
        let measures = (pattern.measures)(&pattern.values(Default::default(), None, |_| None));
        let own = measures.into_iter().filter(|measure| is_in(measure.label));
        found.extend(own.map(|measure| Found::Figure(pattern, measure.label)));
    }
    found.truncate(MOST);
    found
}

fn plain(text: &str) -> String {
    text.trim().to_ascii_lowercase()
}

/// Whether a word of a text begins with what is sought, which may be several words.
fn begins_a_word(text: &str, sought: &str) -> bool {
    let starts =
        |at: usize| text.get(..at).and_then(|before| before.chars().next_back()).is_none_or(|c| !c.is_alphanumeric());
    text.match_indices(sought).any(|(at, _)| starts(at))
}

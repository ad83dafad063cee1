//! The bug cabinet: every place where a document and its code say different things has a card, and the two runs of a card really differ in the
//! figure that it names, at the instant at which it opens them.

use crate::cabinet_reference::{DISAGREEMENTS, Shown};
use crate::pool::seen_of;
use crate::program::follow_scenario;
use crate::stage::{crossing, fault_of};
use millrace::analysis::{History, Who, parting};
use millrace::export::{Report, figure, written};
use millrace::patterns;
use millrace::session::{Drawers, Scenario, Session, link};
use millrace::spec::{COSTS, Card, KINDS, SOURCES, digest, line_with, short_path};
use millrace::trace::{Ledger, SimTime, Span};
use millrace::view::card::{self, Ink};
use millrace::view::scene::{Look, draw};
use millrace::view::{Palette, Theme};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

/// The cards of all patterns, as scripts/cards.sh puts them together.
pub fn text() -> String {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/patterns/src");
    let mut folders: Vec<_> = std::fs::read_dir(src).expect("the patterns").flatten().map(|e| e.path()).collect();
    folders.sort();
    folders.iter().filter_map(|folder| std::fs::read_to_string(folder.join("cards.txt")).ok()).collect()
}

/// A scenario's run, until an instant as if it ended there, or until the end that it has.
pub fn run_of(scenario: &Scenario, until: Option<Span>) -> Session<Ledger, History> {
    let mut scenario = scenario.clone();
    scenario.until = until.or(scenario.until);
    follow_scenario(scenario)
}

/// A figure of a run that is over.
fn figure_of(session: &Session<Ledger, History>, path: &str) -> String {
    let report = serde_json::to_value(Report::of(session, Vec::new(), 0)).expect("a report");
    written(&figure(&report, path), path)
}

#[test]
fn the_page_fetches_the_cards_that_the_patterns_declare() {
    let (source, count) = &patterns::CARDS;
    let text = text();
    assert_eq!(source.digest, digest(text.as_bytes()), "what the build put together is what stands in the files");
    assert_eq!(
        (*count, Card::all(&text).len()),
        (text.matches("\n[").count() + 1, *count),
        "a card has an unknown cost"
    );
    assert_eq!(short_path(source.path), "cards.txt", "where scripts/cards.sh puts them");
}

#[test]
fn a_card_says_in_a_sentence_what_goes_wrong_and_leads_to_two_runs_and_a_line() {
    let text = text();
    let mut ids = BTreeSet::new();
    for card in Card::all(&text) {
        let Card { id, says, .. } = card;
        assert!(ids.insert(id), "two cards are called {id}");
        assert!((20..=Card::LONGEST).contains(&says.chars().count()), "{id}: {} characters", says.chars().count());
        for words in [says, card.why] {
            assert!(
                words.ends_with('.') && words.starts_with(|c: char| c.is_uppercase() || c.is_numeric()),
                "{id}: {words:?}"
            );
        }
        assert!((5..=34).contains(&card.figure.len()) && !card.figure.ends_with('.'), "{id}: {:?}", card.figure);
        assert!(KINDS.contains(&card.kind), "{id}: {:?} is no kind", card.kind);
        assert!(COSTS.iter().any(|(cost, ..)| *cost == card.cost), "{id}: {:?} is no cost", card.cost);
        assert!(
            [card.document, card.code].iter().all(|value| (1..=12).contains(&value.len())),
            "{id}: values that fit"
        );
        let is_of_none = card.whole.is_empty() && [card.document, card.code].contains(&"0");
        assert!(!is_of_none || !COUNTED.contains(&card.cost), "{id}: of how many?");
        let read = link::decode(&card.link()).expect(id);
        assert_eq!(read.notices, Vec::<String>::new(), "{id}");
        assert_eq!(link::encode(&read.scenario), card.link(), "{id}: its link as the page writes it");
        let sources = patterns::sources(read.scenario.pattern);
        let file = sources.iter().find(|source| short_path(source.path) == card.file);
        let file = file.unwrap_or_else(|| panic!("{id}: the code pane has no {}", card.file));
        let file = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file.path)).expect(id);
        assert!(line_with(&file, card.marker).is_some(), "{id}: no line of {} has {:?}", card.file, card.marker);
    }
}

/// The figures of all cards of a part of them: no one test is to take as long as all together.
fn the_two_runs_differ(part: usize) {
    let (text, mut wrong) = (text(), String::new());
    for card in Card::all(&text).into_iter().skip(part).step_by(PARTS) {
        let document = link::decode(&card.link()).expect(card.id).scenario;
        let code = document.beside().expect("another stands beside it");
        let at = document.moment.at;
        assert_eq!(document.seed, code.seed, "{}: one seed", card.id);
        assert!(at.is_some(), "{}: an instant", card.id);
        let sides = [&document, &code];
        let [there, beside] = sides.map(|side| figure_of(&run_of(side, at), card.path));
        let runs = sides.map(|side| run_of(side, None));
        let [document, code] = runs.each_ref().map(|run| figure_of(run, card.path));
        if !card.whole_path.is_empty() && figure_of(&runs[1], card.whole_path) != card.whole {
            writeln!(wrong, "{}: of {} at {}?", card.id, card.whole, card.whole_path).expect("memory");
        }
        if there == beside || document == code || (document.as_str(), code.as_str()) != (card.document, card.code) {
            let at = format!("{there} and {beside} at {}", card.at);
            writeln!(wrong, "{}: {document} and {code}, {at}; the card: {} and {}", card.id, card.document, card.code)
                .expect("memory");
        }
        let [first, second] = runs.each_ref().map(|run| run.run().trace());
        let scenario = runs[0].scenario();
        let spec = (scenario.pattern.scene)(&scenario.values(), scenario.fidelity);
        let is_shown = |name: &str, gauge| spec.gauges.iter().any(|one| one.station == name && one.gauge == gauge);
        let by = SimTime(at.expect("an instant").0);
        let parted = parting(&first, &second, by, &is_shown);
        if !parted.is_some_and(|parted| parted.at <= by && parted.next[0] != parted.next[1]) {
            writeln!(wrong, "{}: nobody fares otherwise until {}", card.id, card.at).expect("memory");
        }
    }
    assert_eq!(wrong, "");
}

const PARTS: usize = 4;

/// What costs some of many: it is to be said of how many.
const COUNTED: &[&str] = &["lost", "forever"];

#[test]
fn the_runs_of_a_card_have_parted_where_it_opens_them_and_end_with_its_figures() {
    the_two_runs_differ(0);
}

#[test]
fn so_have_those_of_the_second_part_of_the_cards() {
    the_two_runs_differ(1);
}

#[test]
fn and_those_of_the_third() {
    the_two_runs_differ(2);
}

#[test]
fn and_those_of_the_last() {
    the_two_runs_differ(3);
}

#[test]
fn two_runs_of_one_scenario_never_part_and_those_of_a_card_do_not_before_they_do() {
    let text = text();
    let card = *Card::all(&text).iter().find(|card| card.id == "stranded").expect("a card");
    let document = link::decode(&card.link()).expect(card.id).scenario;
    let code = document.beside().expect("another stands beside it");
    let [first, again, code] = [&document, &document, &code].map(|side| run_of(side, None));
    let [first, again, code] = [first.run().trace(), again.run().trace(), code.run().trace()];
    let until = |other, at| parting(&first, other, at, &|_, _| true);
    assert_eq!(until(&again, SimTime::MAX), None);
    let parted = until(&code, SimTime::MAX).expect("they part");
    assert_eq!(until(&code, parted.at).as_ref(), Some(&parted), "whoever looks no farther finds the same");
    let before = SimTime(parted.at.0 - 1);
    assert!(
        until(&code, before).is_none_or(|other| matches!(other.who, Who::Station(_))),
        "no job fares otherwise before"
    );
}

#[test]
fn of_what_costs_the_same_the_card_that_costs_most_of_the_work_comes_first() {
    let card = |document, code, whole| Card { document, code, whole, ..Card::default() };
    assert_eq!(card("0", "824", "3,000").share(), 274, "so many of the whole");
    assert_eq!(card("2,000", "0", "").share(), 1_000, "all of it");
    assert_eq!(card("435 ms", "5.86 s", "").share(), 925, "by so much of the greater one, whatever the units");
    assert_eq!(card("5", "20", "").share(), 750);
    assert_eq!(card("no", "yes", "").share(), 0, "one cannot say how much");
    let text = text();
    let cards = Card::all(&text);
    assert!(cards.windows(2).all(|two| two[0].cost != two[1].cost || two[0].share() >= two[1].share()));
    let costs: Vec<_> = cards.iter().map(|card| COSTS.iter().position(|(cost, ..)| *cost == card.cost)).collect();
    assert!(costs.is_sorted(), "the dearest first");
}

#[test]
fn the_two_pictures_of_a_card_differ_and_that_of_the_code_shows_what_is_wrong() {
    for card in Card::all(&text()) {
        let [document, code] = [false, true].map(|is_code| card::picture(&card, is_code));
        assert!(!document.is_empty() && document != code, "{}", card.id);
        let is_wrong = |(ink, _): &(Ink, String)| matches!(ink, Ink::Bad | Ink::Waits | Ink::Line);
        assert!(code.iter().any(is_wrong), "{}", card.id);
        let (wide, high) = card::SIZE;
        for (_, path) in document.iter().chain(&code) {
            for at in path.split('M').filter(|at| !at.is_empty()) {
                let numbers = at.split(|c: char| !(c.is_ascii_digit() || c == '-')).filter_map(|n| n.parse().ok());
                let [x, y] = numbers.take(2).collect::<Vec<i32>>().try_into().expect("a point");
                assert!((0..=wide).contains(&x) && (0..=high).contains(&y), "{}: {path}", card.id);
            }
        }
    }
}

/// The two stages of an opened card have half of the room each, and more of it where the page gives it to them (`static/layout.css`, `narrow.css`).
#[test]
fn nothing_lies_over_anything_else_on_the_two_stages_of_an_opened_card() {
    let (text, mut wrong) = (text(), String::new());
    for card in Card::all(&text) {
        let document = link::decode(&card.link()).expect(card.id).scenario;
        let at = document.moment.at.expect("an instant");
        let scene = (document.pattern.scene)(&document.values(), document.fidelity);
        let desk = if scene.is_tall() || scene.is_stacked() { 260.0 } else { 200.0 };
        let phone = if scene.is_deep() { 250.0 } else { 178.0 };
        for side in [document.clone(), document.beside().expect("another stands beside it")] {
            let fidelity = side.fidelity.id();
            seen_of(side, at.0 / 1_000_000, (880.0, desk), |scene, look| {
                for size in [(880.0, desk), (390.0, phone)] {
                    let look = Look::new(size, Palette::of(Theme::Light), look.now);
                    let shapes = draw(scene, &look);
                    for said in [fault_of(&shapes, size), crossing(&shapes)].into_iter().flatten() {
                        writeln!(wrong, "{} {fidelity} at {size:?}: {said}", card.id).expect("memory");
                    }
                }
            });
        }
    }
    assert_eq!(wrong, "");
}

#[test]
fn what_is_chosen_in_the_cabinet_stands_in_its_link_and_what_is_not_known_is_passed_over() {
    let chosen = Drawers { kinds: 0b101, source: Some(2), by_pattern: true };
    assert_eq!(chosen.link(), "#/cabinet?kind=race,lost-work&source=003&sort=pattern");
    for drawers in [chosen, Drawers::default(), Drawers { source: Some(0), ..Drawers::default() }] {
        assert_eq!(Drawers::read(&drawers.link()), Some(drawers));
    }
    assert_eq!(
        Drawers::read("#/cabinet?kind=bug%2Crace&source=9&sort=x").map(Drawers::link).as_deref(),
        Some("#/cabinet?kind=race")
    );
    assert_eq!(Drawers::read("#/cabinets"), None);
    let text = text();
    let cards = Card::all(&text);
    let of = |source| cards.iter().filter(|card| Drawers { source, ..Drawers::default() }.show(card)).count();
    assert_eq!((0..SOURCES.len()).map(|source| of(Some(source))).sum::<usize>(), of(None), "each is of one source");
}

#[test]
fn every_disagreement_of_the_reference_has_its_card_and_every_card_is_one() {
    let text = text();
    let cards: BTreeSet<_> = Card::all(&text).iter().map(|card| card.id).collect();
    let mut named = BTreeSet::new();
    for (section, says, shown) in DISAGREEMENTS {
        assert!(section.starts_with(|c: char| c.is_numeric()) && !says.is_empty(), "{section}: {says}");
        match shown {
            Shown::By(ids) => {
                assert!(!ids.is_empty(), "{section}: {says}");
                named.extend(*ids);
            }
            Shown::Nowhere(why) => assert!(why.len() > 10, "{section}: {says}: {why}"),
        }
    }
    assert_eq!(named, cards, "left those that the reference is said to have, right those that there are");
}

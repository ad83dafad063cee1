//! CONTRIBUTING.md is followed: its template is compiled and runs like any pattern, and what it says of places and files is so.

use crate::everyone::everyone;
use crate::template;
use millrace::analysis::History;
use millrace::engine::Progress;
use millrace::export::{Canvas, picture};
use millrace::patterns::ALL;
use millrace::session::{Scenario, Session};
use millrace::trace::{Ledger, SimTime};
use millrace::view::place::face;
use std::collections::BTreeMap;
use std::path::Path;

const GUIDE: &str = include_str!("../../CONTRIBUTING.md");

#[test]
fn the_template_of_the_guide_is_the_file_that_is_compiled() {
    let quoted = GUIDE.split("```rust\n").nth(1).and_then(|rest| rest.split("```\n").next());
    assert!(
        quoted == Some(include_str!("template.rs")),
        "CONTRIBUTING.md and tests/native/template.rs differ; change both alike"
    );
}

#[test]
fn the_other_code_of_the_guide_stands_in_the_files_that_it_names() {
    let blocks: Vec<&str> = GUIDE.split("```rust\n").skip(2).filter_map(|rest| rest.split("```\n").next()).collect();
    let files = [include_str!("levels.rs"), include_str!("trace.rs")];
    assert_eq!(blocks.len(), files.len(), "a block of code in CONTRIBUTING.md is held by no file");
    for (block, file) in blocks.into_iter().zip(files) {
        // In pieces, between which something is left out.
        for piece in block.split("\n\n").map(str::trim_end).filter(|piece| !piece.is_empty()) {
            let mut lines = file.lines();
            let missing = piece.lines().find(|line| !lines.any(|other| other == *line));
            assert_eq!(missing, None, "in this order:\n{piece}");
        }
    }
}

#[test]
fn the_headings_of_the_catalogue_are_in_the_guide_and_every_glyph_is_drawn() {
    let drawn = include_str!("../../src/app/icon.rs");
    for pattern in everyone() {
        assert!(GUIDE.contains(&format!("\"{}\"", pattern.group)), "{}: {:?}", pattern.id, pattern.group);
        let glyph = format!("=> \"{}\",", pattern.glyph);
        assert!(drawn.contains(&glyph), "{}: nobody drew the glyph {:?} in src/app/icon.rs", pattern.id, pattern.glyph);
    }
}

#[test]
fn the_template_runs_to_its_end_and_is_drawn_with_its_places() {
    for preset in [None, template::PATTERN.preset("one-desk")] {
        let mut scenario = Scenario::new(&template::PATTERN);
        scenario.preset = preset;
        let mut session = Session::new(scenario, Ledger::new(), History::watching(template::PATTERN.checks()));
        while !session.compute(SimTime::MAX, u64::MAX) {}
        assert_eq!(session.outcome(), Some(&Progress::Drained));
        for canvas in [Canvas::PAGE, Canvas::PHONE] {
            for seconds in [1, 3, 60] {
                let picture = picture(&session, SimTime(seconds * 1_000_000_000), canvas);
                assert!(picture.contains("Desks") || canvas == Canvas::PHONE, "{seconds} s");
                assert!(picture.contains("Line"), "{seconds} s");
            }
        }
    }
}

/// The rows of the table with a heading: cells without their marks.
fn table(first: &str) -> Vec<Vec<String>> {
    let rows = GUIDE.lines().skip_while(|line| !line.starts_with(&format!("| {first} |"))).skip(2);
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect();
    rows.take_while(|line| line.starts_with('|')).map(cells).collect()
}

#[test]
fn the_table_of_places_says_which_stations_each_can_show() {
    let said: BTreeMap<String, String> =
        table("Place").into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    let mut shown = BTreeMap::new();
    for pattern in ALL {
        let scenario = Scenario::new(pattern);
        for place in (pattern.scene)(&scenario.values(), scenario.fidelity).places() {
            let kind = format!("{:?}", place.kind);
            let kind = kind.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_lowercase();
            let stations: Vec<&str> = face(place).stations().iter().map(|kind| kind.word()).collect();
            shown.insert(kind, stations.join(", "));
        }
    }
    assert_eq!(said, shown, "left CONTRIBUTING.md, right what the places of all patterns can show");
}

#[test]
fn every_file_that_the_guide_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let named = GUIDE.split('`').filter(|word| word.starts_with("crates/") || word.starts_with("tests/"));
    let missing: Vec<_> = named.filter(|path| !path.contains("my_pattern") && !root.join(path).exists()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

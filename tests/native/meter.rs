//! The place of a limit that moves: what it is, who is under way, and what it goes by, in the picture and in words.

use super::pool::{PHONE, WIDE, seen};
use millrace::view::scene::draw;
use millrace::view::{Shape, text};

fn texts(link: &str, ms: u64, size: (f64, f64)) -> Vec<String> {
    let shapes = seen(link, ms, size, draw);
    let text = |shape| if let Shape::Text { text, .. } = shape { Some(text) } else { None };
    shapes.into_iter().filter_map(text).collect()
}

#[test]
fn a_limit_says_how_many_are_under_way_and_what_its_rule_goes_by() {
    let says = |link: &str| {
        let rows = seen(link, 500, WIDE, text::rows);
        rows.into_iter().find(|row| row.what == "Limit").expect("the limit").says
    };
    let fixed = says("#/adaptive-limit?preset=too-many&initial=30");
    assert!(fixed.starts_with("30 of 30 under way, ") && fixed.ends_with(" refused"), "{fixed}");
    let vegas = says("#/adaptive-limit?preset=knee");
    assert!(vegas.contains("quickest call 20.0 ms") && vegas.contains("queue, estimated "), "{vegas}");
    let gradient = says("#/adaptive-limit?preset=creep");
    for word in ["long average ", "last call ", "gradient "] {
        assert!(gradient.contains(word), "{gradient}");
    }
}

#[test]
fn its_chart_stands_on_a_desk_and_on_a_phone() {
    for size in [WIDE, PHONE] {
        let all = texts("#/adaptive-limit?preset=knee", 2_500, size);
        for text in ["at once", "−2 s", "now", "quickest call"] {
            assert!(all.contains(&text.to_owned()), "{size:?}: {text}: {all:?}");
        }
    }
}

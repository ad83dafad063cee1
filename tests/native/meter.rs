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

const RUSH: &str = "#/degradation?preset=rush&step-at=0s";

#[test]
fn a_service_that_degrades_says_its_mode_its_threshold_and_what_became_of_each_class() {
    let says = |link: &str, ms| {
        let rows = seen(link, ms, WIDE, text::rows);
        rows.into_iter().find(|row| row.what == "Service").expect("the service").says
    };
    let degraded = says(&format!("{RUSH}&service=constant"), 300);
    assert!(degraded.contains(" of 200 under way, degraded, ") && degraded.contains("degrades from 100"), "{degraded}");
    for class in ["high: ", "normal: ", "low: "] {
        assert!(degraded.contains(class), "{degraded}");
    }
    assert!(says(&format!("{RUSH}&recover=20"), 300).contains("in full again below 40"));
    let never = says(&format!("{RUSH}&degrade=160"), 300);
    assert!(never.contains("normal") && never.contains("degrades from 320: never reached"), "{never}");
}

#[test]
fn its_thresholds_and_its_classes_stand_on_a_desk_and_on_a_phone_at_any_time() {
    for size in [WIDE, (620.0, 430.0), PHONE] {
        for (ms, from) in [(1, "−250 ms"), (200, "−250 ms"), (600, "−1 s"), (2_500, "−2 s")] {
            let all = texts(RUSH, ms, size);
            for text in [from, "now", "limit 200", "degrades from 100", "high", "normal", "low", "shed"] {
                assert!(all.contains(&text.to_owned()), "{size:?}, {ms} ms: {text}: {all:?}");
            }
        }
        let all = texts(&format!("{RUSH}&degrade=160"), 600, size);
        assert!(all.contains(&"degrades from 320: never reached".to_owned()), "{size:?}: {all:?}");
    }
}

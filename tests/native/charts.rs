//! Charts, drawn as SVG: what is not known is not drawn, and what lies over them is of one instant.

use millrace::view::charts::{At, Band, Line, Mark, Paper, Points, Stretch, TimeChart, Written};
use millrace::view::shape::Shape;
use millrace::view::{Palette, Rgba, Theme};
use plotters::prelude::SVGBackend;

const SIZE: (u32, u32) = (400, 120);
const LINE: Rgba = Rgba::new(1, 2, 3, 1.0);
const FILL: Rgba = Rgba::new(4, 5, 6, 1.0);
const RULE: Rgba = Rgba::new(7, 8, 9, 1.0);

fn windows(pieces: Vec<Points>) -> Line {
    Line::windows("p50", pieces, 1.0, (LINE, LINE), 1.0)
}

fn svg(chart: &TimeChart) -> String {
    let mut text = String::new();
    let palette = Palette::of(Theme::Light);
    let paper = Paper::new(SVGBackend::with_string(&mut text, SIZE), palette, 1.0);
    chart.draw(&paper, palette.chrome).expect("a text takes everything");
    drop(paper);
    text
}

/// What lies over a chart.
fn over(chart: &TimeChart, playhead: f64, pointed: Option<f64>) -> Vec<Shape> {
    chart.over((f64::from(SIZE.0), f64::from(SIZE.1)), Palette::of(Theme::Light), At { playhead, pointed, life: None })
}

fn words(shapes: &[Shape]) -> Vec<&str> {
    fn word(shape: &Shape) -> Option<&str> {
        if let Shape::Text { text, .. } = shape { Some(text) } else { None }
    }
    shapes.iter().filter_map(word).collect()
}

/// The elements of a kind that are drawn in a colour.
fn drawn<'a>(svg: &'a str, element: &str, colour: &str) -> Vec<&'a str> {
    let start = format!("<{element} ");
    svg.lines().filter(|line| line.starts_with(&start) && line.contains(colour)).collect()
}

/// The first and last horizontal position of a polyline.
fn ends(polyline: &str) -> (i32, i32) {
    let points = polyline.split("points=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("it has points");
    let xs: Vec<i32> = points.split_whitespace().filter_map(|p| p.split(',').next()?.parse().ok()).collect();
    (xs[0], xs[xs.len() - 1])
}

/// A median that is known from the start to 2 s and from 5 to 8 s.
fn with_a_gap() -> TimeChart {
    let before: Points = vec![(1.0, 20.0), (2.0, 30.0)];
    let after: Points = vec![(6.0, 40.0), (7.0, 30.0), (8.0, 20.0)];
    let pieces = vec![before, after];
    let higher: Vec<Points> = pieces.iter().map(|piece| piece.iter().map(|q| (q.0, q.1 + 9.0)).collect()).collect();
    let band = Band { low: pieces.clone(), high: higher, fill: FILL };
    TimeChart {
        end: 10.0,
        until: 10.0,
        lines: vec![windows(pieces)],
        bands: vec![band],
        unit: "ms",
        written: Written::Millis,
        counts: vec![(1.0, 90.0), (2.0, 85.0), (6.0, 12.0), (7.0, 10.0), (8.0, 11.0)],
        ..TimeChart::default()
    }
}

#[test]
fn a_line_and_its_band_break_where_nothing_is_known() {
    // Across an outage of three seconds a line was drawn as if somebody had been answered meanwhile.
    let chart = with_a_gap();
    let svg = svg(&chart);
    let lines: Vec<_> = drawn(&svg, "polyline", "#010203").into_iter().map(ends).collect();
    // 34 px at the left and 94 at the right are for labels: 27.2 px a second.
    assert_eq!(lines, [(61, 88), (197, 251)]);
    assert_eq!(drawn(&svg, "polygon", "#040506").len(), 2);
    let table = chart.table();
    let of = |second: f64| table.rows.iter().find(|row| row[0] == format!("{second:.3}")).map(|row| row[1].clone());
    let cells = [0.5, 1.0, 2.0, 3.0, 4.5, 5.5, 7.0, 8.0, 9.0].map(|s| of(s).expect("a row each half second"));
    assert_eq!(cells, ["20.0", "20.0", "30.0", "–", "–", "40.0", "30.0", "20.0", "–"]);
}

#[test]
fn one_point_among_nothing_is_a_dot() {
    let chart = TimeChart { end: 10.0, lines: vec![windows(vec![vec![(5.0, 1.0)]])], ..TimeChart::default() };
    let svg = svg(&chart);
    assert_eq!((drawn(&svg, "polyline", "#010203").len(), drawn(&svg, "rect", "#010203").len()), (0, 1));
}

#[test]
fn a_level_stays_until_it_jumps_and_has_no_gap() {
    let level = Line::level("queue", vec![(0.0, 1.0), (8.0, 5.0)], (LINE, LINE), 1.0);
    let chart = TimeChart { end: 10.0, lines: vec![level], ..TimeChart::default() };
    let svg = svg(&chart);
    assert_eq!(drawn(&svg, "polyline", "#010203").len(), 1);
    assert!(chart.table().rows.iter().all(|row| row[1] != "–"));
}

#[test]
fn a_fault_is_a_band_and_where_nobody_was_answered_in_it_that_is_said() {
    let outage =
        |from, to| Stretch { name: "outage".to_owned(), level: 0, from, to, wash: FILL, rule: RULE, ink: LINE };
    let with = |fault| TimeChart {
        faults: vec![fault],
        changes: vec![2.0, 2.01, 5.0],
        nothing: Some("no answers"),
        ..with_a_gap()
    };
    let silent = svg(&with(outage(1.9, 5.1)));
    assert_eq!((drawn(&silent, "rect", "#040506").len(), drawn(&silent, "rect", "#070809").len()), (1, 1));
    assert!(silent.contains("no answers"));
    let heard = svg(&with(outage(5.0, 8.0)));
    assert!(!heard.contains("no answers"), "there are answers in that one");
}

#[test]
fn labels_say_what_is_known_at_the_playhead_and_the_sentence_says_the_same() {
    let limit = Mark { value: 45.0, label: "limit 45".to_owned(), colour: LINE, ink: LINE };
    let chart = TimeChart { marks: vec![limit], ..with_a_gap() };
    assert_eq!(words(&over(&chart, 2.4, None)), ["limit 45", "p50 30.0"]);
    assert_eq!(chart.sentence(2.4), "p50 30.0 ms");
    assert_eq!(words(&over(&chart, 4.0, None)), ["limit 45", "p50 —"], "the last window had nothing to tell");
    assert_eq!(chart.sentence(4.0), "p50 — ms");
    assert_eq!(words(&over(&chart, 0.3, None)), ["limit 45"], "no window is over yet");
}

#[test]
fn who_points_at_an_instant_is_told_its_window_its_values_and_of_how_many() {
    let chart = with_a_gap();
    assert_eq!(chart.read(1.4), "1–2 s  p50 30.0 ms  n 85");
    assert_eq!(chart.read(3.5), "3–4 s  p50 — ms");
    let rings = |seconds| {
        let shapes = over(&chart, 10.0, Some(seconds));
        shapes.iter().filter(|shape| matches!(shape, Shape::Circle { .. })).count()
    };
    assert_eq!((rings(1.4), rings(3.5)), (1, 0), "no ring where no line is");
    let scale = chart.scale((400.0, 120.0)).expect("there is room");
    let there = scale.seconds(scale.x(1.4)).expect("it is in the plot");
    assert!((there - 1.4).abs() < 1e-9);
    assert_eq!(scale.seconds(390.0), None, "beside the plot there is no instant");
}

#[test]
fn what_was_computed_and_is_yet_to_come_again_is_paler() {
    let washes = |playhead| {
        let shapes = over(&with_a_gap(), playhead, None);
        shapes.iter().filter(|shape| matches!(shape, Shape::Rect { .. } | Shape::Boxes { .. })).count()
    };
    assert_eq!((washes(4.0), washes(10.0)), (1, 0));
}

#[test]
fn the_time_in_which_a_followed_request_was_there_is_a_bracket_below_the_line() {
    let chart = with_a_gap();
    let size = (f64::from(SIZE.0), f64::from(SIZE.1));
    let scale = chart.scale(size).expect("there is room");
    let p = Palette::of(Theme::Light);
    let bracket = |life| {
        let shapes = chart.over(size, p, At { playhead: 10.0, pointed: None, life });
        shapes.iter().find_map(|shape| match shape {
            Shape::Rect { at, size, fill: Some(fill), .. } if *fill == p.accent => Some((at.0, size.0)),
            _ => None,
        })
    };
    assert_eq!(bracket(None), None);
    assert_eq!(bracket(Some((2.0, 5.0))), Some((scale.x(2.0), scale.x(5.0) - scale.x(2.0))));
    assert_eq!(bracket(Some((2.0, 2.0001))), Some((scale.x(2.0), 2.0)), "a short life can be seen");
}

#[test]
fn what_is_pointed_at_after_an_hour_is_read_as_the_clock_has_it() {
    // "28910–28920 s" stood over a chart below a clock at 08:02:00.
    let line = Line::windows("p50", vec![vec![(28_920.0, 30.0)]], 10.0, (LINE, LINE), 1.0);
    let chart =
        TimeChart { end: 30_000.0, until: 30_000.0, lines: vec![line], written: Written::Millis, ..with_a_gap() };
    assert!(chart.read(28_914.669).starts_with("08:01:50–08:02:00  p50 30.0 ms"), "{}", chart.read(28_914.669));
    assert_eq!(chart.table().rows.last().map(|row| row[0].as_str()), Some("08:20:00.000"));
}

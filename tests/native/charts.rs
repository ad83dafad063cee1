//! Charts, drawn as SVG: what is not known is not drawn.

use millrace::view::charts::{Band, Line, Paper, Points, TimeChart};
use millrace::view::{Palette, Rgba, Theme};
use plotters::prelude::SVGBackend;

const SIZE: (u32, u32) = (400, 120);
const LINE: Rgba = Rgba::new(1, 2, 3, 1.0);
const FILL: Rgba = Rgba::new(4, 5, 6, 1.0);

fn line(pieces: Vec<Points>, steps: bool) -> Line {
    Line { name: "p50".into(), value: "—".into(), pieces, colour: LINE, ink: LINE, width: 1.0, steps, fill: None }
}

fn svg(chart: &TimeChart) -> String {
    let mut text = String::new();
    let palette = Palette::of(Theme::Light);
    let paper = Paper::new(SVGBackend::with_string(&mut text, SIZE), palette, 1.0);
    chart.draw(&paper, palette.chrome).expect("a text takes everything");
    drop(paper);
    text
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

#[test]
fn a_line_and_its_band_break_where_nothing_is_known() {
    // Across an outage of three seconds a line was drawn as if somebody had been answered meanwhile.
    let before: Points = vec![(1.0, 20.0), (2.0, 30.0)];
    let after: Points = vec![(6.0, 40.0), (8.0, 20.0)];
    let pieces = vec![before, after];
    let higher: Vec<Points> = pieces.iter().map(|piece| piece.iter().map(|q| (q.0, q.1 + 9.0)).collect()).collect();
    let band = Band { low: pieces.clone(), high: higher, fill: FILL };
    let chart = TimeChart {
        end: 10.0,
        lines: vec![line(pieces, false)],
        bands: vec![band],
        unit: "ms",
        ..TimeChart::default()
    };
    let svg = svg(&chart);
    let lines: Vec<_> = drawn(&svg, "polyline", "#010203").into_iter().map(ends).collect();
    // 36 px at the left and 76 at the right are for labels: 28.8 px a second.
    assert_eq!(lines, [(64, 93), (208, 266)]);
    assert_eq!(drawn(&svg, "polygon", "#040506").len(), 2);
    let table = chart.table();
    let of = |second: f64| table.rows.iter().find(|row| row[0] == format!("{second:.3}")).map(|row| row[1].clone());
    let cells = [0.5, 1.0, 2.0, 3.0, 5.5, 6.0, 7.0, 8.0, 9.0].map(|s| of(s).expect("a row each half second"));
    assert_eq!(cells, ["–", "20.0", "30.0", "–", "–", "40.0", "40.0", "20.0", "–"]);
}

#[test]
fn one_point_among_nothing_is_a_dot() {
    let chart = TimeChart { end: 10.0, lines: vec![line(vec![vec![(5.0, 1.0)]], false)], ..TimeChart::default() };
    let svg = svg(&chart);
    assert_eq!((drawn(&svg, "polyline", "#010203").len(), drawn(&svg, "rect", "#010203").len()), (0, 1));
}

#[test]
fn a_level_stays_until_it_jumps_and_has_no_gap() {
    let chart =
        TimeChart { end: 10.0, lines: vec![line(vec![vec![(0.0, 1.0), (8.0, 5.0)]], true)], ..TimeChart::default() };
    let svg = svg(&chart);
    assert_eq!(drawn(&svg, "polyline", "#010203").len(), 1);
    assert!(chart.table().rows.iter().all(|row| row[1] != "–"));
}

//! The place of a limiter: six faces that can be read, walked through and pointed at, alone or as rows of one table, on a desk and on a phone.

use super::pool::{PHONE, WIDE, seen};
use millrace::view::scene::{conservation, draw, hit, items, parts};
use millrace::view::{Shape, text};

const TALL: (f64, f64) = (880.0, 560.0);
const SIX: &str = "#/rate-limiter?algorithm=all&limit=2&burst=2&script=@900ms;@900ms;@900ms;@1100ms;@1100ms";

fn texts(link: &str, ms: u64, size: (f64, f64)) -> Vec<String> {
    let shapes = seen(link, ms, size, draw);
    let text = |shape| if let Shape::Text { text, .. } = shape { Some(text) } else { None };
    shapes.into_iter().filter_map(text).collect()
}

#[test]
fn each_row_says_how_its_account_stands_and_what_came_of_those_who_asked() {
    let rows = seen(SIX, 1_100, TALL, text::rows);
    let says = |what: &str| rows.iter().find(|row| row.what == what).map(|row| row.says.clone()).expect(what);
    assert_eq!(
        says("Token bucket"),
        "0 of 2 tokens, next in 300 ms, 2 passed, 3 refused, 0 waiting, at most 2 in any 1 s, limit 2"
    );
    assert_eq!(
        says("Leaky bucket"),
        "2 of 2 waiting, next out in 300 ms, 1 passed, 2 refused, 2 waiting, at most 1 in any 1 s, limit 2"
    );
    assert_eq!(
        says("Fixed window"),
        "2 of 2, full, next window in 900 ms, 4 passed, 1 refused, 0 waiting, at most 4 in any 1 s, limit 2"
    );
    assert_eq!(
        says("Sliding log"),
        "2 of 2 in the log, oldest leaves in 800 ms, 2 passed, 3 refused, 0 waiting, at most 2 in any 1 s, limit 2"
    );
    assert_eq!(
        says("Sliding counter"),
        "1.8 of 2 estimated, room for 1 in 400 ms, 2 passed, 3 refused, 0 waiting, at most 2 in any 1 s, limit 2"
    );
    assert_eq!(
        says("GCRA"),
        "TAT 800 ms ahead, next in 300 ms, 2 passed, 3 refused, 0 waiting, at most 2 in any 1 s, limit 2"
    );
}

#[test]
fn levels_move_on_between_two_requests() {
    let at = |ms| {
        let rows = seen(SIX, ms, TALL, text::rows);
        rows.iter().map(|row| row.says.split(", ").next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let expected =
        ["1 of 2 tokens", "1 of 2 waiting", "2 of 2", "2 of 2 in the log", "1.0 of 2 estimated", "TAT 400 ms ahead"];
    assert_eq!(at(1_500)[..6], expected);
}

#[test]
fn whoever_points_at_a_verdict_reads_what_all_six_said() {
    let item = seen(SIX, 1_200, TALL, |scene, look| {
        let row = items(scene, look).into_iter().find(|item| item.title == "Fixed window").expect("a row").frame;
        (0..880).find_map(|x| {
            hit(scene, look, (f64::from(x), row.y + row.h / 2.0)).filter(|item| item.title == "Request 4")
        })
    });
    let lines = item.expect("the fourth request").lines;
    assert_eq!(lines[..2], ["at 1.100 s, costs 1", "passed"]);
    assert!(lines.contains(&"Token bucket: refused, again in 300 ms".to_owned()), "{lines:?}");
    assert!(lines.contains(&"Leaky bucket: refused, again in 300 ms".to_owned()), "{lines:?}");
}

#[test]
fn those_who_ask_add_up_and_where_nothing_comes_after_they_pass_or_are_refused() {
    let sum = seen(SIX, 1_200, TALL, |scene, _| conservation(scene));
    // A request is told when the last of the six has told it.
    assert_eq!(sum, ("5 asked = 2 waiting + 2 refused + 1 passed".to_owned(), true));
    let sum = seen(SIX, 2_000, TALL, |scene, _| conservation(scene));
    assert_eq!(sum, ("5 asked = 3 refused + 2 passed".to_owned(), true));
}

#[test]
fn a_phone_has_a_row_for_each_of_six_and_the_whole_of_one() {
    let six = texts(SIX, 1_100, PHONE);
    for name in
        ["Token bucket", "Leaky bucket", "Fixed window", "Sliding log", "Sliding counter", "GCRA", "0 of 2 tokens"]
    {
        assert!(six.contains(&name.to_owned()), "{name}: {six:?}");
    }
    let one = texts("#/rate-limiter", 200, PHONE);
    assert!(one.iter().any(|text| text == "Most that passed in any 1 s"), "{one:?}");
}

#[test]
fn very_many_tokens_are_a_number_and_very_many_keys_a_cell_each() {
    let many = texts("#/rate-limiter?burst=5000&limit=1000", 10, WIDE);
    assert!(many.contains(&"4,992".to_owned()), "{many:?}");
    let link = "#/rate-limiter?preset=keys";
    let keys = texts(link, 3_000, WIDE);
    assert!(keys.iter().any(|text| text.ends_with("keys, darker is fuller")), "{keys:?}");
    assert!(keys.iter().any(|text| text.starts_with("key k1 of ")), "{keys:?}");
    // Each cell is somebody's, and tells whose.
    let told = seen(link, 3_000, WIDE, |scene, look| {
        let all = (0..880).flat_map(|x| (300..390).map(move |y| (f64::from(x), f64::from(y))));
        all.filter_map(|at| hit(scene, look, at)).filter(|item| item.title.starts_with("key k")).count()
    });
    assert!(told > 1_000, "{told} points tell of a key");
}

/// Would have caught: what only a mouse could read.
#[test]
fn the_verdicts_of_a_row_can_be_walked_through_in_the_order_in_which_they_were_asked_for() {
    for size in [TALL, PHONE] {
        for row in 0..6 {
            let all = seen(SIX, 1_100, size, |scene, look| parts(scene, look, row));
            let titles: Vec<&str> = all.iter().map(|part| part.title.as_str()).collect();
            assert_eq!(
                titles,
                ["Request 1", "Request 2", "Request 3", "Request 4", "Request 5"],
                "row {row} at {size:?}"
            );
            assert!(all.is_sorted_by(|a, b| a.frame.x <= b.frame.x), "row {row} at {size:?}");
        }
    }
    // What is read by key is what a mouse reads there.
    let by_key = seen(SIX, 1_100, TALL, |scene, look| parts(scene, look, 2).into_iter().nth(2)).expect("the third");
    assert_eq!(by_key.lines[..2], ["at 0.900 s, costs 1".to_owned(), "refused, again in 100 ms".to_owned()]);
    assert_eq!(by_key.lines.len(), 2 + 5, "and what the five others said");
    let at = (by_key.frame.middle(), by_key.frame.y + 4.0);
    let by_mouse = seen(SIX, 1_100, TALL, |scene, look| hit(scene, look, at)).expect("a verdict");
    assert_eq!(by_mouse.lines[0], by_key.lines[0]);
    // Two seconds later nothing of it is there any more.
    assert!(seen("#/rate-limiter?requests=20", 20_000, TALL, |scene, look| parts(scene, look, 1)).is_empty());
}

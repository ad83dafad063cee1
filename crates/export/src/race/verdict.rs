//! What the figures of a race say: who waits least, by how much, and whether the traffic was the same.

use super::{Interval, Line, RaceRow, Words};
use millrace_view::number::count;

/// What can be said.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The id of the alternative that waits least.
    pub best: &'static str,
    /// Its mean wait, in seconds.
    pub figure: f64,
    /// The id of the one it is held against: the scenario's own choice, or the second best.
    pub over: &'static str,
    /// How much less that is, in seconds.
    pub less: f64,
    /// Who waits least, and by how much.
    pub lead: String,
    /// What is to be known about the others.
    pub rest: Vec<String>,
    /// That all met the same traffic, and the digest of who came.
    pub same: String,
    /// Whether they did: if not, nothing of the above can be put down to the choice.
    pub is_same: bool,
}

impl Verdict {
    /// All of it but the reservations. Where the traffic was not the same, nothing but that.
    pub fn sentence(&self) -> String {
        if self.is_same { format!("{} {}", self.lead, self.same) } else { self.same.clone() }
    }
}

/// Seconds with their unit: one decimal from 10 on, two below, three below one; and milliseconds where that says too little.
pub fn seconds(x: f64) -> String {
    match x.abs() {
        0.0 => "0 s".to_owned(),
        x_abs if x_abs < 0.0995 => format!("{:.2} ms", x * 1e3),
        x_abs if x_abs < 0.9995 => format!("{x:.3} s"),
        x_abs if x_abs < 9.995 => format!("{x:.2} s"),
        _ => format!("{x:.1} s"),
    }
}

/// The alternatives that a figure can be compared of: those that came to their end with the fewest left out; or, where none
/// comes to its end, all that are not stuck. Who serves half of the people can easily make them wait less.
fn in_the_running(line: &Line, lines: &[Line]) -> bool {
    let left_out = |l: &Line| l.offered - l.delivered.min(l.offered);
    let fewest = lines.iter().filter(|l| l.drained).map(left_out).min();
    line.mean.is_some() && fewest.map_or(!line.stuck, |fewest| line.drained && left_out(line) == fewest)
}

/// The alternative that waits least, if the figures differ.
pub fn best(lines: &[Line]) -> Option<&Line> {
    let mut running: Vec<&Line> = lines.iter().filter(|l| in_the_running(l, lines)).collect();
    millrace_trace::order::sort_by(&mut running, |a, b| {
        a.mean.unwrap_or(f64::MAX).total_cmp(&b.mean.unwrap_or(f64::MAX))
    });
    let (first, last) = (running.first()?, running.last()?);
    (running.len() == 1 || first.mean < last.mean).then_some(*first)
}

/// What the best of a column of times reads as, of the alternatives that can be compared. None where all read the same.
pub fn least_written(lines: &[Line], pick: impl Fn(&Line) -> Option<f64>) -> Option<String> {
    let figures = || lines.iter().filter(|l| in_the_running(l, lines)).filter_map(&pick);
    let (least, most) = (figures().reduce(f64::min)?, figures().reduce(f64::max)?);
    Some(seconds(least)).filter(|least| *least != seconds(most))
}

/// The most of a column of counts. None where all have as many.
pub fn most(lines: &[Line], pick: impl Fn(&Line) -> u64) -> Option<u64> {
    let figures = || lines.iter().map(&pick);
    figures().max().filter(|most| figures().any(|n| n < *most))
}

/// The verdict, in these words, on a race that is computed to its end, where the scenario chose `current`.
pub fn verdict(lines: &[Line], rows: &[RaceRow], current: &str, words: &Words) -> Option<Verdict> {
    let (same, is_same) = same(rows, words.who);
    let mut rest: Vec<String> = lines.iter().filter_map(|line| reservation(line, words)).collect();
    let Some(best) = best(lines) else {
        let first = lines.iter().find(|l| in_the_running(l, lines))?;
        let mean = first.mean?;
        let lead = format!("It makes no difference: {} on average with each.", seconds(mean));
        let id = first.choice.id;
        return Some(Verdict { best: id, figure: mean, over: id, less: 0.0, lead, rest, same, is_same });
    };
    let others = || lines.iter().filter(|l| l.choice.id != best.choice.id && in_the_running(l, lines));
    let second = || others().min_by(|a, b| a.mean.unwrap_or(f64::MAX).total_cmp(&b.mean.unwrap_or(f64::MAX)));
    let (figure, name, verb) = (best.mean?, best.choice.label, words.verb);
    let Some(over) = others().find(|l| l.choice.id == current).or_else(second) else {
        let lead = format!("{name} {verb} {} on average; of the others none can be compared.", seconds(figure));
        let id = best.choice.id;
        return Some(Verdict { best: id, figure, over: id, less: 0.0, lead, rest, same, is_same });
    };
    let less = over.mean? - figure;
    let interval = Interval::paired(over.waits.iter().copied().zip(best.waits.iter().copied()));
    let seeds = best.waits.len();
    let lead = match interval {
        None => format!("{name} {verb} least: {} on average, {}", seconds(figure), than(less, over, current)),
        Some(_) => {
            format!(
                "{name} {verb} least over {seeds} seeds: {} on average, {}",
                seconds(figure),
                than(less, over, current)
            )
        }
    };
    let tail = match (best.p95, over.p95) {
        (Some(a), Some(b)) if seconds(a) == seconds(b) => format!(", and the same p95, {}.", seconds(a)),
        (Some(a), Some(b)) => format!(", and p95 {} against {}.", seconds(a), seconds(b)),
        _ => ".".to_owned(),
    };
    if let Some(interval) = interval {
        let sure = if interval.is_clear() { "" } else { ": that may be luck" };
        let text = format!(
            "Seed by seed the difference is {} ± {} at 95 % confidence, n = {seeds}{sure}.",
            seconds(interval.mean),
            seconds(interval.half)
        );
        rest.insert(0, text);
    }
    if seeds > 1 {
        rest.insert(0, least_on(lines, seeds));
    }
    Some(Verdict { best: best.choice.id, figure, over: over.choice.id, less, lead: lead + &tail, rest, same, is_same })
}

/// "Least on its own seed: New on 7 of 10, Odd on 3."
fn least_on(lines: &[Line], seeds: usize) -> String {
    let mut winners: Vec<&Line> = lines.iter().filter(|l| l.best_on > 0).collect();
    millrace_trace::order::sort_by_key(&mut winners, |l| std::cmp::Reverse(l.best_on));
    let each = winners.iter().enumerate().map(|(place, l)| match place {
        0 => format!("{} on {} of {seeds} seeds", l.choice.label, l.best_on),
        _ => format!("{} on {}", l.choice.label, l.best_on),
    });
    let tied = if winners.iter().map(|l| l.best_on).sum::<usize>() > seeds { ", ties counted for each" } else { "" };
    format!("Seed by seed, least is {}{tied}.", each.collect::<Vec<_>>().join(", "))
}

/// "5.4 s (18 %) less than Reference, the one chosen".
fn than(less: f64, over: &Line, current: &str) -> String {
    let whole = over.mean.unwrap_or_default();
    let share = if whole > 0.0 { less / whole * 100.0 } else { 0.0 };
    let chosen = if over.choice.id == current { ", the one chosen" } else { "" };
    format!("{} ({share:.0} %) less than {}{chosen}", seconds(less), over.choice.label)
}

/// What keeps an alternative's figure from being the whole truth.
fn reservation(line: &Line, words: &Words) -> Option<String> {
    let name = line.choice.label;
    let end = match (line.drained, line.stuck) {
        (true, _) => "",
        (_, true) => "got stuck",
        _ => "was not followed to its end",
    };
    let left_out = line.offered.saturating_sub(line.delivered);
    if left_out == 0 && line.drained {
        return None;
    }
    let turned = match line.turned_away {
        0 => String::new(),
        n => format!(", {n} of them turned away"),
    };
    let people = format!("{} of {} {} {}{turned}", count(left_out), count(line.offered), words.who, words.left_out);
    Some(match (end.is_empty(), left_out) {
        (true, _) if line.mean.is_none() => format!("{name}: {people}; it has no figure."),
        (true, _) => format!("{name}: {people}; its figure is of {}.", words.counted),
        (false, 0) => format!("{name} {end}."),
        (false, _) => format!("{name} {end}: {people}."),
    })
}

/// Whether all alternatives met the same people on each seed, in words.
fn same(rows: &[RaceRow], who: &str) -> (String, bool) {
    let firsts: Vec<&RaceRow> = rows.iter().filter(|r| r.choice == 0).collect();
    let of_seed = |seed: usize| firsts.iter().find(|r| r.seed == seed).map(|r| (r.arrivals, r.offered));
    let is_same = rows.iter().all(|r| of_seed(r.seed) == Some((r.arrivals, r.offered)));
    let people: u64 = firsts.iter().map(|r| r.offered).sum();
    let digest = |row: &RaceRow| format!("{}…", row.arrivals.hex().get(..8).unwrap_or_default());
    let first = firsts.first().map(|r| digest(r)).unwrap_or_default();
    let text = match (is_same, firsts.len()) {
        (true, 0 | 1) => format!("All met the same {} {who} (fingerprint of their arrivals: {first}).", count(people)),
        (true, n) => {
            let people = count(people);
            format!(
                "All met the same {who} on each of {n} seeds, {people} in all (fingerprint of the first seed's arrivals: {first})."
            )
        }
        (false, _) => {
            let other = rows.iter().find(|r| of_seed(r.seed) != Some((r.arrivals, r.offered)));
            let other = other.map(digest).unwrap_or_default();
            format!(
                "No verdict: the {who} were not the same (fingerprints of their arrivals: {first} and {other}), so the \
                 choice alone does not explain the difference."
            )
        }
    };
    (text, is_same)
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;
    use millrace_analysis::Summary;
    use millrace_spec::Choice;
    use millrace_trace::{SimTime, Span, TraceHash};

    const CHOICES: [Choice; 3] = [
        Choice { id: "old", label: "Old", help: "" },
        Choice { id: "new", label: "New", help: "" },
        Choice { id: "odd", label: "Odd", help: "" },
    ];

    const PASSENGERS: Words = Words {
        who: "passengers",
        measure: std::borrow::Cow::Borrowed("mean wait"),
        verb: "waits",
        left_out: "did not arrive",
        counted: "those who were taken on",
    };

    fn row(choice: usize, seed: usize, mean_ms: u64) -> RaceRow {
        let (mean, p95) = (Span::millis(mean_ms), Span::millis(2 * mean_ms));
        let compared = Summary::of(vec![mean.0]).map(|one| Summary { count: 300, mean, p95, ..one });
        RaceRow {
            choice,
            seed,
            end: SimTime(1),
            drained: true,
            stuck: false,
            offered: 300,
            delivered: 300,
            turned_away: 0,
            compared,
            measured: Vec::new(),
            response: None,
            arrivals: TraceHash::default(),
        }
    }

    fn of(rows: &[RaceRow], current: &str) -> Verdict {
        verdict(&lines(&CHOICES, rows), rows, current, &PASSENGERS).expect("a verdict")
    }

    #[test]
    fn the_least_mean_wait_is_best_and_held_against_what_the_scenario_chose() {
        let rows = [row(0, 0, 30_000), row(1, 0, 24_000), row(2, 0, 26_000)];
        let verdict = of(&rows, "old");
        assert_eq!((verdict.best, verdict.over), ("new", "old"));
        assert!((verdict.figure - 24.0).abs() < 1e-9 && (verdict.less - 6.0).abs() < 1e-9);
        assert_eq!(
            verdict.lead,
            "New waits least: 24.0 s on average, 6.00 s (20 %) less than Old, the one chosen, and p95 48.0 s against 60.0 s."
        );
        let digest = TraceHash::default().hex();
        assert_eq!(
            verdict.same,
            format!("All met the same 300 passengers (fingerprint of their arrivals: {}…).", &digest[..8])
        );
        assert!(verdict.is_same && verdict.sentence().starts_with(&verdict.lead));
    }

    #[test]
    fn a_column_has_a_best_of_its_own_where_its_figures_differ() {
        let mut rows = [row(0, 0, 30_000), row(1, 0, 24_000), row(2, 0, 26_000)];
        // Who waits least on average has the longest wait of all.
        for (row, max) in rows.iter_mut().zip([70_000, 90_000, 80_000]) {
            row.compared = row.compared.map(|one| Summary { max: Span::millis(max), ..one });
        }
        let of = |rows: &[RaceRow]| {
            let lines = lines(&CHOICES, rows);
            let least = |pick: fn(&Line) -> Option<f64>| least_written(&lines, pick);
            (least(|l| l.mean), least(|l| l.longest), most(&lines, |l| l.delivered))
        };
        assert_eq!(of(&rows), (Some("24.0 s".to_owned()), Some("70.0 s".to_owned()), None));
        // Who leaves people out has no best time, however short.
        rows[1].delivered = 200;
        assert_eq!(of(&rows), (Some("26.0 s".to_owned()), Some("70.0 s".to_owned()), Some(300)));
        let same = [row(0, 0, 30_000), row(1, 0, 30_001), row(2, 0, 30_002)];
        assert_eq!(of(&same).0, None, "what reads the same is no better");
    }

    #[test]
    fn who_is_best_already_is_held_against_the_second_best() {
        let rows = [row(0, 0, 30_000), row(1, 0, 24_000), row(2, 0, 26_000)];
        assert_eq!(of(&rows, "new").over, "odd");
    }

    #[test]
    fn who_leaves_people_behind_is_not_best_however_short_the_others_wait() {
        let mut rows = [row(0, 0, 30_000), row(1, 0, 24_000), row(2, 0, 5_000)];
        rows[2].delivered = 200;
        rows[2].turned_away = 40;
        let verdict = of(&rows, "old");
        assert_eq!(verdict.best, "new");
        assert_eq!(
            verdict.rest,
            [
                "Odd: 100 of 300 passengers did not arrive, 40 of them turned away; its figure is of those who were taken on."
            ]
        );
        rows[2] = RaceRow { drained: false, stuck: true, delivered: 300, ..rows[2].clone() };
        let stuck = of(&rows, "old");
        assert_eq!((stuck.best, stuck.rest), ("new", vec!["Odd got stuck.".to_owned()]));
    }

    #[test]
    fn equal_figures_have_no_winner() {
        let rows = [row(0, 0, 30_000), row(1, 0, 30_000), row(2, 0, 30_000)];
        let verdict = of(&rows, "old");
        assert_eq!(
            (verdict.less, verdict.lead.as_str()),
            (0.0, "It makes no difference: 30.0 s on average with each.")
        );
    }

    #[test]
    fn other_traffic_is_said_and_spoils_the_comparison() {
        let mut rows = [row(0, 0, 30_000), row(1, 0, 24_000)];
        rows[1].arrivals.text("somebody else");
        let verdict = of(&rows, "old");
        assert!(!verdict.is_same);
        // Both digests are told, and nobody is called best.
        let digests = rows.map(|r| r.arrivals.hex());
        assert_ne!(digests[0], digests[1]);
        let sentence = verdict.sentence();
        assert!(sentence.starts_with("No verdict: the passengers were not the same"), "{sentence}");
        assert!(digests.iter().all(|d| sentence.contains(&d[..8])) && !sentence.contains("New"), "{sentence}");
    }

    #[test]
    fn over_several_seeds_differences_are_taken_seed_by_seed() {
        // The seeds differ by far more than the choices do, and New is better by 1, 2 and 3 s on each.
        let rows = [
            row(0, 0, 11_000),
            row(1, 0, 10_000),
            row(0, 1, 52_000),
            row(1, 1, 50_000),
            row(0, 2, 93_000),
            row(1, 2, 90_000),
        ];
        let verdict = verdict(&lines(&CHOICES[..2], &rows), &rows, "old", &PASSENGERS).expect("a verdict");
        assert!((verdict.figure - 50.0).abs() < 1e-9 && (verdict.less - 2.0).abs() < 1e-9);
        // Standard deviation 1, n = 3, t of 2 degrees 4.303: 4.303 ÷ √3.
        assert_eq!(
            verdict.rest[1..],
            ["Seed by seed the difference is 2.00 s ± 2.48 s at 95 % confidence, n = 3: that may be luck."]
        );
        assert!(
            verdict.same.starts_with("All met the same passengers on each of 3 seeds, 900 in all"),
            "{}",
            verdict.same
        );
    }

    #[test]
    fn it_is_told_on_how_many_seeds_each_waits_least_of_those_that_leave_the_fewest_out() {
        let mut rows = vec![
            row(0, 0, 30),
            row(1, 0, 20),
            row(0, 1, 20),
            row(1, 1, 30),
            row(0, 2, 30),
            row(1, 2, 20),
            row(1, 3, 1),
        ];
        // On the first seed who waits less leaves one behind, and the fourth is not computed yet for both.
        rows[1].delivered -= 1;
        let lines = lines(&CHOICES[..2], &rows);
        assert_eq!(lines.iter().map(|l| l.best_on).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(least_on(&lines, 3), "Seed by seed, least is Old on 2 of 3 seeds, New on 1.");
        let equal = super::super::lines(&CHOICES[..2], &[row(0, 0, 5), row(1, 0, 5)]);
        assert_eq!(equal.iter().map(|l| l.best_on).collect::<Vec<_>>(), [1, 1], "a tie counts for both");
    }
}

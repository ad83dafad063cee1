//! What came of a race: the figures of each alternative, and the verdict.

use crate::app::markup::{classes, html};
use crate::app::side_runs::Race;
use crate::export::race::{Line, Verdict, best, least_written, most, seconds};
use crate::view::number;
use yew::prelude::*;

/// What is shown of a race.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    rows: Vec<Row>,
    bests: Bests,
    seeds: usize,
    old: bool,
    verdict: Option<Verdict>,
}

/// What the best of each column reads as: who waits least on average is not best in all of them.
#[derive(Clone, Debug, Default, PartialEq)]
struct Bests {
    times: [Option<String>; 3],
    delivered: Option<u64>,
    best_on: Option<u64>,
}

impl Bests {
    fn of(lines: &[Line]) -> Bests {
        Bests {
            times: [
                least_written(lines, |l| l.mean),
                least_written(lines, |l| l.p95),
                least_written(lines, |l| l.longest),
            ],
            delivered: most(lines, |l| l.delivered),
            best_on: most(lines, |l| l.best_on as u64),
        }
    }
}

/// A row: the figures as text, and as plain numbers for scripts.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    id: &'static str,
    label: &'static str,
    chosen: bool,
    best: bool,
    mean: Option<f64>,
    p95: Option<f64>,
    longest: Option<f64>,
    offered: u64,
    delivered: u64,
    best_on: usize,
    /// The digests of who came, of each seed.
    arrivals: String,
}

/// What is shown of a race where `current` is chosen.
pub fn table(race: &Race, current: &str) -> Table {
    let best = best(race.lines()).filter(|_| race.is_settled()).map(|line| line.choice.id);
    let row = |(place, line): (usize, &Line)| {
        let own = race.run().compared_rows().iter().filter(|row| row.choice == place);
        let computed = !line.waits.is_empty();
        Row {
            id: line.choice.id,
            label: line.choice.label,
            chosen: line.choice.id == current,
            best: best == Some(line.choice.id),
            mean: line.mean,
            p95: line.p95.filter(|_| computed),
            longest: line.longest,
            offered: line.offered,
            delivered: line.delivered,
            best_on: line.best_on,
            arrivals: own.map(|row| row.arrivals.hex()).collect::<Vec<_>>().join(" "),
        }
    };
    Table {
        rows: race.lines().iter().enumerate().map(row).collect(),
        bests: if race.is_settled() { Bests::of(race.lines()) } else { Bests::default() },
        seeds: race.run().seeds().len(),
        old: race.is_old(),
        verdict: race.verdict(current),
    }
}

/// Properties of the result.
#[derive(Clone, PartialEq, Properties)]
pub struct ResultProps {
    /// What is shown.
    pub race: Table,
}

/// The verdict above the figures it is made of.
#[component]
pub fn RaceResult(props: &ResultProps) -> Html {
    let race = &props.race;
    let several = race.seeds > 1;
    html! {
        <div class={classes!("outcome", race.old.then_some("old"))}>
            if race.old {
                <p class="stale" data-testid="race-stale">{ "The scenario is another since: race again." }</p>
            }
            <div aria-live="polite">
                if let Some(verdict) = &race.verdict {
                    <p class={classes!("word", (!verdict.is_same).then_some("bad"))} data-testid="race-verdict" data-best={verdict.is_same.then_some(verdict.best)}
                        data-same={verdict.is_same.to_string()}>{ verdict.sentence() }</p>
                }
            </div>
            <table>
                <caption class="vh">{ "Waits in seconds, and how many were delivered" }</caption>
                <thead><tr>
                    <td></td><th scope="col">{ "Mean" }</th><th scope="col">{ "p95" }</th><th scope="col">{ "Longest" }</th>
                    <th scope="col">{ "Delivered" }</th>
                    if several { <th scope="col">{ "Best on" }</th> }
                </tr></thead>
                <tbody>{ for race.rows.iter().map(|row| line(row, &race.bests, several)) }</tbody>
            </table>
            if let Some(verdict) = race.verdict.as_ref().filter(|v| v.is_same) {
                { for verdict.rest.iter().map(|text| html! { <p class="note">{ text }</p> }) }
            }
        </div>
    }
}

fn line(row: &Row, bests: &Bests, several: bool) -> Html {
    let cell = |(x, best): (Option<f64>, &Option<String>)| {
        let text = number::dashed(x, seconds);
        let class = (best.as_ref() == Some(&text)).then_some("best");
        html! { <td {class}>{ text }</td> }
    };
    let times = [row.mean, row.p95, row.longest].into_iter().zip(&bests.times);
    let count_class = |n: u64, best: Option<u64>| (best == Some(n)).then_some("best");
    let plain = |x: Option<f64>| x.map(|x| x.to_string());
    let known = row.offered > 0;
    let missing = row.delivered < row.offered;
    let class = classes!(row.best.then_some("best"), row.chosen.then_some("cur"));
    html! {
        <tr {class} data-testid={format!("race-{}", row.id)} data-mean={plain(row.mean)} data-p95={plain(row.p95)} data-longest={plain(row.longest)}
            data-delivered={row.delivered.to_string()} data-arrivals={row.arrivals.clone()} title={format!("Arrivals {}", row.arrivals)}>
            <th scope="row">{ row.label }</th>
            { for times.map(cell) }
            <td class={classes!(missing.then_some("few"), count_class(row.delivered, bests.delivered))}>{ if known { number::count(row.delivered) } else { "—".to_owned() } }</td>
            if several { <td class={count_class(row.best_on as u64, bests.best_on)}>{ number::count(row.best_on as u64) }</td> }
        </tr>
    }
}

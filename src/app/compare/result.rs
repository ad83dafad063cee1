//! The figures of a suite: a table of them, and a table of what the documents claim beside what was measured.

use crate::app::icon::icon;
use crate::app::markup::html;
use crate::export::suite::{Column, SuiteRow, best_written, kib};
use crate::view::number;
use yew::prelude::*;

/// The cell with the name of a row's pattern.
pub fn who(row: &SuiteRow) -> Html {
    html! { <th scope="row"><span>{ icon(row.pattern.glyph) }{ row.pattern.name }</span></th> }
}

fn first_name(rows: &[SuiteRow]) -> String {
    rows.first().map_or_else(|| "the first".to_owned(), |r| r.pattern.name.to_ascii_lowercase())
}

/// The figures.
pub fn result_table(rows: &[SuiteRow], base: &str, seed: &str) -> Html {
    let bests: Vec<(Column, Option<String>)> = Column::ALL.into_iter().map(|c| (c, best_written(rows, c))).collect();
    let first = first_name(rows);
    html! {
        <section class="res" aria-labelledby="h-result" data-testid="suite-result">
            <h2 id="h-result">{ format!("Result on seed {}", seed) }<span>{ "computed before the replay, best value of each column in bold" }</span></h2>
            <div class="wide scroll" tabindex="0" role="group" aria-label="Table of results">
                <table>
                    <thead><tr>
                        <th scope="col">{ "Pattern" }</th>
                        { for bests.iter().map(|(c, _)| { let (name, unit) = c.heading(); html! { <th scope="col"><b>{ name }</b>{ unit }</th> } }) }
                        <th scope="col"><b>{ "Measured" }</b>{ format!("% of {first}") }</th>
                        <th scope="col"><b>{ "Reference" }</b>{ format!("% of {first}") }</th>
                        <th scope="col"><b>{ "Ideal" }</b>{ "closed form, s" }</th>
                        <th scope="col" class="bar"><b>{ format!("Share of {first} time") }</b>{ "bar measured, tick reference" }</th>
                    </tr></thead>
                    <tbody>{ for rows.iter().map(|row| line(row, &bests, base)) }</tbody>
                </table>
            </div>
            if rows.iter().any(|r| !r.drained) {
                <p class="note">{ "A figure in brackets is of a run that did not come to its end." }</p>
            }
            if rows.iter().any(|r| r.drained && !r.is_in_the_running(Column::Time)) {
                <p class="note">{ "Where most requests failed no figure is in bold but the share of failures: it ended soon because it did not do its work." }</p>
            }
        </section>
    }
}

fn line(row: &SuiteRow, bests: &[(Column, Option<String>)], base: &str) -> Html {
    let cell = |(column, best): &(Column, Option<String>)| {
        let text = row.written(*column);
        let class = (row.is_in_the_running(*column) && best.as_ref() == Some(&text)).then_some("best");
        html! { <td {class}>{ text }</td> }
    };
    let claimed = row.claims.time;
    let ideal = row.ideal.as_ref();
    html! {
        <tr class={(row.pattern.id == base).then_some("cur")} data-pattern={row.pattern.id}>
            { who(row) }
            { for bests.iter().map(cell) }
            <td class="rt">{ number::dashed(row.time_share, |share| format!("{share:.1}")) }</td>
            <td class="rf">{ claimed.map_or_else(|| "—".to_owned(), |c| format!("{c:.0}")) }</td>
            <td title={ideal.map(|i| i.formula.clone())}>{ ideal.map_or_else(|| "—".to_owned(), |i| format!("{:.2}", i.seconds)) }</td>
            <td class="bar">{ bar(row.time_share.unwrap_or_default(), claimed) }</td>
        </tr>
    }
}

/// A bar for what was measured, in percent, and a tick for what is claimed.
fn bar(measured: f64, claimed: Option<f64>) -> Html {
    let at = |percent: f64| format!("{:.2}%", percent.clamp(0.0, 100.0));
    html! {
        <svg class="share" aria-hidden="true">
            <rect x="0" y="5" width={at(measured)} height="12" />
            if let Some(claimed) = claimed {
                <line x1={at(claimed)} x2={at(claimed)} y1="1" y2="21" />
            }
        </svg>
    }
}

/// What the documents claim, beside what was measured.
pub fn claims_table(rows: &[SuiteRow], base: &str) -> Html {
    let first = first_name(rows);
    let share = |x: Option<f64>| number::dashed(x, |x| number::count((x + 0.5) as u64));
    let pair = |measured: String, claim: Option<f64>| {
        html! {
            <>
                <td class="rt">{ measured }</td>
                <td>{ claim.map_or_else(|| "—".to_owned(), |c| format!("{c:.0}")) }</td>
            </>
        }
    };
    html! {
        <section class="claims" aria-labelledby="h-claims">
            <h2 id="h-claims">{ "Against the documents" }<span>{ format!("in % of {first}") }</span></h2>
            <div class="wide scroll" tabindex="0" role="group" aria-label="Table of claims">
                <table>
                    <thead>
                        <tr>
                            <th scope="col" rowspan="2">{ "Pattern" }</th>
                            { for ["Time", "Throughput", "Memory"].iter().map(|t| html! { <th scope="colgroup" colspan="2"><b>{ *t }</b></th> }) }
                        </tr>
                        <tr>{ for ["measured", "measured", "KiB of futures"].iter().map(|m| html! { <><th scope="col">{ *m }</th><th scope="col">{ "claimed" }</th></> }) }</tr>
                    </thead>
                    <tbody>
                        { for rows.iter().map(|row| html! {
                            <tr class={(row.pattern.id == base).then_some("cur")}>
                                { who(row) }
                                { pair(share(row.time_share), row.claims.time) }
                                { pair(share(row.throughput_share), row.claims.throughput) }
                                { pair(kib(row.bytes_peak), row.claims.memory) }
                            </tr>
                        }) }
                    </tbody>
                </table>
            </div>
            <p class="note">{ "Memory is the sizes of the futures that live at once, as boxed at spawn. The documents' percentages are of a whole process, with goroutines of 2 to 3 kB each, so that the two are not of one thing." }</p>
        </section>
    }
}

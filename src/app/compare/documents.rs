//! What the documents say of the members of a suite, as tables: their words and figures beside what was measured, when to choose
//! which, and what each is made of.

use super::result::who;
use crate::app::markup::html;
use crate::export::suite::{Said, SuiteRow};
use crate::spec::Primitive;
use yew::prelude::*;

/// The three tables.
pub fn documents(rows: &[SuiteRow], base: &str) -> Html {
    if rows.is_empty() {
        return Html::default();
    }
    html! {
        <div class="documents">
            <section aria-labelledby="h-said" data-testid="suite-said">
                <h2 id="h-said">{ "The documents' words" }<span>{ "their word above, what was measured below" }</span></h2>
                <div class="wide scroll" tabindex="0" role="group" aria-label="Table of the documents' words">
                    <table>
                        <thead><tr>
                            <th scope="col">{ "Pattern" }</th>
                            { for Said::ALL.iter().map(|said| html! { <th scope="col"><b>{ said.heading() }</b>{ said.measure() }</th> }) }
                        </tr></thead>
                        <tbody>{ for rows.iter().map(|row| line(row, base, |row| html! { <>{ for Said::ALL.iter().map(|said| pair(row, *said)) }</> })) }</tbody>
                    </table>
                </div>
                <p class="note">{ "A goroutine is a stack of 2 to 3 KB beside a heap that is collected, a task here is a future of its own size, and time here is virtual: no word is proved or disproved by the figure below it." }</p>
            </section>
            <section aria-labelledby="h-guide" data-testid="suite-guide">
                <h2 id="h-guide">{ "When to choose which" }<span>{ "the documents' guide" }</span></h2>
                <table class="words">
                    <thead><tr><th scope="col">{ "Pattern" }</th><th scope="col">{ "Choose it for" }</th></tr></thead>
                    <tbody>{ for rows.iter().map(|row| line(row, base, guide)) }</tbody>
                </table>
            </section>
            <section aria-labelledby="h-made" data-testid="suite-primitives">
                <h2 id="h-made">{ "What each is made of" }<span>{ "the documents' table, and what stands for it here" }</span></h2>
                <div class="wide scroll" tabindex="0" role="group" aria-label="Table of primitives">
                    <table>
                        <thead><tr>
                            <th scope="col">{ "Primitive" }</th>
                            { for rows.iter().map(|row| html! { <th scope="col">{ row.pattern.name }</th> }) }
                            <th scope="col" class="here">{ "Here" }</th>
                        </tr></thead>
                        <tbody>{ for Primitive::ALL.iter().map(|primitive| made_of(*primitive, rows)) }</tbody>
                    </table>
                </div>
            </section>
        </div>
    }
}

fn line(row: &SuiteRow, base: &str, cells: impl Fn(&SuiteRow) -> Html) -> Html {
    html! {
        <tr class={(row.pattern.id == base).then_some("cur")} data-pattern={row.pattern.id}>{ who(row) }{ cells(row) }</tr>
    }
}

fn pair(row: &SuiteRow, said: Said) -> Html {
    let dash = || "—".to_owned();
    html! {
        <td data-said={said.heading()}>
            <span>{ row.claimed(said).unwrap_or_else(dash) }</span>
            if let Some(measured) = row.beside(said) { <b>{ measured }</b> }
        </td>
    }
}

fn guide(row: &SuiteRow) -> Html {
    let reasons = row.claims.choose;
    let text = if reasons.is_empty() { "— the guide does not have it".to_owned() } else { reasons.join(" · ") };
    html! { <td>{ text }</td> }
}

fn made_of(primitive: Primitive, rows: &[SuiteRow]) -> Html {
    let cell = |row: &SuiteRow| match row.claims.primitives.contains(&primitive) {
        true => html! { <td><span aria-hidden="true">{ "✓" }</span><span class="vh">{ "yes" }</span></td> },
        false => html! { <td><span aria-hidden="true">{ "·" }</span><span class="vh">{ "no" }</span></td> },
    };
    html! {
        <tr><th scope="row">{ primitive.name() }</th>{ for rows.iter().map(cell) }<td class="here">{ primitive.here() }</td></tr>
    }
}

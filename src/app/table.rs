//! A table of texts.

use super::markup::html;
use yew::Html;

/// A table with a heading for each column. The first text of a row is its heading.
pub fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Html {
    let rows: Vec<Html> = rows.into_iter().map(row).collect();
    html! {
        <table>
            <thead><tr>{ for head.iter().map(|word| heading(word)) }</tr></thead>
            <tbody>{ rows }</tbody>
        </table>
    }
}

/// A column of headings has none itself.
fn heading(word: &str) -> Html {
    if word.is_empty() {
        html! { <td></td> }
    } else {
        html! { <th scope="col">{ word }</th> }
    }
}

fn row(cells: Vec<String>) -> Html {
    let mut cells = cells.into_iter();
    html! { <tr><th scope="row">{ cells.next() }</th>{ for cells.map(|cell| html! { <td>{ cell }</td> }) }</tr> }
}

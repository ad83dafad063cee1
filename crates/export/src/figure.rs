//! One figure of a report: where a path leads in it, and how it is written.
//!
//! A card of the bug cabinet names a figure by its path. What stands on the card, what the page reads out of the two runs and what the tests
//! hold against each other is read and written here, so that all of them mean the same number.

use millrace_view::number;
use serde_json::Value as Json;

/// What stands in a report at a path: keys, one after the other. In a list of things with names a name leads to one, and `#` says how many there
/// are: none, where there is no list.
pub fn figure(report: &Json, path: &str) -> Json {
    let mut here = report;
    for key in path.split('.') {
        let next = match here {
            Json::Array(all) if key == "#" => return all.len().into(),
            Json::Array(all) => all.iter().find(|one| one.get("name").is_some_and(|name| name == key)),
            other => other.get(key),
        };
        match next {
            Some(next) => here = next,
            None if path.ends_with('#') => return 0.into(),
            None => return Json::Null,
        }
    }
    here.clone()
}

/// A figure in writing. What is no single one, a list or a thing with parts, is none.
pub fn written(figure: &Json, path: &str) -> String {
    match figure {
        Json::Bool(holds) => if *holds { "yes" } else { "no" }.to_owned(),
        Json::String(word) => word.clone(),
        Json::Number(n) => match (n.as_u64(), n.as_i64()) {
            (Some(nanos), _) if path.contains("_ns") => number::time_text(nanos),
            (Some(n), _) => number::count(n),
            (None, Some(n)) => format!("-{}", number::count(n.unsigned_abs())),
            (None, None) if path.contains("_ns") => number::time_text(n.as_f64().unwrap_or_default() as u64),
            (None, None) => {
                let n = n.as_f64().unwrap_or_default();
                let tenths = (n.abs() * 10.0 + 0.5) as u64;
                let sign = if n < 0.0 && tenths > 0 { "-" } else { "" };
                format!("{sign}{}.{}", number::count(tenths / 10), tenths % 10)
            }
        },
        Json::Null | Json::Array(_) | Json::Object(_) => "none".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_leads_by_keys_and_names_to_a_figure_or_to_how_many_there_are() {
        let report = json!({ "requests": { "lost": 3 }, "checks": [{ "name": "a", "holds": true }], "left": [1, 2] });
        let said = |path: &str| written(&figure(&report, path), path);
        assert_eq!(["requests.lost", "checks.a.holds", "left.#"].map(said), ["3", "yes", "2"]);
        assert_eq!(["nobody.#", "checks.b.holds", "requests"].map(said), ["0", "none", "none"]);
    }

    #[test]
    fn times_counts_and_what_is_below_none_are_written_each_in_its_way() {
        let said = |figure: Json| (written(&figure, "mean_ns"), written(&figure, "mean"));
        assert_eq!(said(json!(1_500_000)), ("1.5 ms".to_owned(), "1,500,000".to_owned()));
        assert_eq!((said(json!(-1_200)).1, said(json!(2.25)).1), ("-1,200".to_owned(), "2.3".to_owned()));
        // A trend that went down was once written as "0.0".
        assert_eq!((said(json!(-1.25)).1, said(json!(-0.01)).1), ("-1.3".to_owned(), "0.0".to_owned()));
    }
}

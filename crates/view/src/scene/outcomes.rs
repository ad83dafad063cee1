//! What became of the jobs that left, by their last answer: the same numbers as are done, with the marks that stand for them.

use super::Scene;
use super::glyph::Sort;
use litemap::LiteMap;
use millrace_trace::{Answer, Outcome};

/// A way of leaving: its mark, its name, how many left so.
pub type Row = (Sort, String, u64);

/// The ways in which jobs left, in the order of the legend. Their sum is the number of jobs that left.
pub fn outcomes(scene: &Scene<'_>) -> Vec<Row> {
    let mut rows: LiteMap<Key, u64> = LiteMap::new_vec();
    for ((left, answer), n) in &scene.ledger.tally.ways {
        if let Some(outcome) = left {
            *rows.entry(key_of(*outcome, *answer)).or_default() += n;
        }
    }
    if rows.is_empty() {
        rows.insert((Sort::Success, 0), 0);
    }
    rows.into_iter().map(|((sort, code), n)| (sort, word(sort, code), n)).collect()
}

/// Its row: the mark, and the status where that tells more.
type Key = (Sort, u16);

fn key_of(outcome: Outcome, answer: Option<Answer>) -> Key {
    let sort = Sort::left(outcome, answer);
    let code = match (sort, answer) {
        (Sort::Success | Sort::Client | Sort::Server | Sort::Unavailable, Some(Answer::Status(code))) => code,
        (Sort::Rejected, _) => u16::from(outcome == Outcome::Rejected),
        _ => 0,
    };
    (sort, code)
}

fn word(sort: Sort, code: u16) -> String {
    match (sort, code) {
        (Sort::Success | Sort::Open, 0) => "done".to_owned(),
        (Sort::Client | Sort::Server | Sort::Unavailable, 0) => "failed".to_owned(),
        (Sort::TimedOut, _) => "timeout".to_owned(),
        (Sort::Rejected, 1) => "rejected".to_owned(),
        (Sort::Rejected, _) => "cancelled".to_owned(),
        (Sort::Lost, _) => "lost".to_owned(),
        (Sort::Substitute, _) => "substitute".to_owned(),
        (_, code) => code.to_string(),
    }
}

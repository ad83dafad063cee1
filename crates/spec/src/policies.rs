//! Policies round a call, from the outside in: `timeout:2s,retry:3,breaker:5`, as a list that can be written, read and put into another order.
//!
//! What cannot be read says which policy it is and at which character.

use super::{entries, parse_count, parse_span};
use millrace_trace::Span;
use std::fmt;

/// One policy, with the one number that says most about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// A call that takes longer is cut off; no time at all is no limit.
    Timeout(Span),
    /// A call that fails is made again, so many times in all.
    Retry(u32),
    /// So many failures in a row open a breaker, which turns calls away.
    Breaker(u32),
    /// So many calls a second, and as many at once after a rest; one more is refused.
    Limit(u32),
    /// So many calls at once; one more is refused.
    Bulkhead(u32),
    /// After this time a call is made once more, and the first success wins.
    Hedge(Span),
    /// A call that failed is answered with a substitute.
    Fallback,
}

/// The most policies round one call.
const MOST: usize = 32;
/// The most of anything that is counted.
const MOST_COUNTED: u64 = 1_000_000;
/// The most tries.
const MOST_TRIES: u64 = 100;

impl Policy {
    /// What it is called in a list.
    pub const fn word(self) -> &'static str {
        match self {
            Policy::Timeout(_) => "timeout",
            Policy::Retry(_) => "retry",
            Policy::Breaker(_) => "breaker",
            Policy::Limit(_) => "limit",
            Policy::Bulkhead(_) => "bulkhead",
            Policy::Hedge(_) => "hedge",
            Policy::Fallback => "fallback",
        }
    }

    /// Its name on the page: "Timeout 2 s", "Limit 100/s".
    pub fn label(self) -> String {
        match self {
            Policy::Timeout(span) => format!("Timeout {}", spaced(span)),
            Policy::Retry(n) => format!("Retry {n}"),
            Policy::Breaker(n) => format!("Breaker {n}"),
            Policy::Limit(n) => format!("Limit {n}/s"),
            Policy::Bulkhead(n) => format!("Bulkhead {n}"),
            Policy::Hedge(span) => format!("Hedge {}", spaced(span)),
            Policy::Fallback => "Fallback".to_owned(),
        }
    }

    fn read(text: &str) -> Result<Policy, String> {
        let (word, value) = match text.split_once(':') {
            Some((word, value)) => (word.trim(), Some(value.trim())),
            None => (text.trim(), None),
        };
        let value_of = |example: &str| value.filter(|v| !v.is_empty()).ok_or(format!("write {word}:{example}"));
        let count = |example: &str, most: u64| -> Result<u32, String> {
            let n = parse_count(value_of(example)?)?;
            let fits = u32::try_from(n).ok().filter(|_| (1..=most).contains(&n));
            fits.ok_or(format!("{word} takes a number from 1 to {most}"))
        };
        let span = |example: &str| -> Result<Span, String> {
            let span = parse_span(value_of(example)?, Span::millis(1))?;
            Some(span).filter(|span| *span <= Span::secs(3600)).ok_or(format!("{word} takes an hour at most"))
        };
        match word {
            "timeout" => span("250ms").map(Policy::Timeout),
            "retry" => count("3", MOST_TRIES).map(Policy::Retry),
            "breaker" => count("5", MOST_COUNTED).map(Policy::Breaker),
            "limit" => count("100", MOST_COUNTED).map(Policy::Limit),
            "bulkhead" => count("20", MOST_COUNTED).map(Policy::Bulkhead),
            "hedge" => span("50ms").map(Policy::Hedge),
            "fallback" if value.is_none() => Ok(Policy::Fallback),
            "fallback" => Err("fallback has no number".to_owned()),
            _ => Err(format!("\"{word}\" is none of timeout, retry, breaker, limit, bulkhead, hedge, fallback")),
        }
    }
}

/// With a space before the unit.
fn spaced(span: Span) -> String {
    let text = span.to_string();
    let digits = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    format!("{number} {unit}")
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Policy::Timeout(span) | Policy::Hedge(span) => write!(f, "{}:{span}", self.word()),
            Policy::Retry(n) | Policy::Breaker(n) | Policy::Limit(n) | Policy::Bulkhead(n) => {
                write!(f, "{}:{n}", self.word())
            }
            Policy::Fallback => f.write_str(self.word()),
        }
    }
}

/// Reads a list of policies, from the outside in. An empty one is the bare call.
///
/// # Errors
/// What is wrong, and where.
pub fn parse_policies(text: &str) -> Result<Vec<Policy>, String> {
    let mut all = Vec::new();
    for (number, at, entry) in entries(text, ',') {
        let wrong = |why: String| format!("policy {number}, at character {at}: {why}");
        if all.len() == MOST {
            return Err(wrong(format!("{MOST} policies are the most")));
        }
        all.push(Policy::read(entry).map_err(wrong)?);
    }
    Ok(all)
}

/// Writes a list of policies as it is read.
pub fn write_policies(policies: &[Policy]) -> String {
    policies.iter().map(Policy::to_string).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "fallback,timeout:2s,retry:3,breaker:5,limit:100,bulkhead:20,hedge:50ms,timeout:250ms";

    #[test]
    fn what_is_written_is_what_was_read_in_whatever_order() {
        let mut all = parse_policies(LIST).expect("a list");
        assert_eq!(write_policies(&all), LIST);
        all.rotate_left(3);
        assert_eq!(parse_policies(&write_policies(&all)), Ok(all));
        assert_eq!(parse_policies(" retry : 3 , fallback "), Ok(vec![Policy::Retry(3), Policy::Fallback]));
        assert_eq!(parse_policies(""), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_policy_says_which_one_and_at_which_character() {
        for (text, says) in [
            ("retry:3,cache:5", "policy 2, at character 9: \"cache\" is none of timeout, retry"),
            ("timeout", "policy 1, at character 1: write timeout:250ms"),
            ("retry:0", "retry takes a number from 1 to 100"),
            ("retry:three", "policy 1, at character 1"),
            ("fallback:1", "fallback has no number"),
            ("timeout:2h", "an hour at most"),
        ] {
            let message = parse_policies(text).expect_err(text);
            assert!(message.contains(says), "{text}: {message}");
        }
        let many = vec!["fallback"; 33].join(",");
        assert!(parse_policies(&many).expect_err("too many").contains("policy 33, at character 289: 32"));
    }

    #[test]
    fn a_policy_has_a_name_with_its_number() {
        let labels: Vec<String> = parse_policies(LIST).expect("a list").into_iter().map(Policy::label).collect();
        assert_eq!(
            labels,
            [
                "Fallback",
                "Timeout 2 s",
                "Retry 3",
                "Breaker 5",
                "Limit 100/s",
                "Bulkhead 20",
                "Hedge 50 ms",
                "Timeout 250 ms"
            ]
        );
    }
}

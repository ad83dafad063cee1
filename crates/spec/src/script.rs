//! Scripts of arrivals: `what@time` joined by `;`, as in `*25@0s;search@1.5s`.
//!
//! An entry is one thing, or with `*n` before the time n of them at once. What it is may be left out, and `;`, `@` and `*` within it are
//! percent-encoded. What cannot be read says which entry it is and at which character.

use super::{entries, parse_span};
use millrace_trace::Span;
use percent_encoding::percent_decode_str;

/// The most entries.
const MOST_ENTRIES: usize = 10_000;
/// The most things in all.
const MOST_THINGS: u64 = 1_000_000;
/// The latest time. Virtual time has an end, and a run must not come near it.
const LATEST: Span = Span::secs(366 * 86_400);

/// An entry of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scripted {
    /// What comes; empty where all are alike.
    pub what: String,
    /// How many of it, at least one; or what it costs, where each entry is one thing.
    pub times: u32,
    /// When.
    pub at: Span,
}

/// Checks a script whose words mean something, by what is to be said of a word that means nothing. Entries without one are all alike.
///
/// # Errors
/// What is wrong, and where.
pub fn check_words(text: &str, check: impl Fn(&str) -> Result<(), String>) -> Result<(), String> {
    parse_script(text)?;
    for (number, at, entry) in entries(text, ';') {
        let what = parse_entry(entry)?.what;
        if !what.is_empty() {
            check(&what).map_err(|why| format!("entry {number}, at character {at}: {why}"))?;
        }
    }
    Ok(())
}

/// Reads a script, in the order of time; what comes at one instant keeps the order of the text.
///
/// # Errors
/// What is wrong, and where.
pub fn parse_script(text: &str) -> Result<Vec<Scripted>, String> {
    let (mut all, mut things) = (Vec::new(), 0);
    for (number, at, entry) in entries(text, ';') {
        let wrong = |why: String| format!("entry {number}, at character {at}: {why}");
        if all.len() == MOST_ENTRIES {
            return Err(wrong(format!("{MOST_ENTRIES} entries are the most")));
        }
        let scripted = parse_entry(entry).map_err(wrong)?;
        things += u64::from(scripted.times);
        if things > MOST_THINGS {
            return Err(wrong(format!("{MOST_THINGS} in all are the most")));
        }
        all.push(scripted);
    }
    millrace_trace::order::sort_by_key(&mut all, |s| s.at);
    Ok(all)
}

/// How many things a script brings; none where it says nothing, or cannot be read.
pub fn script_total(text: &str) -> u64 {
    parse_script(text).map_or(0, |all| all.iter().map(|s| u64::from(s.times)).sum())
}

/// How many entries a script has, where each is one thing; none where it says nothing, or cannot be read.
pub fn script_entries(text: &str) -> u64 {
    parse_script(text).map_or(0, |all| all.len() as u64)
}

/// Reads one entry.
///
/// # Errors
/// What is wrong with it; where it is knows whoever has the others.
pub fn parse_entry(entry: &str) -> Result<Scripted, String> {
    let (what, at) = entry.rsplit_once('@').ok_or("write what@time, as in *25@2s")?;
    let (what, times) = match what.rsplit_once('*') {
        Some((what, digits)) => (what, times(digits)?),
        None => (what, 1),
    };
    if let Some(mark) = what.chars().find(|c| matches!(c, '@' | '*')) {
        return Err(format!("write ; between entries, and within a word %{:02X} for {mark}", u32::from(mark)));
    }
    if at.trim().is_empty() {
        return Err("the time is missing".to_owned());
    }
    let at = parse_span(at, Span::secs(1))?;
    if at > LATEST {
        return Err("the time is later than a year".to_owned());
    }
    Ok(Scripted { what: percent_decode_str(what.trim()).decode_utf8_lossy().into_owned(), times, at })
}

fn times(digits: &str) -> Result<u32, String> {
    match digits.trim().parse() {
        Ok(0) => Err("*0 brings nothing".to_owned()),
        Ok(times) => Ok(times),
        Err(_) => Err(format!("\"{}\" is no number: write *n@time", digits.trim())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_read_in_the_order_of_time() {
        let of = |what: &str, times, ms| Scripted { what: what.to_owned(), times, at: Span::millis(ms) };
        let read = parse_script(" search@1.5s; *25@0s ;@500ms;;b%3Bc%40%2A * 3 @2; a@0.5s").expect("a script");
        let expected = [of("", 25, 0), of("", 1, 500), of("a", 1, 500), of("search", 1, 1_500), of("b;c@*", 3, 2_000)];
        assert_eq!(read, expected);
        assert_eq!((parse_script(""), script_total("*25@0s;@1s"), script_total("")), (Ok(Vec::new()), 26, 0));
    }

    #[test]
    fn what_is_no_entry_says_which_one_and_at_which_character() {
        for (text, says) in [
            ("@0s;1", "entry 2, at character 5: write what@time"),
            ("@0s; x@3 parsecs", "entry 2, at character 6: \"parsecs\" is no unit of time"),
            ("@", "entry 1, at character 1: the time is missing"),
            ("*0@1s", "*0 brings nothing"),
            ("*x@1s", "\"x\" is no number: write *n@time"),
            ("*9999999999@1s", "\"9999999999\" is no number"),
            ("@0s,@1s", "write ; between entries, and within a word %40 for @"),
            ("a*b*2@1s", "within a word %2A for *"),
            // The end of virtual time: a page that went there was never heard of again.
            ("@18446744073s", "later than a year"),
            ("*600000@0s;*600000@1s", "entry 2, at character 12: 1000000 in all are the most"),
        ] {
            let message = parse_script(text).expect_err(text);
            assert!(message.contains(says), "{text}: {message}");
        }
        let many = vec!["@0s"; 10_000].join(";");
        assert_eq!(parse_script(&many).map(|all| all.len()), Ok(10_000));
        let message = parse_script(&format!("{many};@1s")).expect_err("one too many");
        assert!(message.contains("entry 10001, at character 40001: 10000 entries are the most"), "{message}");
        assert_eq!(script_total("*1000000@0s"), 1_000_000);
    }
}

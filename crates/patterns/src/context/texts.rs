//! The texts of five parameters: which contexts there are, how long their work takes, who is cancelled when, who never looks and who is
//! never ended.
//!
//! `root;search<root@300ms` is a tree: a name, `<` the one it is below, `@` its timeout. What cannot be read says which entry it is
//! and at which character, and so does a name in the other texts that the tree has not.

use millrace_spec::{entries, parse_span};
use millrace_trace::Span;

/// The most contexts.
const MOST: usize = 1_000;
/// The longest name.
const LONGEST: usize = 24;
/// The longest time. Virtual time has an end, and a run must not come near it.
const LATEST: Span = Span::secs(366 * 86_400);

/// A context of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    /// Its name.
    pub name: String,
    /// The one it is below: its place in the list.
    pub parent: Option<usize>,
    /// Its own timeout, if it has one.
    pub timeout: Option<Span>,
}

/// A name with a time, and where in its text it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Timed {
    /// Whose.
    pub name: String,
    /// How long, or when.
    pub time: Span,
    /// "work 2, at character 8"
    place: String,
}

/// Where in a text an entry stands, for messages.
#[derive(Clone, Copy)]
struct Entry<'a> {
    what: &'static str,
    number: usize,
    at: usize,
    text: &'a str,
}

impl Entry<'_> {
    fn place(&self) -> String {
        format!("{} {}, at character {}", self.what, self.number, self.at)
    }

    fn wrong(&self, why: impl std::fmt::Display) -> String {
        format!("{}: {why}", self.place())
    }
}

fn all_of<'a>(text: &'a str, what: &'static str) -> impl Iterator<Item = Entry<'a>> {
    entries(text, ';').map(move |(number, at, text)| Entry { what, number, at, text })
}

fn name(text: &str) -> Result<&str, String> {
    let name = text.trim();
    if name.is_empty() {
        return Err("a name is missing".to_owned());
    }
    if name.chars().count() > LONGEST {
        return Err(format!("a name has at most {LONGEST} letters"));
    }
    match name.chars().find(|c| matches!(c, '<' | '@' | '=' | ',') || c.is_control()) {
        Some(c) => Err(format!("a name has no {c:?}")),
        None => Ok(name),
    }
}

fn span(text: &str) -> Result<Span, String> {
    if text.trim().is_empty() {
        return Err("the time is missing".to_owned());
    }
    let span = parse_span(text, Span::millis(1))?;
    if span > LATEST { Err("the time is longer than a year".to_owned()) } else { Ok(span) }
}

/// What stands in the text for one context: its entry, and the name of the one above it.
type Written<'a> = (Entry<'a>, Option<&'a str>);

/// Reads a tree: the contexts in the order of the text, but each after the one it is below.
///
/// # Errors
/// What is wrong, and where: a text that is none, two of one name, two that are below nobody, a parent that is not there, a cycle.
pub(super) fn tree(text: &str) -> Result<Vec<Planned>, String> {
    let mut planned: Vec<Planned> = Vec::new();
    let mut written: Vec<Written<'_>> = Vec::new();
    for entry in all_of(text, "context") {
        let (own, above, timeout) = context(&entry).map_err(|why| entry.wrong(why))?;
        if planned.iter().any(|other| other.name == own) {
            return Err(entry.wrong(format!("there is a context {own:?} already")));
        }
        if planned.len() == MOST {
            return Err(entry.wrong(format!("{MOST} contexts are the most")));
        }
        planned.push(Planned { name: own.to_owned(), parent: None, timeout });
        written.push((entry, above));
    }
    if planned.is_empty() {
        return Err("at character 1: there is no context; write at least one, as in root;search<root@300ms".to_owned());
    }
    let parents = parents(&planned, &written)?;
    planned.iter_mut().zip(&parents).for_each(|(one, parent)| one.parent = *parent);
    Ok(from_above(planned))
}

/// Reads `name<parent@timeout`.
fn context<'a>(entry: &Entry<'a>) -> Result<(&'a str, Option<&'a str>, Option<Span>), String> {
    let (rest, timeout) = match entry.text.split_once('@') {
        None => (entry.text, None),
        Some((rest, time)) => (rest, Some(span(time)?)),
    };
    let (own, above) = match rest.split_once('<') {
        None => (rest, None),
        Some((own, above)) => (own, Some(name(above).map_err(|why| format!("after <: {why}"))?)),
    };
    // As everywhere, no time at all is no limit.
    Ok((name(own)?, above, timeout.filter(|span| !span.is_zero())))
}

/// Who is below whom: one below nobody, and all others below that one.
fn parents(planned: &[Planned], written: &[Written<'_>]) -> Result<Vec<Option<usize>>, String> {
    let mut parents = Vec::with_capacity(planned.len());
    let mut root: Option<&str> = None;
    for ((entry, above), own) in written.iter().zip(planned) {
        let Some(above) = above else {
            if let Some(root) = root {
                let own = &own.name;
                return Err(
                    entry.wrong(format!("{own:?} is below nobody, and {root:?} is the root: write {own}<{root}"))
                );
            }
            root = Some(&own.name);
            parents.push(None);
            continue;
        };
        let parent = planned.iter().position(|other| other.name == *above);
        parents.push(Some(parent.ok_or_else(|| entry.wrong(format!("nobody is called {above:?}")))?));
    }
    for (index, (entry, _)) in written.iter().enumerate() {
        if let Some(cycle) = cycle_at(index, &parents) {
            let names = cycle.iter().filter_map(|at| planned.get(*at)).map(|one| one.name.as_str());
            return Err(entry.wrong(format!("it is below itself: {}", names.collect::<Vec<_>>().join(" < "))));
        }
    }
    Ok(parents)
}

/// The way from a context upward back to itself, if there is one.
fn cycle_at(start: usize, parents: &[Option<usize>]) -> Option<Vec<usize>> {
    let mut way = vec![start];
    let mut at = start;
    while let Some(above) = parents.get(at).copied().flatten() {
        way.push(above);
        if above == start {
            return Some(way);
        }
        // A cycle further up is told where it is.
        if way.len() > parents.len() {
            return None;
        }
        at = above;
    }
    None
}

/// The same in the order of the text, but each after the one it is below.
fn from_above(planned: Vec<Planned>) -> Vec<Planned> {
    let mut places: Vec<Option<usize>> = vec![None; planned.len()];
    let mut sorted: Vec<Planned> = Vec::with_capacity(planned.len());
    // Each time round at least the next one of the longest way downward finds its place.
    while sorted.len() < planned.len() {
        let before = sorted.len();
        for (index, one) in planned.iter().enumerate() {
            let parent = one.parent.map(|parent| places.get(parent).copied().flatten());
            if let (Some(place @ None), None | Some(Some(_))) = (places.get_mut(index), parent) {
                *place = Some(sorted.len());
                sorted.push(Planned { parent: parent.flatten(), ..one.clone() });
            }
        }
        if sorted.len() == before {
            break;
        }
    }
    sorted
}

/// Reads how long the work of each takes.
///
/// # Errors
/// What is wrong, and where.
pub(super) fn work(text: &str) -> Result<Vec<Timed>, String> {
    let mut all: Vec<Timed> = Vec::new();
    for entry in all_of(text, "work") {
        let (own, time) = entry.text.split_once('=').ok_or_else(|| entry.wrong("write name=time, as in search=1s"))?;
        let own = name(own).map_err(|why| entry.wrong(why))?;
        if all.iter().any(|other| other.name == own) {
            return Err(entry.wrong(format!("{own:?} has work already")));
        }
        let time = span(time).map_err(|why| entry.wrong(why))?;
        all.push(Timed { name: own.to_owned(), time, place: entry.place() });
    }
    Ok(all)
}

/// Reads who is cancelled, and when.
///
/// # Errors
/// What is wrong, and where.
pub(super) fn cancels(text: &str) -> Result<Vec<Timed>, String> {
    let one = |entry: &Entry<'_>| {
        let (own, at) = entry.text.rsplit_once('@').ok_or("write name@time, as in price@80ms".to_owned())?;
        Ok(Timed { name: name(own)?.to_owned(), time: span(at)?, place: entry.place() })
    };
    all_of(text, "cancel").map(|entry| one(&entry).map_err(|why: String| entry.wrong(why))).collect()
}

/// Reads a list of names.
///
/// # Errors
/// What is wrong, and where.
pub(super) fn names(text: &str) -> Result<Vec<Timed>, String> {
    let one =
        |entry: &Entry<'_>| Ok(Timed { name: name(entry.text)?.to_owned(), time: Span::ZERO, place: entry.place() });
    all_of(text, "name").map(|entry| one(&entry).map_err(|why: String| entry.wrong(why))).collect()
}

/// Looks whether each that is named is among those there are.
///
/// # Errors
/// Which is not, and where it is named.
pub(super) fn known(named: &[Timed], is_there: impl Fn(&str) -> bool) -> Result<(), String> {
    match named.iter().find(|named| !is_there(&named.name)) {
        Some(Timed { name, place, .. }) => Err(format!("{place}: nobody is called {name:?}")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_read_in_any_order_from_above_and_a_timeout_of_nought_is_none() {
        let read = tree("stock < search @ 500ms; search<root@300 ;root;price<root@0").expect("a tree");
        let of = |name: &str, parent, ms: Option<u64>| Planned {
            name: name.to_owned(),
            parent,
            timeout: ms.map(Span::millis),
        };
        let expected = [
            of("root", None, None),
            of("price", Some(0), None),
            of("search", Some(0), Some(300)),
            of("stock", Some(2), Some(500)),
        ];
        assert_eq!(read, expected);
        // The longest way, written from below.
        let all = (1..1_000).rev().map(|n| format!("{n}<{}", n - 1)).chain(["0".to_owned()]).collect::<Vec<_>>();
        let read = tree(&all.join(";")).expect("a tree");
        assert!(read.iter().enumerate().all(|(n, one)| one.name == n.to_string() && one.parent == n.checked_sub(1)));
    }

    #[test]
    fn what_is_no_tree_says_which_context_and_at_which_character() {
        for (text, says) in [
            ("", "at character 1: there is no context"),
            (" ;; ", "at character 1: there is no context"),
            ("root;;<root", "context 3, at character 7: a name is missing"),
            ("root;a<", "context 2, at character 6: after <: a name is missing"),
            ("root;a<rot", "context 2, at character 6: nobody is called \"rot\""),
            ("root; a<root;b<root;a<b", "context 4, at character 21: there is a context \"a\" already"),
            ("root;a<b;b<a", "context 2, at character 6: it is below itself: a < b < a"),
            ("root;c<a;a<b;b<a", "context 3, at character 10: it is below itself: a < b < a"),
            ("a<a", "context 1, at character 1: it is below itself: a < a"),
            (
                "root;a<root;other",
                "context 3, at character 13: \"other\" is below nobody, and \"root\" is the root: write other<root",
            ),
            ("root@", "context 1, at character 1: the time is missing"),
            ("root;a<root@3 parsecs", "context 2, at character 6: \"parsecs\" is no unit of time"),
            ("root@-1s", "a time cannot be negative"),
            ("root@18446744073s", "longer than a year"),
            ("a=b", "a name has no '='"),
            ("abcdefghijklmnopqrstuvwxyz", "at most 24 letters"),
        ] {
            let message = tree(text).expect_err(text);
            assert!(message.contains(says), "{text}: {message}");
        }
        let many = (0..1_000).map(|n| format!(";{n}<root")).collect::<String>();
        let message = tree(&format!("root{many}")).expect_err("one too many");
        assert!(message.contains("context 1001") && message.contains("1000 contexts are the most"), "{message}");
    }

    #[test]
    fn what_is_no_work_and_no_cancellation_says_so_too_and_so_does_a_name_that_nobody_has() {
        for (text, says) in [
            ("a=1s;b", "work 2, at character 6: write name=time"),
            ("a=1s;a=2s", "work 2, at character 6: \"a\" has work already"),
            ("=1s", "work 1, at character 1: a name is missing"),
            ("a=", "the time is missing"),
        ] {
            let message = work(text).expect_err(text);
            assert!(message.contains(says), "{text}: {message}");
        }
        for (text, says) in [
            ("price", "cancel 1, at character 1: write name@time"),
            ("a@1s;@2s", "cancel 2, at character 6: a name is missing"),
            ("a@soon", "cancel 1, at character 1"),
        ] {
            let message = cancels(text).expect_err(text);
            assert!(message.contains(says), "{text}: {message}");
        }
        let read = cancels("create row@10ms").expect("a cancellation");
        assert_eq!((read[0].name.as_str(), read[0].time), ("create row", Span::millis(10)));
        assert_eq!((work(""), cancels(""), names("")), (Ok(Vec::new()), Ok(Vec::new()), Ok(Vec::new())));
        let named = work("a=1s; b=2s").expect("work");
        assert_eq!(known(&named, |name| name == "a"), Err("work 2, at character 7: nobody is called \"b\"".to_owned()));
        assert_eq!(known(&named, |_| true), Ok(()));
    }
}

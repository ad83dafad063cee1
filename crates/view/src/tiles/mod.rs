//! Metric tiles as data: the numbers at the playhead, under the words that charts, report and text use for them too.
//!
//! *Attempts* are requests that ended, in whatever way. *Goodput* is those of them that brought what was wanted. *Failed* is the share of
//! the others: errors, timeouts, what was turned away, given up or lost. *Response* is how long whoever wanted it waited: from the intended
//! start where arrivals are open, else from the call, which is made when the last one is over. What was not answered in time counts at
//! its limit, and a percentile from there on says that it is more than that. No tile is wider than its place: a test holds it.

mod bank;
mod calls;

pub use bank::tiles as of_bank;
pub use calls::tiles as of_calls;

use crate::number;
use crate::scene::{Look, Scene};
use crate::shape::{bold_width, text_width};
use millrace_analysis::{GivenUp, Prefix, Summary};
use millrace_spec::Measure;
use millrace_trace::{Span, StationId};

/// What tiles are worked out from.
pub struct Seen<'a> {
    /// The scene at the playhead.
    pub scene: &'a Scene<'a>,
    /// The playhead, for what looks at the scene.
    pub look: &'a Look<'a>,
    /// The samples up to the playhead.
    pub so_far: Prefix<'a>,
    /// What the pattern declares that it measures.
    pub measures: &'a [Measure],
    /// The summary of a measure up to the playhead; whoever asks may have kept it.
    pub summary: &'a dyn Fn(&'static str) -> Option<Summary>,
    /// What was given up among its samples.
    pub given_up: &'a dyn Fn(&'static str) -> Option<GivenUp>,
    /// Both of the calls of one server.
    pub at_server: &'a dyn Fn(StationId) -> (Option<Summary>, Option<GivenUp>),
    /// Whether the playhead stands at the end of a run that is over.
    pub at_end: bool,
    /// Whether time is real.
    pub real: bool,
}

impl std::fmt::Debug for Seen<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Seen({:?})", self.scene)
    }
}

/// The width of what a tile shows, in pixels, and the sizes of its letters: of a number, of a word, of labels and units.
const ROOM: f64 = 65.0;
const NUMBERS: f64 = 15.0;
const WORDS: f64 = 12.0;
const UNITS: f64 = 11.0;

/// One figure of a summary.
type Pick = fn(&Summary) -> Span;

/// The figures that tiles show, and how many samples each needs to mean something.
const MEAN: (u64, Pick) = (1, |s| s.mean);
const P50: (u64, Pick) = (1, |s| s.p50);
const P95: (u64, Pick) = (20, |s| s.p95);
const P99: (u64, Pick) = (100, |s| s.p99);
const P999: (u64, Pick) = (1_000, |s| s.p999);

/// One tile: id, name, what is shown, its unit, the plain number in base units.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// Its id: `metric-<id>` on the page.
    pub id: String,
    /// Its name.
    pub label: String,
    /// What is shown.
    pub shown: String,
    /// The unit behind it.
    pub unit: String,
    /// The plain number in base units; empty where there is none.
    pub plain: String,
    /// What is shown, in full, where that is shorter; otherwise empty.
    pub full: String,
    /// Whether somebody on call should look.
    pub is_bad: bool,
    /// Whether it is a word and no number.
    pub is_word: bool,
}

impl Tile {
    fn new(id: &str, label: &str, shown: String, unit: impl Into<String>, plain: impl ToString) -> Tile {
        Tile {
            id: id.to_owned(),
            label: label.to_owned(),
            shown,
            unit: unit.into(),
            plain: plain.to_string(),
            full: String::new(),
            is_bad: false,
            is_word: false,
        }
    }

    /// What there is nothing to say of yet.
    fn dash(id: &str, label: &str) -> Tile {
        Tile::new(id, label, "—".to_owned(), "", "")
    }

    /// A time in the unit that suits it, unless there are too few samples to speak of it.
    fn time(id: &str, label: &str, of: Option<Summary>, figure: (u64, Pick)) -> Tile {
        Tile::censored(id, label, of, figure, None)
    }

    /// The same of samples among which some were given up: from the least of those on it is known only that it is more.
    fn censored(
        id: &str,
        label: &str,
        of: Option<Summary>,
        (enough, pick): (u64, Pick),
        given_up: Option<GivenUp>,
    ) -> Tile {
        let Some(span) = of.filter(|summary| summary.count >= enough).map(|summary| pick(&summary)) else {
            return Tile::dash(id, label);
        };
        let (shown, unit) = number::time(span.0);
        let is_more = given_up.is_some_and(|given_up| given_up.reaches(span));
        let shown = if is_more { format!(">\u{2009}{shown}") } else { shown };
        Tile { is_bad: is_more, ..Tile::new(id, label, shown, unit, span.0) }
    }

    /// A time in seconds, unless there are too few samples to speak of it.
    fn seconds(id: &str, label: &str, of: Option<Summary>, (enough, pick): (u64, Pick)) -> Tile {
        match of.filter(|summary| summary.count >= enough).map(|summary| pick(&summary)) {
            Some(span) => {
                let (shown, unit) = number::long_time(span.0);
                Tile::new(id, label, shown, unit, span.0)
            }
            None => Tile::dash(id, label),
        }
    }

    /// Jobs a second, unless no time has passed.
    fn rate(id: &str, label: &str, per_second: Option<f64>) -> Tile {
        match per_second {
            Some(rate) => Tile::new(id, label, number::rate(rate), "/s", rate),
            None => Tile::dash(id, label),
        }
    }

    /// A number of things.
    fn count(id: &str, label: &str, n: u64) -> Tile {
        let shown = number::short_count(n);
        let full = number::count(n);
        Tile { full: if shown == full { String::new() } else { full }, ..Tile::new(id, label, shown, "", n) }
    }

    /// How something is, in a word or two; in fewer where there is no room for them.
    fn word(id: &str, label: &str, words: String, brief: String) -> Tile {
        let fits = bold_width(&words, WORDS) <= ROOM;
        let (shown, full) = if fits { (words.clone(), String::new()) } else { (brief, words.clone()) };
        Tile { full, is_word: true, ..Tile::new(id, label, shown, "", words) }
    }

    /// What it counts, in a sentence, where its word alone does not say it; otherwise empty.
    pub fn means(&self) -> &'static str {
        match self.id.as_str() {
            "attempts" => "Requests that ended in the last second, in whatever way.",
            "goodput" => "Requests that ended with a result in the last second.",
            "errors" => "The share of all that ended so far without a result.",
            "in-flight" => "Calls that are under way now.",
            "queue" => "Who waits now: in channels, and for permits.",
            "throughput" => {
                "Results and errors of the server in the last second. What was turned away or not in time is in none."
            }
            "completed" => "Requests that ended with a result so far.",
            "p50" | "p95" | "p99" | "p999" if self.label.starts_with("Call") => {
                "The call alone, from its sending to the answer or its limit, without the wait before it: of all so far."
            }
            "p50" | "p95" | "p99" | "p999" => {
                "From the call to the answer, or to its limit where it was given up: of all so far. The chart has the same of each window."
            }
            id if id.starts_with("response-p") => {
                "From the intended start to the end, the wait before the call with it: of all so far. The chart has the same of each window."
            }
            _ => "",
        }
    }

    /// Whether it is no wider than its place, in the widest of the page's faces.
    pub fn fits(&self) -> bool {
        let unit = if self.unit.is_empty() { 0.0 } else { text_width(&self.unit, UNITS, false) + 2.0 };
        // A thin space is next to nothing, and letters stand a little closer than elsewhere.
        let shown = self.shown.replace('\u{2009}', "");
        let shown = bold_width(&shown, if self.is_word { WORDS } else { NUMBERS });
        // A label goes a little nearer to the edge, and its letters to each other.
        text_width(&self.label, UNITS, false) <= ROOM + 11.0 && shown + unit <= ROOM
    }

    /// With more words behind the number, where they fit.
    fn with_unit(self, unit: String) -> Tile {
        let more = Tile { unit, ..self.clone() };
        if more.fits() { more } else { self }
    }

    /// Marked where somebody on call should look.
    fn bad_if(self, is_bad: bool) -> Tile {
        Tile { is_bad: self.is_bad || is_bad, ..self }
    }
}

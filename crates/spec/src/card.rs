//! The cards of the bug cabinet: each a place where a document and its code say different things, with two runs on one seed that
//! show it, the figure in which they differ, and the line at which they do.
//!
//! A pattern declares its cards in a text beside its presets, `cards.txt`, and no card is part of a program: they are words that somebody
//! may read later, so the site has them as one file. What a card says of its runs is held against them by a test.
//!
//! ```text
//! [registers-again] hub
//! says: A session that comes again is silenced when its old self leaves.
//! kind: lost work
//! cost: lost
//! runs: preset=registers-again
//! at: 1001ms
//! figure: Sessions that hear nothing = detail.orphans
//! document: 0
//! code: 5
//! whole: 8 = requests.offered
//! line: patterns/hub/sessions.rs | self.hub.unregister(
//! source: 4.4
//! why: The new connection overwrites the entry of the old one. When that leaves, it takes away what stands under its name.
//! ```

use millrace_trace::order;

/// A place where a document and its code differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Card<'a> {
    /// Its id in links, one among all cards.
    pub id: &'a str,
    /// The pattern that runs.
    pub pattern: &'a str,
    /// What goes otherwise than promised: a sentence of at most [`Card::LONGEST`] characters.
    pub says: &'a str,
    /// The [`KINDS`] word for what sort of mistake it is.
    pub kind: &'a str,
    /// The [`COSTS`] word for what it costs.
    pub cost: &'a str,
    /// The run of the document, as a link has it behind the `?`; the one of the code has what `beside` says otherwise.
    pub runs: &'a str,
    /// What the run of the code has otherwise, as `vs` has it in a link.
    pub beside: &'a str,
    /// The instant where the two have parted, as a link has it.
    pub at: &'a str,
    /// What the figure is of.
    pub figure: &'a str,
    /// Where it stands in a report: keys, one after the other. In a list of things with names a name leads to one, and `#` says how
    /// many there are.
    pub path: &'a str,
    /// What it is in the document's run, as the card says it.
    pub document: &'a str,
    /// What it is in the code's.
    pub code: &'a str,
    /// Of how many that is so, as the card says it; empty where the figure is no count of some among all.
    pub whole: &'a str,
    /// Where that stands in the report of the code's run.
    pub whole_path: &'a str,
    /// The file that the code pane shows, by its short path.
    pub file: &'a str,
    /// What stands in the line at which they differ.
    pub marker: &'a str,
    /// The sections of the reference that tell of it.
    pub source: &'a str,
    /// Why it is so.
    pub why: &'a str,
}

/// The kinds of mistakes, in the order of the filter.
pub const KINDS: [&str; 6] = ["race", "unit", "lost work", "dead control", "order", "leak"];

/// What mistakes cost: the word in a card, what is said of it, and at more length. The dearest comes first.
pub const COSTS: [(&str, &str, &str); 5] = [
    ("lost", "Work is lost", "accepted, and never done"),
    ("forever", "Something waits for ever", "until it is restarted"),
    ("unprotected", "Runs unprotected", "the guard is there and does nothing"),
    ("less", "Does less than it says", "slower, later or in the wrong order"),
    ("wrong", "Shows a wrong figure", "the work is right, the number is not"),
];

/// The sources that may be chosen: the word in a link, the part of the reference that is about it, and what it is called.
pub const SOURCES: [(&str, &str, &str); 4] = [
    ("001", "1", "concurrency patterns"),
    ("000", "2", "elevator bank"),
    ("003", "3", "backend"),
    ("004", "4", "interview platform"),
];

impl<'a> Card<'a> {
    /// The most characters of its sentence: two lines of a card.
    pub const LONGEST: usize = 62;

    /// The cards of a text, the dearest first: by what they cost, and of what costs the same by the share of the work that it costs. Where that is the
    /// same those come first that the reference has in its headline, and then one of each pattern after the other. One whose cost is unknown is left out.
    pub fn all(text: &'a str) -> Vec<Card<'a>> {
        let mut cards: Vec<Card<'a>> = Vec::new();
        for line in text.lines() {
            if let Some((id, pattern)) = line.strip_prefix('[').and_then(|line| line.split_once("] ")) {
                cards.push(Card { id, pattern, beside: "fidelity=shipped", ..Card::default() });
            } else if let (Some((key, said)), Some(card)) = (line.split_once(": "), cards.last_mut()) {
                card.take(key, said);
            }
        }
        let mut placed: Vec<(usize, u32, bool, usize, Card<'a>)> = Vec::new();
        for card in cards {
            let Some(cost) = COSTS.iter().position(|(cost, ..)| *cost == card.cost) else { continue };
            let before = placed.iter().filter(|(other, .., one)| (*other, one.pattern) == (cost, card.pattern)).count();
            placed.push((cost, 1_000 - card.share(), !card.source.starts_with("0.1"), before, card));
        }
        order::sort_by_key(&mut placed, |(cost, spared, is_less_known, before, _)| {
            (*cost, *spared, *is_less_known, *before)
        });
        placed.into_iter().map(|(.., card)| card).collect()
    }

    /// The figure in the document's and in the code's run, where it is a number.
    pub fn amounts(&self) -> Option<(f64, f64)> {
        amount(self.document).zip(amount(self.code))
    }

    /// Of how many that is so.
    pub fn whole(&self) -> Option<f64> {
        amount(self.whole)
    }

    /// The thousandths of the work that it costs: so many of the whole are otherwise. Where the figure is no count among a whole, by so much of the
    /// greater one the two differ. None where it is no number: one cannot say more than that it is so.
    pub fn share(&self) -> u32 {
        let Some((document, code)) = self.amounts() else { return 0 };
        let whole = self.whole().unwrap_or(document.max(code));
        if whole > 0.0 { ((document - code).abs() / whole * 1_000.0).clamp(0.0, 1_000.0) as u32 } else { 0 }
    }

    /// Whether a source tells of it: the number of its part of the reference.
    pub fn is_told_in(&self, part: &str) -> bool {
        self.source.split(", ").any(|section| section.split('.').next() == Some(part))
    }

    fn take(&mut self, key: &str, said: &'a str) {
        let pair = |mark| said.split_once(mark).unwrap_or((said, ""));
        match key {
            "says" => self.says = said,
            "kind" => self.kind = said,
            "cost" => self.cost = said,
            "runs" => self.runs = said,
            "beside" => self.beside = said,
            "at" => self.at = said,
            "figure" => (self.figure, self.path) = pair(" = "),
            "document" => self.document = said,
            "code" => self.code = said,
            "whole" => (self.whole, self.whole_path) = pair(" = "),
            "line" => (self.file, self.marker) = pair(" | "),
            "source" => self.source = said,
            "why" => self.why = said,
            _ => {}
        }
    }

    /// The link to its two runs at the instant where they have parted.
    pub fn link(&self) -> String {
        self.written(&format!("at={}&", self.at), "tab=code&")
    }

    /// The link to its two runs, whatever the instant.
    pub fn link_to_runs(&self) -> String {
        self.written("", "")
    }

    fn written(&self, at: &str, tab: &str) -> String {
        let Card { id, pattern, runs, beside, .. } = self;
        let and = if runs.is_empty() { "" } else { "&" };
        // What was done to the runs comes after the instant.
        let (values, done) =
            runs.split_once("x=").map_or((*runs, String::new()), |(values, done)| (values, format!("x={done}&")));
        let and = if done.is_empty() { and } else { "" };
        format!("#/{pattern}?{values}{and}{at}{done}vs={beside}&{tab}card={id}")
    }
}

/// A number as a card says it: with commas, and with the unit of a time.
fn amount(said: &str) -> Option<f64> {
    let (number, unit) = said.split_once(' ').unwrap_or((said, ""));
    let units = [("", 1.0), ("ns", 1.0), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)];
    let (_, nanos) = units.into_iter().find(|(name, _)| *name == unit)?;
    Some(crate::decimal::read(&number.replace(',', ""))? * nanos)
}

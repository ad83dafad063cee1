//! The charts of a run as data: which there are, their lines, and what is said beside them.
//!
//! What there is to plot depends on the picture: calls that are answered, or people who wait for cars. Charts are of all that is
//! computed, and share one scale of time, their windows, the bands of faults and the ticks of changes; where the playhead stands is drawn
//! over them (`charts/over`). A window that is not over is in no chart, and a percentile of too few is none. The lines of a run and those
//! of the run before it are made by the same functions.

mod bank;
mod calls;
mod levels;
mod measured;

pub use bank::sheets as of_bank;
pub use calls::sheets as of_calls;

use crate::charts::{Histogram, Line, Stretch, TimeChart};
use crate::fault_bands::{Hue, fault_bands};
use crate::place::tables::Contact;
use crate::{Palette, number};
use millrace_analysis::{History, Mark, Prefix};
use millrace_spec::{Ceiling, Measure, SceneSpec, Values};
use millrace_trace::{SimTime, Span, Trace};

/// What charts are made from.
#[derive(Clone, Debug)]
pub struct Told<'a> {
    /// The samples, and the state at the far end.
    pub history: &'a History,
    /// Everything up to here is computed.
    pub until: SimTime,
    /// When the run ended, once that is known.
    pub over: Option<SimTime>,
    /// The names.
    pub trace: &'a Trace,
    /// The places, gauges and faults.
    pub spec: &'a SceneSpec,
    /// The parameters.
    pub values: &'a Values,
    /// What the pattern declares that it measures.
    pub measures: &'a [Measure],
    /// The rate that no run can exceed for long.
    pub ceiling: Option<Ceiling>,
    /// The colours.
    pub palette: &'a Palette,
    /// The samples of the run before, and up to where they are computed.
    pub before: Option<(&'a History, SimTime)>,
    /// The run that stands beside this one under the playhead.
    pub beside: Option<Beside<'a>>,
    /// The cars of a bank whose breakers are not closed.
    pub cars: &'a [(String, Contact)],
}

/// A run that stands beside another.
#[derive(Clone, Debug)]
pub struct Beside<'a> {
    /// Its samples.
    pub history: &'a History,
    /// Everything up to here is computed.
    pub until: SimTime,
    /// What it is called: the value that it has otherwise.
    pub name: String,
}

/// What one chart shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Figure {
    /// Something over time.
    Time(TimeChart),
    /// How often which length.
    Bars(Histogram),
}

/// A chart with its title line.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Its id: `chart-<id>` on the page.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What is to be known of its values: unit, window.
    pub note: String,
    /// Where a value of it comes from, for who wants to know; otherwise empty.
    pub hint: String,
    /// What it shows.
    pub figure: Figure,
}

impl Sheet {
    fn time(id: &str, title: &str, note: String, chart: TimeChart) -> Sheet {
        Sheet { id: id.to_owned(), title: title.to_owned(), note, hint: String::new(), figure: Figure::Time(chart) }
    }

    /// What it says at a playhead, in words.
    pub fn sentence(&self, playhead: SimTime) -> String {
        match &self.figure {
            Figure::Time(chart) => chart.sentence(playhead.seconds()),
            Figure::Bars(bars) => bars.sentence(),
        }
    }
}

/// About so many windows are in a chart, and no fewer than these.
const WINDOWS: f64 = 50.0;
const FEWEST: f64 = 8.0;
/// So many calls are in a window, where that leaves enough windows.
const FILLED: f64 = 20.0;

impl<'a> Told<'a> {
    /// The samples of all that is computed.
    fn so_far(&self) -> Prefix<'a> {
        self.history.until(u64::MAX, self.until)
    }

    /// Those of the run before.
    fn earlier(&self) -> Option<Prefix<'a>> {
        self.before.map(|(history, until)| history.until(u64::MAX, until))
    }

    /// The right end of all charts, in seconds: of the longer run where both are known to their ends, else a round number that stays for a
    /// while. Before the start a second to come.
    pub fn end(&self) -> f64 {
        let until = self.until.seconds();
        let own = match self.over {
            Some(over) if over > SimTime::ZERO => over.seconds(),
            _ if until <= 0.0 => 1.0,
            _ => {
                let step = number::round_step(until, 4.0);
                libm::ceil(until / step * 0.999_999) * step
            }
        };
        let before = self.before.map_or(0.0, |(_, before)| before.seconds());
        let beside = self.beside.as_ref().map_or(0.0, |beside| beside.until.seconds());
        own.max(before).max(beside)
    }

    /// The windows of all charts: short, and yet so long that most have a percentile to tell.
    pub fn window(&self) -> Span {
        let end = self.end();
        let calls = self.history.ledger.tally.served().max(1) as f64;
        let each = if self.spec.has_server() { FILLED * self.until.seconds() / calls } else { 0.0 };
        let filled = number::round_step(each.min(end / FEWEST), 1.0);
        Span::from_seconds(number::round_step(end, WINDOWS).max(filled).max(0.000_1))
    }

    /// A chart of this run, with everything that all charts have in common.
    fn chart(&self) -> TimeChart {
        let journal = self.history.journal.entries();
        let bands = fault_bands(journal, &self.spec.faults, self.palette).into_iter();
        let stretch = |band: crate::fault_bands::FaultBand| {
            let to = band.to.unwrap_or(self.until).seconds();
            let (name, level, Hue { wash, rule, ink }) = (band.label, band.level, band.hue);
            Stretch { name, level, from: band.from.seconds(), to, wash, rule, ink }
        };
        let changes = journal.iter().filter(|entry| matches!(entry.mark, Some(Mark::Change)));
        TimeChart {
            end: self.end(),
            until: self.until.seconds(),
            faults: bands.map(stretch).collect(),
            changes: changes.map(|entry| entry.at.seconds()).collect(),
            ..TimeChart::default()
        }
    }

    /// The first line that this makes of the run beside, under that one's name.
    fn beside(&self, lines: impl FnOnce(&Prefix<'a>) -> Vec<Line>) -> Option<Line> {
        let Beside { history, until, name } = self.beside.as_ref()?;
        let (p, line) = (self.palette, lines(&history.until(u64::MAX, *until)).into_iter().next()?);
        Some(Line { name: name.clone(), colour: p.blocked, ink: p.blocked_ink, width: 1.6, fill: None, ..line })
    }

    /// The first so many of these lines as those of the run before.
    fn ghosts(&self, lines: Vec<Line>, most: usize) -> Vec<Line> {
        let p = self.palette;
        let ghost = |line: Line| Line { colour: p.line_3, ink: p.ink_3, width: 1.2, fill: None, ..line };
        lines.into_iter().take(most).map(ghost).collect()
    }
}

/// A window in words.
fn unit_of(window: Span) -> String {
    if window.0 >= 1_000_000_000 { format!("{} s", window.seconds()) } else { format!("{} ms", window.as_millis()) }
}

/// A name that leaves room for a number at the right of a chart.
fn short(name: &str) -> String {
    if name.chars().count() <= 9 { name.to_owned() } else { name.chars().take(8).collect::<String>() + "…" }
}

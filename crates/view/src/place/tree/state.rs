//! The contexts at the playhead, in the order of the tree: how each is, since when, and what ended it.

use super::super::Here;
use crate::number;
use crate::scene::Look;
use millrace_spec::{ContextGauges, ContextState};
use millrace_trace::{SimTime, StationId, ledger::StationRow};

const GAUGES: ContextGauges = ContextGauges::ALL;

/// How a context is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    Open,
    /// Open, and whoever could end it is gone.
    Leaked,
    Done,
    Failed,
    /// Its own time was up.
    Deadline,
    Cancelled,
    /// Reached by the end of the one above it.
    Reached,
    /// It has ended, and its work closes.
    Closing,
    /// It has ended, and its work goes on.
    Holds,
}

/// A context.
pub(super) struct Context<'a> {
    pub id: StationId,
    pub row: &'a StationRow,
    pub name: &'a str,
    /// The one above it, by its place in the tree.
    pub parent: Option<usize>,
    pub children: Vec<usize>,
    pub depth: usize,
    pub how: How,
    pub state: ContextState,
    pub deadline: Option<SimTime>,
    /// The same where it is its own, and not that of the one above it.
    pub own_deadline: Option<SimTime>,
    /// What it asked for, where the one above it has less.
    pub asked: Option<SimTime>,
    pub detached: bool,
    /// Its place in the order in which a cancellation went down.
    pub order: u64,
    pub ended: Option<SimTime>,
    /// When its work was over.
    pub over: Option<SimTime>,
}

impl<'a> Context<'a> {
    fn of(here: Here<'_, 'a>, (id, row): (StationId, &'a StationRow), parent: Option<usize>, depth: usize) -> Self {
        let instant = |gauge| u64::try_from(row.gauge(gauge)).ok().filter(|at| *at > 0).map(SimTime);
        let word = row.state.map_or("", |state| here.scene.trace.name(state));
        let state = ContextState::of(word).unwrap_or(ContextState::Open);
        let works = row.levels.present > 0;
        let order = row.gauge(GAUGES.order).max(0) as u64;
        let how = match state {
            ContextState::Open => How::Open,
            ContextState::Leaked => How::Leaked,
            ContextState::Failed => How::Failed,
            _ if works && row.gauge(GAUGES.closing) > 0 => How::Closing,
            _ if works => How::Holds,
            ContextState::Done => How::Done,
            _ if order > 1 => How::Reached,
            ContextState::Canceled => How::Cancelled,
            ContextState::DeadlineExceeded => How::Deadline,
        };
        Context {
            id,
            row,
            name: here.scene.name(row),
            parent,
            children: Vec::new(),
            depth,
            how,
            state,
            deadline: instant(GAUGES.deadline),
            own_deadline: instant(GAUGES.deadline),
            asked: instant(GAUGES.asked),
            detached: row.gauge(GAUGES.detached) > 0,
            order,
            ended: Some(row.state_since).filter(|_| !state.is_open()),
            over: Some(row.levels.last_change()).filter(|_| !works && row.levels.arrivals > 0),
        }
    }

    /// The share of its time that is left, where its time ends.
    pub fn left(&self, now: SimTime) -> Option<f64> {
        let deadline = self.deadline?;
        let whole = deadline.since(self.row.opened).seconds();
        let left = if self.ended.is_some() { 0.0 } else { deadline.since(now).seconds() };
        Some(if whole > 0.0 { (left / whole).clamp(0.0, 1.0) } else { 0.0 })
    }

    /// The word for how it is.
    pub fn word(&self) -> &'static str {
        match self.how {
            How::Open => "open",
            How::Leaked => "leaked",
            How::Done => "done",
            How::Failed => "failed",
            How::Deadline => "out of time",
            How::Cancelled => "cancelled",
            How::Reached if self.state == ContextState::Canceled => "cancelled",
            How::Reached => "cut off",
            How::Closing => "closing",
            How::Holds => "going on",
        }
    }

    /// How it is, in a few words.
    pub fn words(&self, now: SimTime) -> String {
        let since = |at: Option<SimTime>| time(now.since(at.unwrap_or(now)).0);
        let ended = time(self.ended.unwrap_or(now).0);
        match self.how {
            How::Open => match self.deadline {
                Some(deadline) => format!("{} left", time(deadline.since(now).0)),
                None => "open".to_owned(),
            },
            How::Leaked => "nobody ends it".to_owned(),
            How::Done => format!("done, {}", time(self.ended.unwrap_or(now).since(self.row.opened).0)),
            How::Failed => format!("error, {ended}"),
            How::Deadline | How::Cancelled => format!("at {ended}"),
            How::Reached => self.word().to_owned(),
            How::Closing => format!("closing {}", since(self.ended)),
            How::Holds => format!("goes on {}", since(self.ended)),
        }
    }

    /// The file and the line that began it.
    pub fn line(&self) -> Option<String> {
        let (file, line) = (self.row.site.file()?, self.row.site.line()?);
        Some(format!("{}:{line}", file.rsplit('/').next().unwrap_or(file)))
    }
}

/// A time as short as it is: whole milliseconds without decimals.
pub(super) fn time(nanos: u64) -> String {
    if nanos.is_multiple_of(1_000_000) && nanos < 1_000_000_000 {
        return format!("{} ms", nanos / 1_000_000);
    }
    number::time_text(nanos)
}

/// All contexts, each before those below it.
pub(super) struct State<'a> {
    pub all: Vec<Context<'a>>,
}

impl<'a> State<'a> {
    pub fn of(here: Here<'_, 'a>) -> State<'a> {
        let ledger = here.scene.ledger;
        // By the number of a station, those below it: a part is opened after its whole.
        let mut below: Vec<Vec<StationId>> = vec![Vec::new(); ledger.stations.len()];
        for (id, row) in ledger.stations_with_ids() {
            if let Some(parts) = row.parent.some().and_then(|parent| below.get_mut(parent.0 as usize)) {
                parts.push(id);
            }
        }
        let mut all: Vec<Context<'a>> = Vec::new();
        let parts = |id: StationId| id.some().and_then(|id| below.get(id.0 as usize)).cloned().unwrap_or_default();
        let mut stack: Vec<(StationId, Option<usize>, usize)> =
            parts(here.id()).into_iter().rev().map(|id| (id, None, 0)).collect();
        while let Some((id, parent, depth)) = stack.pop() {
            let Some(row) = ledger.station(id) else { continue };
            let place = all.len();
            if let Some(above) = parent.and_then(|parent| all.get_mut(parent)) {
                above.children.push(place);
            }
            let above = parent.and_then(|parent| all.get(parent)).and_then(|above| above.deadline);
            let mut context = Context::of(here, (id, row), parent, depth);
            context.own_deadline =
                context.deadline.filter(|own| context.detached || above.is_none_or(|above| *own < above));
            all.push(context);
            stack.extend(parts(id).into_iter().rev().map(|id| (id, Some(place), depth + 1)));
        }
        State { all }
    }

    /// Where the cancellation began that reached a context: at itself, unless it came from above.
    pub fn cause<'s>(&'s self, context: &'s Context<'a>) -> Option<&'s Context<'a>> {
        let mut at = context;
        while at.order > 1 {
            at = at.parent.and_then(|parent| self.all.get(parent)).filter(|above| above.ended == context.ended)?;
        }
        (context.order > 1).then_some(at)
    }

    /// Whether the end of a context came down from the one above it.
    pub fn came_down(&self, context: &Context<'a>) -> bool {
        context.order > 1 && !context.detached
    }

    /// How many are open, how many ended, and how many of these are at work still.
    pub fn counts(&self) -> (u64, u64, u64) {
        let open = self.all.iter().filter(|one| one.ended.is_none()).count() as u64;
        let late = self.all.iter().filter(|one| matches!(one.how, How::Closing | How::Holds)).count() as u64;
        (open, self.all.len() as u64 - open, late)
    }

    /// All there is to say about a context.
    pub fn about(&self, here: Here<'_, 'a>, look: &Look<'_>, context: &Context<'a>) -> Vec<String> {
        let now = look.now;
        let mut lines = vec![match context.how {
            How::Open => "open".to_owned(),
            How::Leaked => "open, and nobody will end it".to_owned(),
            _ => {
                let at = number::moment(context.ended.unwrap_or(now).0);
                let err = match context.state {
                    ContextState::Done => "ended by itself".to_owned(),
                    ContextState::Failed => "ended by itself, with an error".to_owned(),
                    other => format!("{} at {at}", other.word()),
                };
                match self.cause(context) {
                    Some(cause) => format!("{err}, with {}", cause.name),
                    None if matches!(context.state, ContextState::Done | ContextState::Failed) => {
                        format!("{err} at {at}")
                    }
                    None => err,
                }
            }
        }];
        lines.push(match (context.deadline, context.ended) {
            (None, _) => "no deadline".to_owned(),
            (Some(deadline), None) => {
                format!("deadline at {}, {} left", number::moment(deadline.0), time(deadline.since(now).0))
            }
            (Some(deadline), Some(_)) => format!("deadline at {}", number::moment(deadline.0)),
        });
        if let Some(asked) = context.asked {
            let asked = time(asked.since(context.row.opened).0);
            lines.push(format!("asked for {asked}, which is more than the context above has"));
        }
        if context.detached {
            lines.push("detached: it hears of no cancellation above".to_owned());
        }
        if matches!(context.how, How::Closing | How::Holds) {
            let since = time(now.since(context.ended.unwrap_or(now)).0);
            let what = if context.how == How::Closing { "closes" } else { "goes on" };
            lines.push(format!("its work {what}, {since} after the end"));
        }
        if let Some(line) = context.line() {
            lines.push(format!("begun at {line}"));
        }
        if context.row.levels.present > 0 {
            lines.extend(crate::scene::item::waits_at(here.scene, context.id).map(|at| format!("waits at {at}")));
        }
        lines
    }
}

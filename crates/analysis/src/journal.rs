//! The journal: what is worth telling in words, for the log and the marks on the timeline.
//!
//! Not every event: a page of "request 17 moved" helps nobody. Faults, edits, declared states, notes of the program and of
//! its server, errors of the server, a channel that becomes full or empties again, the first of each outcome; what the page
//! asked of the running system, and what was refused to anybody else. Of a bank of stations that travel each passenger's way is told: there
//! are few of them, and what became of one is what its log is read for.

use super::{Exchanges, PAGE, Request};
use litemap::LiteMap;
use millrace_spec::{Closing, ConnectionState};
use millrace_trace::ledger::{Signs, StationRow, Transition};
use millrace_trace::{
    Answer, EventKind, JobId, Ledger, Outcome, SimTime, StationId, StationKind, Trace, TraceEvent, UNLIMITED,
};

/// One line of the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The position in the log.
    pub event: u64,
    /// When.
    pub at: SimTime,
    /// What it is about, for its glyph and colour.
    pub tone: Tone,
    /// Who: a station, a task, "fault".
    pub who: String,
    /// What happened.
    pub text: String,
    /// Whether the timeline marks it.
    pub mark: Option<Mark>,
}

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// A change of state.
    State,
    /// Something is blocked or held back.
    Blocked,
    /// An error of the server.
    Server,
    /// A timeout.
    Timeout,
    /// Something went away.
    Killed,
    /// What the program says.
    Note,
    /// All is well (again).
    Success,
}

/// A mark on the timeline.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A change of state.
    Change,
    /// A fault begins, with this magnitude.
    FaultOn(String, i64),
    /// A fault ends: which of those of its kind that stand, in the order of their beginnings.
    FaultOff(String, usize),
}

/// The journal of a run. At most [`Journal::MOST`] entries; beyond, errors are only counted.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    entries: Vec<Entry>,
    /// The channels that became full and have not been empty since: by which event.
    full: LiteMap<u32, u64>,
    left_out: u64,
    /// Whether there are landings: elsewhere nobody has to look at where each job goes.
    bank: bool,
}

/// What an entry says, but for where it stands.
type Told = (Tone, String, String, Option<Mark>);

impl Journal {
    /// How many entries are kept.
    pub const MOST: usize = 5_000;

    /// How many are kept of those that the timeline marks, as a channel that becomes full and empty again does so for hours; and of what the program says of itself, which is
    /// not to be missed for how often its connections are used.
    const MOST_MARKED: usize = 20_000;

    /// The entries, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many entries were left out because there were too many.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// What there may be something to tell of: of by far most events that move a job there is nothing.
    pub(super) fn cares(&self) -> Signs {
        match (self.bank, self.full.is_empty()) {
            (true, _) => Signs::ALL,
            (false, true) => Signs::FILLED.and(Signs::BADLY),
            (false, false) => Signs::FILLED.and(Signs::BADLY).and(Signs::EMPTIED),
        }
    }

    /// Takes in an event that moved a job, with the state after it.
    #[inline]
    pub(super) fn moved(
        &mut self,
        event: &TraceEvent,
        position: u64,
        transition: &Transition,
        after: &Ledger,
        trace: &Trace,
    ) {
        if self.bank
            && let Some(told) = travelled(event, transition, after, trace)
        {
            return self.tell(event, position, told);
        }
        match event.kind {
            EventKind::Moved { .. } => self.fill(event, position, transition, after, trace),
            EventKind::Answered { answer: Answer::Status(200..=299) | Answer::Cancelled, .. } => {}
            EventKind::Answered { .. } | EventKind::Left { outcome: Outcome::Lost | Outcome::Cancelled, .. } => {
                self.ended_badly(event, position, transition, after, trace);
            }
            _ => {}
        }
    }

    /// A call that was answered with an error or not at all, or a job that is lost or was cancelled.
    #[cold]
    fn ended_badly(
        &mut self,
        event: &TraceEvent,
        position: u64,
        transition: &Transition,
        after: &Ledger,
        trace: &Trace,
    ) {
        let program = |tone, text| (tone, "program".to_owned(), text, None);
        let number = number(transition.job);
        let told = match event.kind {
            EventKind::Answered { answer, .. } => answered(answer, event.at, transition, after, trace),
            EventKind::Left { outcome: Outcome::Lost, .. } => {
                program(Tone::Server, format!("the result of {number} was lost"))
            }
            _ => program(Tone::Killed, format!("{number} was cancelled")),
        };
        self.tell(event, position, told);
    }

    /// Takes in any other event, with the state after it and the exchanges before it.
    pub(super) fn observe(
        &mut self,
        event: &TraceEvent,
        position: u64,
        (after, exchanges): (&Ledger, &Exchanges),
        trace: &Trace,
    ) {
        let station = |id: StationId| after.station(id).map_or("", |s| trace.name(s.name));
        let told = match event.kind {
            EventKind::Faulted { fault, on, magnitude } => {
                let name = trace.name(fault).to_owned();
                let text = if on { "on" } else { "off" }.to_owned();
                let ended = || Mark::FaultOff(name.clone(), usize::try_from(magnitude).unwrap_or(0));
                let mark = if on { Mark::FaultOn(name.clone(), magnitude) } else { ended() };
                Some((if on { Tone::Server } else { Tone::Success }, name, text, Some(mark)))
            }
            EventKind::Opened { kind: StationKind::Landing, .. } => {
                self.bank = true;
                None
            }
            EventKind::Bound { job, via, .. } if self.bank && via != StationId::NONE => {
                Some((Tone::State, station(via).to_owned(), format!("is to come for {}", number(job)), None))
            }
            EventKind::Edited { field, value } => {
                Some((Tone::State, trace.name(field).to_owned(), format!("set to {value}"), Some(Mark::Change)))
            }
            EventKind::Stated { station: id, state } => {
                let state = trace.name(state);
                let tone = match state {
                    "killed" => Tone::Killed,
                    "firing" => Tone::Server,
                    "pending" => Tone::Blocked,
                    _ => Tone::State,
                };
                let mark = (!is_routine(id, state, after)).then_some(Mark::Change);
                Some((tone, station(id).to_owned(), state.to_owned(), mark))
            }
            EventKind::Sized { station: pool, capacity } => {
                let is_step =
                    after.station(pool).is_some_and(|row| row.kind == StationKind::Pool && event.at > row.opened);
                let has_places =
                    || after.stations.iter().any(|row| row.parent == pool && row.kind == StationKind::Worker);
                let told =
                    || (Tone::State, station(pool).to_owned(), format!("{capacity} may be open"), Some(Mark::Change));
                (is_step && has_places()).then(told)
            }
            EventKind::Noted { by, text, value } => {
                let (by, text) = (by.station().map(station), trace.name(text));
                // What a station says begins with its name.
                let rest = by.and_then(|name| text.strip_prefix(name)?.strip_prefix(": "));
                let text = rest.unwrap_or(text).replace("{}", &value.to_string());
                Some((Tone::Note, by.unwrap_or("program").to_owned(), text, None))
            }
            EventKind::Crashed { text } => {
                Some((Tone::Server, "program".to_owned(), format!("panic: {}", trace.name(text)), Some(Mark::Change)))
            }
            EventKind::Asked { client, request, .. } if trace.name(client) == PAGE => {
                Some((Tone::State, PAGE.into(), head(trace.name(request)), Some(Mark::Change)))
            }
            EventKind::Replied { exchange, status, .. } => replied(event.at, exchange, status, exchanges, trace),
            _ => None,
        };
        if let Some(told) = told {
            self.tell(event, position, told);
        }
    }

    #[cold]
    fn tell(&mut self, event: &TraceEvent, position: u64, (tone, who, text, mark): Told) {
        // What people did always counts; of what a system does by itself an hour has enough.
        let by_people = matches!(mark, Some(Mark::FaultOn(..) | Mark::FaultOff(..)));
        let is_told = mark.is_some() || matches!(event.kind, EventKind::Noted { .. });
        let most = if is_told { Journal::MOST_MARKED } else { Journal::MOST };
        if self.entries.len() >= most && !by_people {
            self.left_out += 1;
            return;
        }
        self.entries.push(Entry { event: position, at: event.at, tone, who, text, mark });
    }

    /// A channel that becomes full, and one that had been full and is empty again. One that is so at once, with nothing told in between, was
    /// never full to anybody: a batch goes out with what fills it.
    #[inline]
    fn fill(&mut self, event: &TraceEvent, position: u64, moved: &Transition, after: &Ledger, trace: &Trace) {
        if moved.from == moved.to {
            return;
        }
        let channel = |id: StationId| after.station(id).filter(|row| row.kind == StationKind::Channel);
        if let Some(row) = channel(moved.to)
            && row.levels.present == u64::from(row.capacity)
            && row.capacity != UNLIMITED
            && !self.full.contains_key(&moved.to.0)
        {
            self.full.insert(moved.to.0, position);
            self.filled(event, position, row, trace);
        } else if !self.full.is_empty()
            && let Some(row) = channel(moved.from)
            && row.levels.present == 0
            && let Some(filled) = self.full.remove(&moved.from.0)
        {
            if self.entries.last().is_some_and(|last| last.event == filled && last.at == event.at) {
                self.entries.pop();
            } else {
                self.filled(event, position, row, trace);
            }
        }
    }

    /// A channel is full, or empty again.
    #[cold]
    fn filled(&mut self, event: &TraceEvent, position: u64, row: &StationRow, trace: &Trace) {
        let (tone, text) = match row.levels.present {
            0 => (Tone::Success, "empty again".to_owned()),
            _ => (Tone::Blocked, format!("full, {} of {}", row.capacity, row.capacity)),
        };
        self.tell(event, position, (tone, trace.name(row.name).to_owned(), text, Some(Mark::Change)));
    }
}

/// Whether a state is what a connection comes to again and again as it is used: a timeline that marks each of them marks nothing.
fn is_routine(id: StationId, state: &str, after: &Ledger) -> bool {
    let is_connection = || {
        let pool = after.station(id).and_then(|row| after.station(row.parent));
        pool.is_some_and(|pool| pool.kind == StationKind::Pool)
    };
    let is_used = |state| match state {
        ConnectionState::Opening | ConnectionState::InUse | ConnectionState::Idle => true,
        ConnectionState::Closing(why) | ConnectionState::Closed(why) => why != Closing::Broken,
        ConnectionState::Leaked | ConnectionState::Unopened => false,
    };
    ConnectionState::of(state).is_some_and(is_used) && is_connection()
}

fn number(job: JobId) -> String {
    format!("#{}", job.number())
}

/// A passenger who comes, gets in, is set down or arrives.
fn travelled(event: &TraceEvent, moved: &Transition, after: &Ledger, trace: &Trace) -> Option<Told> {
    let kind = |id: StationId| after.station(id).map(|row| row.kind);
    let name = |id: StationId| after.station(id).map_or_else(String::new, |row| trace.name(row.name).to_owned());
    let (number, waited) = (number(moved.job), (event.at - moved.since).seconds());
    match (kind(moved.from), kind(moved.to)) {
        (None, Some(StationKind::Landing)) => Some((Tone::Note, name(moved.to), format!("{number} waits"), None)),
        (Some(StationKind::Landing), Some(StationKind::Car)) => {
            Some((Tone::State, name(moved.to), format!("{number} gets in, after {waited:.1} s"), None))
        }
        (Some(StationKind::Car), Some(StationKind::Landing)) => {
            let there = after.job(moved.job).is_none_or(|row| row.bound == moved.to);
            let all = (event.at - moved.entered).seconds();
            Some(if there {
                (Tone::Success, name(moved.to), format!("{number} is there, {all:.1} s after it came"), None)
            } else {
                (Tone::Blocked, name(moved.to), format!("{number} is set down, and has to wait again"), None)
            })
        }
        _ => None,
    }
}

/// A call that ended badly.
#[cold]
fn answered(answer: Answer, at: SimTime, back: &Transition, after: &Ledger, trace: &Trace) -> Told {
    let age = if back.calling { (at - back.since).as_millis() } else { 0.0 };
    let server = after.station(back.from).filter(|_| back.calling).map_or("", |row| trace.name(row.name));
    // Where there is one server only, everybody knows whose answer did not come.
    let several = after.stations.iter().filter(|row| row.kind == StationKind::Server).nth(1).is_some();
    let place = if several { format!(" at {server}") } else { String::new() };
    let number = number(back.job);
    let (tone, who, text) = match answer {
        Answer::TimedOut => (Tone::Timeout, "client", format!("{number} timed out{place} after {age:.1} ms")),
        Answer::Status(code) => (Tone::Server, server, format!("{number} {code} after {age:.1} ms")),
        _ => (Tone::Server, "client", format!("{number} got no answer{place}, {age:.1} ms")),
    };
    (tone, who.to_owned(), text, None)
}

/// A request without its body: `POST /v1/floors/request`.
fn head(request: &str) -> String {
    let Request { method, path, .. } = Request::of(request);
    format!("{method} {path}")
}

/// The first answer in an exchange: each one to the page, and to everybody else those that are errors.
fn replied(at: SimTime, exchange: u32, status: u16, exchanges: &Exchanges, trace: &Trace) -> Option<Told> {
    let row = exchanges.get(exchange).filter(|row| row.replies.is_empty())?;
    let answer = format!("{status} after {:.1} ms", (at - row.at).as_millis());
    let tone = match status {
        ..400 => Tone::Success,
        400..500 => Tone::Note,
        _ => Tone::Server,
    };
    if row.is_from_page(trace) {
        return Some((tone, "system".into(), answer, Some(Mark::Change)));
    }
    let said = || format!("{}: {answer}", head(trace.name(row.request)));
    (status >= 400).then(|| (tone, trace.name(row.client).to_owned(), said(), None))
}

#[cfg(test)]
mod tests {
    use crate::History;
    use millrace_trace::{
        Cursor, EventKind, JobId, SimTime, Site, StationId, StationKind, TaskId, Trace, TraceEvent, UNLIMITED,
    };

    const SOURCE: StationId = StationId(0);
    const FIRST: StationId = StationId(1);
    const SECOND: StationId = StationId(2);
    const WORKER: StationId = StationId(3);

    /// What is told of these moves between two channels of one, at a second each.
    fn told(moves: &[(u32, StationId)]) -> Vec<String> {
        let mut trace = Trace::new();
        let push = |trace: &mut Trace, second: usize, kind| {
            let at = SimTime(second as u64 * 1_000_000_000);
            trace.push(TraceEvent { at, task: TaskId::MAIN, kind, site: Site::NONE });
        };
        let stations = [
            (SOURCE, StationKind::Source, "source", UNLIMITED),
            (FIRST, StationKind::Channel, "first", 1),
            (SECOND, StationKind::Channel, "second", 1),
            (WORKER, StationKind::Worker, "worker", UNLIMITED),
        ];
        for (station, kind, name, capacity) in stations {
            let name = trace.text(name);
            push(&mut trace, 0, EventKind::Opened { station, kind, name, parent: StationId::NONE });
            push(&mut trace, 0, EventKind::Sized { station, capacity });
        }
        (0..2).map(JobId).for_each(|job| push(&mut trace, 0, EventKind::Entered { job, station: SOURCE }));
        for (second, (job, station)) in moves.iter().enumerate() {
            let started = *station == WORKER;
            push(&mut trace, second + 1, EventKind::Moved { job: JobId(*job), station: *station, started });
        }
        let (mut cursor, mut history) = (Cursor::new(), History::default().without_charts());
        cursor.catch_up(&trace, &mut history);
        history.journal.entries().iter().map(|entry| format!("{} {}", entry.who, entry.text)).collect()
    }

    #[test]
    fn a_channel_is_told_to_be_full_once_until_it_is_told_to_be_empty() {
        let there_and_back = [(0, FIRST), (0, WORKER), (1, FIRST), (1, WORKER)];
        let full_and_empty = ["first full, 1 of 1", "first empty again"];
        assert_eq!(told(&there_and_back), [full_and_empty, full_and_empty].concat());
    }

    /// What empties one channel fills the next in a pipeline: once both were looked for at each step, now only where the ledger has seen them.
    #[test]
    fn what_fills_one_channel_and_empties_another_is_told_of_the_first_alone() {
        let on = [(0, FIRST), (0, SECOND), (1, FIRST), (0, WORKER), (1, WORKER)];
        let expected = ["first full, 1 of 1", "second full, 1 of 1", "second empty again", "first empty again"];
        assert_eq!(told(&on), expected);
    }
}

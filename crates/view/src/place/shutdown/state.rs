//! The process at the playhead: how each of its parts stands, what it has, and what is lost of it.

use super::super::Here;
use crate::number;
use millrace_spec::{self as spec, PartState, ShutdownGauges};
use millrace_trace::{Gauge, SimTime, StationId, ledger::StationRow};

const G: ShutdownGauges = ShutdownGauges::ALL;

/// How many there are of something.
pub(super) struct Count {
    pub words: [&'static str; 2],
    pub came: u64,
    pub inside: u64,
    pub lost: u64,
    /// How many were lost before the process was asked to end.
    pub before: u64,
}

impl Count {
    fn of(&self, n: u64) -> String {
        let [one, several] = self.words;
        number::counted(n, one, several)
    }
}

/// A part of the process.
pub(super) struct Part {
    pub id: StationId,
    pub name: &'static str,
    pub state: PartState,
    /// When it was told to stop, and when it was over.
    pub began: Option<SimTime>,
    pub over: Option<SimTime>,
    pub counts: Vec<Count>,
}

impl Part {
    /// "5 frames, 2 results": what it has; in fewer words where there is less room.
    pub fn has(&self) -> [String; 2] {
        let there = self.counts.iter().filter(|count| count.inside > 0).count();
        let told = |count: &&Count| count.inside > 0 || there == 0;
        let words = listed(self.counts.iter().filter(told).take(there.max(1)).map(|count| count.of(count.inside)));
        let numbers: Vec<String> = self.counts.iter().map(|count| number::count(count.inside)).collect();
        [words, numbers.join(" + ")]
    }

    /// What is lost of it.
    pub fn lost(&self) -> Option<String> {
        let lost: Vec<String> =
            self.counts.iter().filter(|count| count.lost > 0).map(|count| count.of(count.lost)).collect();
        (!lost.is_empty()).then(|| listed(lost))
    }

    /// Whether nothing happens at it, and nothing has.
    pub fn is_quiet(&self) -> bool {
        self.state != PartState::Stopping && self.counts.iter().all(|count| count.lost == 0)
    }

    /// How long it was being stopped.
    pub fn took(&self, now: SimTime) -> Option<u64> {
        Some(self.over.unwrap_or(now).since(self.began?).0)
    }

    /// How it stands, in a few words.
    pub fn says(&self, now: SimTime) -> String {
        let took = number::time_text(self.took(now).unwrap_or(0));
        match self.state {
            PartState::Running => "running".to_owned(),
            PartState::Stopping => format!("stopping, {took}"),
            PartState::Stopped => format!("stopped in {took}"),
            PartState::Forced => format!("forced after {took}"),
            PartState::Left => "never stopped".to_owned(),
        }
    }
}

/// What is said of losses, with those before the signal if there are any.
pub(super) fn with_before(said: &str, before: u64) -> String {
    match before {
        0 => said.to_owned(),
        n => format!("{said}, {} before the signal", number::count(n)),
    }
}

fn listed(all: impl IntoIterator<Item = String>) -> String {
    all.into_iter().collect::<Vec<_>>().join(", ")
}

/// The process.
pub(super) struct State {
    pub parts: Vec<Part>,
    pub asked: Option<SimTime>,
    pub deadline: Option<SimTime>,
    pub gone: Option<SimTime>,
    code: i64,
}

fn instant(row: Option<&StationRow>, gauge: Gauge) -> Option<SimTime> {
    u64::try_from(row?.gauge(gauge)).ok().filter(|at| *at > 0).map(SimTime)
}

impl State {
    pub fn of(spec: &spec::Shutdown, here: Here<'_, '_>) -> State {
        let row = here.row();
        let count = |gauge| row.map_or(0, |row| row.gauge(gauge).max(0) as u64);
        let gone = instant(row, G.gone);
        let part = |name: &&'static str| {
            let own = here.scene.ledger.members(here.id()).find(|(_, row)| here.scene.name(row) == *name);
            let of_part = |(kind, counted): (u8, &spec::Counted)| {
                let [came, done, lost, before] = [G.came(kind), G.done(kind), G.lost(kind), G.before(kind)].map(count);
                let inside = came.saturating_sub(done + lost + before);
                (counted.part == *name).then_some(Count { words: counted.words, came, inside, lost, before })
            };
            let state = own.and_then(|(_, row)| PartState::of(here.scene.trace.name(row.state?)));
            let row = own.map(|(_, row)| row);
            Part {
                id: own.map_or(StationId::NONE, |(id, _)| id),
                name,
                state: state.unwrap_or(PartState::Running),
                began: instant(row, G.began),
                over: instant(row, G.over),
                counts: (0..).zip(&spec.kinds).filter_map(of_part).collect(),
            }
        };
        State {
            parts: spec.parts.iter().map(part).collect(),
            asked: instant(row, G.asked),
            deadline: instant(row, G.deadline),
            gone,
            code: row.map_or(0, |row| row.gauge(G.code)),
        }
    }

    /// Whether anything of its parts is counted.
    pub fn counts(&self) -> bool {
        self.parts.iter().any(|part| !part.counts.is_empty())
    }

    /// How many of all kinds are lost since it was asked to end.
    pub fn lost(&self) -> u64 {
        self.parts.iter().flat_map(|part| &part.counts).map(|count| count.lost).sum()
    }

    /// How many of all kinds were lost before that.
    pub fn before(&self) -> u64 {
        self.parts.iter().flat_map(|part| &part.counts).map(|count| count.before).sum()
    }

    /// "118 lost, 3 before the signal".
    pub fn losses(&self) -> String {
        with_before(&format!("{} lost", number::count(self.lost())), self.before())
    }

    /// "SIGTERM at 2 s, 28.6 s of grace left", in fewer words where there is less room.
    pub fn line(&self, spec: &spec::Shutdown, now: SimTime) -> [String; 2] {
        let time = |span: u64| number::time_text(span);
        match (self.asked, self.gone) {
            (None, _) => {
                let at = number::moment(spec.at.0);
                [format!("runs; SIGTERM at {at}, then {} of grace", time(spec.grace.0)), format!("SIGTERM at {at}")]
            }
            (Some(asked), None) => {
                let left = time(self.deadline.unwrap_or(asked).since(now).0);
                let at = number::moment(asked.0);
                [format!("SIGTERM at {at}, {left} of grace left"), format!("{left} of grace left")]
            }
            (Some(asked), Some(gone)) => {
                let code = self.code;
                [
                    format!("SIGTERM at {}, exit {code} after {}", number::moment(asked.0), time(gone.since(asked).0)),
                    format!("exit {code} after {}", time(gone.since(asked).0)),
                ]
            }
        }
    }
}

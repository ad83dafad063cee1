//! The clients of a hub at the playhead: how each stands, and how many stand how.

use super::super::Here;
use crate::number;
use millrace_spec::{self as spec, ClientGauges, HubGauges, Parting};
use millrace_trace::{SimTime, StationId, StationKind, UNLIMITED, ledger::StationRow};

pub(super) const G: HubGauges = HubGauges::ALL;
pub(super) const C: ClientGauges = ClientGauges::ALL;

/// After how long a pong that has not come is missed, in ns: those that come take less.
const MISSED: u64 = 50_000_000;

/// How a client stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    /// All is well.
    Open,
    /// Much lies in its queue.
    Slow,
    /// It was asked and has not answered.
    NoPong,
    /// It is open and in no map.
    Silent,
    /// It is gone, and waits to be taken out by a hub that does not listen any more.
    Stuck,
    /// It was let go.
    Dropped(Parting),
    /// It is gone, and nobody let it go.
    Gone(Parting),
}

impl Stands {
    /// Those that are told of one by one, from the worst.
    pub(super) const ABNORMAL: [&'static str; 6] = ["silent", "stuck", "cut off", "let go", "no pong", "slow"];

    pub(super) fn word(self) -> &'static str {
        match self {
            Stands::Open => "open",
            Stands::Slow => "slow",
            Stands::NoPong => "no pong",
            Stands::Silent => "silent",
            Stands::Stuck => "stuck",
            Stands::Dropped(Parting::Exit) => "cut off",
            Stands::Dropped(_) => "let go",
            Stands::Gone(_) => "gone",
        }
    }

    /// Its place among those that are told of one by one, the worst first; none for who is well.
    pub(super) fn rank(self) -> Option<usize> {
        Stands::ABNORMAL.iter().position(|word| *word == self.word())
    }

    pub(super) fn is_there(self) -> bool {
        !matches!(self, Stands::Dropped(_) | Stands::Gone(_))
    }
}

/// A client.
pub(super) struct Client<'a> {
    pub(super) id: StationId,
    pub(super) row: &'a StationRow,
    pub(super) name: &'a str,
    pub(super) session: i64,
    pub(super) stands: Stands,
    /// How much lies in its queue, and how much may.
    pub(super) queued: u64,
    pub(super) buffer: u64,
    /// How many messages are being written to it in one frame.
    pub(super) frame: u64,
    /// When it is let go unless a pong comes, where there is such a time.
    pub(super) due: Option<SimTime>,
}

impl Client<'_> {
    /// How full its queue is, from 0 to 1.
    pub(super) fn fill(&self) -> f64 {
        (self.queued as f64 / self.buffer.max(1) as f64).min(1.0)
    }

    /// "196 of 256"
    fn level(&self) -> String {
        format!("{} of {}", number::count(self.queued), number::count(self.buffer))
    }

    /// What is left until its pong has to be there, in ns.
    pub(super) fn left(&self, now: SimTime) -> Option<u64> {
        self.due.map(|due| due.0.saturating_sub(now.0))
    }

    /// How it stands, in a few words.
    pub(super) fn says(&self, now: SimTime) -> String {
        match self.stands {
            Stands::Open => "open".to_owned(),
            Stands::Slow if self.queued == 0 => format!("slow, {} in a frame", number::count(self.frame)),
            Stands::Slow => format!("slow, {}", self.level()),
            Stands::NoPong => {
                format!("no pong, due in {}", number::time_text(self.left(now).unwrap_or(0)))
            }
            Stands::Silent => format!("silent for {}", number::time_text(now.since(self.row.gauged).0)),
            Stands::Stuck => format!("gone, waits for {}", number::time_text(now.since(self.row.gauged).0)),
            Stands::Dropped(why) => format!("{}, {}", self.stands.word(), why.reason()),
            Stands::Gone(why) => why.reason().to_owned(),
        }
    }

    /// Its name and how it stands, from long to short.
    pub(super) fn labels(&self, now: SimTime) -> [String; 3] {
        let says = self.says(now);
        let first = says.split(',').next().unwrap_or_default();
        [
            format!("{} {says}", self.name),
            format!("{} {first}", self.name),
            format!("{} {}", self.name, self.stands.word()),
        ]
    }

    /// The lines of its label box.
    pub(super) fn lines(&self, now: SimTime) -> Vec<String> {
        let mut lines = vec![self.says(now)];
        if self.stands.is_there() {
            if self.stands != Stands::Slow {
                lines.push(format!("{} in its queue", self.level()));
            }
            if self.frame > 0 {
                lines.push(format!("{} being written", number::counted(self.frame, "message", "messages")));
            }
            let left = self.left(now).filter(|_| self.stands != Stands::NoPong);
            lines.extend(left.map(|left| format!("pong due in {}", number::time_text(left))));
        } else if let Some(at) = self.row.closed {
            lines.push(format!("closed at {}", number::instant(at.0)));
        }
        lines
    }
}

/// All clients, in the order of their sessions.
pub(super) struct State<'a> {
    pub(super) clients: Vec<Client<'a>>,
    pub(super) hub: Option<&'a StationRow>,
    /// The hub has come to its end.
    pub(super) is_over: bool,
    /// How many stand how, by the word for it.
    tally: Vec<(&'static str, u64)>,
}

impl<'a> State<'a> {
    pub(super) fn of(spec: &spec::Hub, here: Here<'_, 'a>, now: SimTime) -> State<'a> {
        let (scene, hub) = (here.scene, here.row());
        let is_over = hub.and_then(|row| row.state).is_some_and(|state| scene.trace.name(state) == HubGauges::STOPPED);
        let Some((id, _)) = here.shown.station else {
            return State { clients: Vec::new(), hub, is_over, tally: Vec::new() };
        };
        let mut clients: Vec<Client<'a>> = Vec::with_capacity(spec.clients as usize);
        // A queue is opened right after its client.
        for (station, row) in scene.ledger.stations_with_ids() {
            if row.parent == id && row.kind == StationKind::Worker {
                let due = row.gauge(C.pong_due);
                clients.push(Client {
                    id: station,
                    row,
                    name: scene.name(row),
                    session: row.gauge(C.session),
                    stands: Stands::Open,
                    queued: 0,
                    buffer: 0,
                    frame: row.levels.present,
                    due: (due > 0).then_some(SimTime(due as u64)),
                });
            } else if let Some(last) = clients.last_mut().filter(|last| last.id == row.parent) {
                last.queued = row.levels.present;
                last.buffer = if row.capacity == UNLIMITED { 0 } else { row.capacity.into() };
            }
        }
        for client in &mut clients {
            client.stands = stands(client, is_over, here, now);
        }
        millrace_trace::order::sort_by_key(&mut clients, |client| client.session);
        let mut tally: Vec<(&'static str, u64)> = Vec::new();
        for client in &clients {
            let word = client.stands.word();
            match tally.iter_mut().find(|(known, _)| *known == word) {
                Some((_, n)) => *n += 1,
                None => tally.push((word, 1)),
            }
        }
        State { clients, hub, is_over, tally }
    }

    pub(super) fn count(&self, word: &str) -> u64 {
        self.tally.iter().find(|(known, _)| *known == word).map_or(0, |(_, n)| *n)
    }

    /// How many are connected.
    pub(super) fn there(&self) -> u64 {
        self.clients.iter().filter(|client| client.stands.is_there()).count() as u64
    }

    /// How many are connected, as far as its map knows them where they have no stations of their own.
    pub(super) fn links(&self) -> u64 {
        if self.clients.is_empty() { self.gauge(G.entries) } else { self.there() }
    }

    pub(super) fn gauge(&self, gauge: millrace_trace::Gauge) -> u64 {
        self.hub.map_or(0, |row| row.gauge(gauge).max(0) as u64)
    }

    /// "48 in the map, 49 open"
    pub(super) fn line(&self) -> String {
        format!("{} in the map, {} open", number::count(self.gauge(G.entries)), number::count(self.links()))
    }

    /// "4 slow, 1 silent"; all of them where nothing is the matter.
    pub(super) fn trouble(&self) -> (String, bool) {
        let all = Stands::ABNORMAL.into_iter().map(|word| (self.count(word), word)).filter(|(n, _)| *n > 0);
        let words: Vec<String> = all.map(|(n, word)| format!("{} {word}", number::count(n))).collect();
        if words.is_empty() {
            (format!("{} open", number::count(self.links())), false)
        } else {
            (words.join(", "), true)
        }
    }

    /// Those that are told of one by one, the worst first, in the order of their sessions.
    pub(super) fn abnormal(&self) -> Vec<usize> {
        let ranked = self.clients.iter().enumerate().filter_map(|(index, client)| Some((client.stands.rank()?, index)));
        let mut ranked: Vec<(usize, usize)> = ranked.collect();
        millrace_trace::order::sort_by_key(&mut ranked, |(rank, index)| (*rank, *index));
        ranked.into_iter().map(|(_, index)| index).collect()
    }
}

/// How a client stands at the playhead.
fn stands(client: &Client<'_>, is_over: bool, here: Here<'_, '_>, now: SimTime) -> Stands {
    let row = client.row;
    let why = row.state.and_then(|state| Parting::from_id(here.scene.trace.name(state)));
    match why {
        Some(why) if why.is_drop() => return Stands::Dropped(why),
        Some(why) if row.closed.is_some() || why != Parting::Shutdown => return Stands::Gone(why),
        _ if row.gauge(C.entry) < 0 && why.is_none() => return Stands::Silent,
        _ if is_over && row.gauge(C.leaving) > 0 => return Stands::Stuck,
        _ => {}
    }
    let pinged = row.gauge(C.pinged).max(0) as u64;
    if pinged > 0 && now.0.saturating_sub(pinged) > MISSED && client.frame == 0 {
        return Stands::NoPong;
    }
    let much = (client.buffer / 10).max(4);
    if client.queued + client.frame >= much { Stands::Slow } else { Stands::Open }
}

//! What the hub alone reports: every client with what it got and did not get, and how many are there and hear nothing.

use super::{C, G, HUB};
use millrace_spec::{Detail, HubGauges, Parting};
use millrace_trace::ledger::StationRow;
use millrace_trace::{EventKind, JobId, Ledger, Outcome, SimTime, StationId, StationKind, Trace, TraceEvent};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The most clients that a report has.
const MOST: usize = 10_000;

/// Whether a client is connected and in no map, so that it hears nothing and nobody knows.
pub(super) fn is_silent(client: &StationRow) -> bool {
    client.closed.is_none() && client.state.is_none() && client.gauge(C.entry) < 0
}

#[derive(Debug)]
struct Client {
    session: u32,
    delivered: u64,
    dropped: u64,
    closed: Option<SimTime>,
    why: Option<Parting>,
    entry: i64,
}

/// The clients so far.
#[derive(Debug, Default)]
pub(super) struct Clients {
    hub: Option<StationId>,
    list: Vec<Client>,
    /// By station: a client's, and that of its queue.
    places: BTreeMap<StationId, usize>,
    /// Whose a message is.
    whose: BTreeMap<JobId, usize>,
    delivered: u64,
    dropped: u64,
    to_nobody: u64,
    refused: u64,
    /// Frames by their size.
    frames: BTreeMap<u8, i64>,
}

impl Clients {
    fn opened(&mut self, station: StationId, kind: StationKind, parent: StationId) {
        if self.hub == Some(parent) && kind == StationKind::Worker {
            self.places.insert(station, self.list.len());
            let client = Client { session: 0, delivered: 0, dropped: 0, closed: None, why: None, entry: 0 };
            self.list.push(client);
        } else if let Some(place) = self.places.get(&parent).copied() {
            self.places.insert(station, place);
        }
    }

    fn at(&mut self, station: StationId) -> Option<&mut Client> {
        let place = self.places.get(&station)?;
        self.list.get_mut(*place)
    }

    fn left(&mut self, job: JobId, outcome: Outcome) {
        let client = self.whose.remove(&job).and_then(|place| self.list.get_mut(place));
        let (sum, own) = match outcome {
            Outcome::Completed => (&mut self.delivered, client.map(|client| &mut client.delivered)),
            Outcome::Rejected => (&mut self.to_nobody, client.map(|client| &mut client.dropped)),
            Outcome::Cancelled => (&mut self.refused, None),
            _ => (&mut self.dropped, client.map(|client| &mut client.dropped)),
        };
        *sum += 1;
        if let Some(own) = own {
            *own += 1;
        }
    }
}

impl Detail for Clients {
    fn apply(&mut self, event: &TraceEvent, _: &Ledger, trace: &Trace) {
        match event.kind {
            EventKind::Opened { station, name, .. } if self.hub.is_none() && trace.name(name) == HUB => {
                self.hub = Some(station);
            }
            EventKind::Opened { station, kind, parent, .. } => self.opened(station, kind, parent),
            EventKind::Gauged { station, gauge, value } if Some(station) == self.hub && gauge >= G.frames_at(0) => {
                self.frames.insert(gauge.0, value);
            }
            EventKind::Gauged { station, gauge, value } => {
                let Some(client) = self.at(station) else { return };
                match gauge {
                    _ if gauge == C.session => client.session = value.max(0) as u32,
                    _ if gauge == C.entry => client.entry = value,
                    _ => {}
                }
            }
            EventKind::Stated { station, state } => {
                let why = Parting::from_id(trace.name(state));
                if let (Some(client), Some(why)) = (self.at(station), why) {
                    client.why = Some(why);
                }
            }
            EventKind::Closed { station } => {
                if let Some(client) = self.at(station) {
                    client.closed = Some(event.at);
                }
            }
            EventKind::Bound { job, to, .. } | EventKind::Moved { job, station: to, .. } => {
                if let Some(place) = self.places.get(&to) {
                    self.whose.insert(job, *place);
                }
            }
            EventKind::Left { job, outcome } => self.left(job, outcome),
            _ => {}
        }
    }

    fn report(&self) -> Map<String, Json> {
        let row = |(index, client): (usize, &Client)| {
            json!({
                "id": index + 1,
                "session": client.session,
                "delivered": client.delivered,
                "dropped": client.dropped,
                "closed_ns": client.closed.map(|at| at.0),
                "why": client.why.map(Parting::id),
            })
        };
        let silent = self.list.iter().filter(|client| client.why.is_none() && client.entry < 0).count();
        // So many messages at most in a frame, and how many such frames there were; the last have any number.
        let frames = (0..HubGauges::SIZES.len()).map(|place| {
            let most = (place + 1 < HubGauges::SIZES.len()).then(|| 1_u64 << place);
            json!([most, self.frames.get(&G.frames_at(place).0).copied().unwrap_or(0)])
        });
        let mut detail = Map::new();
        detail.insert("clients".to_owned(), self.list.iter().enumerate().take(MOST).map(row).collect());
        detail.insert("orphans".to_owned(), silent.into());
        for (key, n) in [
            ("delivered", self.delivered),
            ("dropped", self.dropped),
            ("to_nobody", self.to_nobody),
            ("refused", self.refused),
        ] {
            detail.insert(key.to_owned(), n.into());
        }
        detail.insert("frames".to_owned(), frames.collect());
        if self.list.len() > MOST {
            detail.insert("truncated".to_owned(), (self.list.len() - MOST).into());
        }
        detail
    }
}

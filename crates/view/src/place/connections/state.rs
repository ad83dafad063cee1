//! The connections of a pool at the playhead: who has each, how old it is, and how many stand how.

use super::super::Here;
use crate::number;
use crate::recent::Stood;
use millrace_spec::{self as spec, Closing, ConnectionGauges, ConnectionState, PoolGauges};
use millrace_trace::{JobId, SimTime, StationId, UNLIMITED, ledger::StationRow};

pub(super) const G: PoolGauges = PoolGauges::ALL;
pub(super) const C: ConnectionGauges = ConnectionGauges::ALL;

/// A place of the pool, and the connection that is there or was there last.
pub(super) struct Lent<'a> {
    pub(super) station: StationId,
    pub(super) row: &'a StationRow,
    pub(super) stands: ConnectionState,
    /// Who has it.
    pub(super) job: Option<JobId>,
    /// How long the query takes so far that is under way on it.
    pub(super) query: Option<u64>,
    pub(super) past: Option<&'a Stood>,
}

impl Lent<'_> {
    /// "c12"
    pub(super) fn name(&self) -> String {
        format!("c{}", self.row.gauge(C.id).max(0))
    }

    /// "in use", "closed"
    pub(super) fn word(&self) -> &'static str {
        match self.stands {
            ConnectionState::Closing(_) => "closing",
            ConnectionState::Closed(_) => "closed",
            other => other.word(),
        }
    }

    /// Who has it, or had it and lost it: "#5,872".
    pub(super) fn caller(&self) -> Option<String> {
        let lost = self.row.gauge(C.leaked_by);
        match self.job {
            Some(job) => Some(title(job)),
            None if self.stands == ConnectionState::Leaked && lost > 0 => {
                Some(format!("#{}", number::count(lost as u64)))
            }
            None => None,
        }
    }

    /// How old it is, once it is open and as long as it is.
    pub(super) fn age(&self, now: SimTime) -> Option<u64> {
        let opened = self.row.gauge(C.opened);
        (opened >= 0 && self.stands != ConnectionState::Opening && self.stands.is_there())
            .then(|| now.0.saturating_sub(opened as u64))
    }

    pub(super) fn uses(&self) -> u64 {
        self.row.gauge(C.uses).max(0) as u64
    }

    /// Whether a statement is prepared on it, by its number.
    pub(super) fn has_prepared(&self, number: u32) -> bool {
        self.row.gauge(C.prepared) >> number.min(62) & 1 == 1
    }

    /// How many statements lie there that nobody will close.
    pub(super) fn statements_left(&self) -> u64 {
        self.row.gauge(C.statements_left).max(0) as u64
    }

    /// "query.rs:123": where it was kept for good.
    pub(super) fn line(&self) -> Option<String> {
        let site = self.past.filter(|_| self.stands == ConnectionState::Leaked)?.site;
        let file = site.file()?.rsplit('/').next()?;
        Some(format!("{file}:{}", site.line()?))
    }

    /// Whether whoever asked for what is under way on it has gone.
    pub(super) fn is_for_nobody(&self) -> bool {
        self.row.gauge(C.for_nobody) > 0
    }

    /// How many commands go over it at once.
    pub(super) fn commands(&self) -> u64 {
        self.row.gauge(C.commands).max(0) as u64
    }

    /// Since when it stands as it does, in words.
    fn since(&self, now: SimTime) -> String {
        number::time_text(now.since(self.row.state_since).0)
    }

    /// The lines of its label box.
    pub(super) fn lines(&self, spec: &spec::Connections, now: SimTime) -> Vec<String> {
        let statements = spec.statements;
        let why = self.stands.why().map(|why| format!("{}, {}", self.word(), why.label()));
        let stands = format!("{} for {}", why.unwrap_or_else(|| self.word().to_owned()), self.since(now));
        let mut lines = vec![stands];
        lines.extend(self.caller().map(|caller| match self.line() {
            Some(line) => format!("never given back by {caller}, {line}"),
            None => format!("with {caller}"),
        }));
        lines.extend(self.is_for_nobody().then(|| "for nobody: its caller has gone".to_owned()));
        let what = if spec.commands { "round trip" } else { "query" };
        lines.extend(self.query.map(|age| format!("its {what} takes {} ms so far", number::short_millis(age))));
        let trip = match self.stands {
            ConnectionState::InUse if self.query.is_some() => Some("in it"),
            ConnectionState::InUse => Some("being sent"),
            ConnectionState::Idle => Some("in its last round trip"),
            // What was on it when it was closed may never have been sent.
            _ => None,
        };
        if let Some(trip) = trip.filter(|_| spec.commands && self.commands() > 0) {
            lines.push(format!("{} {trip}", number::counted(self.commands(), "command", "commands")));
        }
        let over = self.row.gauge(C.over);
        if let Some(age) = self.age(now) {
            let left =
                (over > 0).then(|| format!(", too old in {}", number::time_text((over as u64).saturating_sub(now.0))));
            lines.push(format!("open for {}{}", number::time_text(age), left.unwrap_or_default()));
        }
        if self.uses() > 0 {
            lines.push(format!("used {}", number::counted(self.uses(), "time", "times")));
        }
        let prepared = (0..statements).filter(|number| self.has_prepared(*number)).count() as u64;
        if statements > 0 && self.stands.is_there() {
            lines.push(format!("{prepared} of {statements} statements prepared"));
        }
        if self.statements_left() > 0 {
            lines.push(format!(
                "{} that nobody will close",
                number::counted(self.statements_left(), "statement", "statements")
            ));
        }
        lines
    }
}

/// "#5,872"
pub(super) fn title(job: JobId) -> String {
    format!("#{}", number::count(u64::from(job.number())))
}

/// All places, by the numbers of their connections.
pub(super) struct State<'a> {
    pub(super) places: Vec<Lent<'a>>,
    pub(super) pool: Option<&'a StationRow>,
    pub(super) server: Option<(StationId, &'a StationRow)>,
    pub(super) open: u32,
    counts: &'a [(&'static str, millrace_trace::Gauge, bool)],
}

/// A count of the pool: in words, how many, and whether that is amiss.
pub(super) type Counted = (&'static str, u64, bool);

impl<'a> State<'a> {
    pub(super) fn of(spec: &'a spec::Connections, here: Here<'_, 'a>) -> State<'a> {
        let scene = here.scene;
        let server = scene.station(&spec.server);
        let mut places = Vec::new();
        for (station, row) in scene.ledger.members(here.id()).filter(|_| here.row().is_some()) {
            let word = row.state.map_or("", |state| scene.trace.name(state));
            let Some(stands) = ConnectionState::of(word) else { continue };
            let job = row.in_hand;
            let query = job
                .and_then(|job| scene.ledger.job(job))
                .filter(|job| server.is_some_and(|(id, _)| job.server() == Some(id)))
                .map(|job| scene.ledger.now.since(job.since).0);
            places.push(Lent { station, row, stands, job, query, past: scene.recent.stood(station) });
        }
        millrace_trace::order::sort_by_key(&mut places, |lent| lent.row.gauge(C.id));
        State { places, pool: here.row(), server, open: spec.open, counts: &spec.counts }
    }

    pub(super) fn count(&self, word: &str) -> u64 {
        self.places.iter().filter(|lent| lent.word() == word).count() as u64
    }

    /// How many places are taken.
    pub(super) fn taken(&self) -> u64 {
        self.places.iter().filter(|lent| lent.stands.is_there()).count() as u64
    }

    pub(super) fn leaked(&self) -> impl Iterator<Item = &Lent<'a>> {
        self.places.iter().filter(|lent| lent.stands == ConnectionState::Leaked)
    }

    pub(super) fn waiting(&self) -> u64 {
        self.pool.map_or(0, |pool| pool.queue.len() as u64)
    }

    pub(super) fn gauge(&self, gauge: millrace_trace::Gauge) -> u64 {
        self.pool.map_or(0, |pool| pool.gauge(gauge).max(0) as u64)
    }

    /// How many slots the server has, where there is a limit.
    pub(super) fn slots(&self) -> Option<u64> {
        self.server.map(|(_, row)| row.capacity).filter(|slots| *slots != UNLIMITED).map(u64::from)
    }

    /// Whether nobody can have a connection before another gives one back.
    pub(super) fn is_full(&self) -> bool {
        self.waiting() > 0 || self.taken() >= u64::from(self.open) && self.count("idle") == 0
    }

    /// "13 of 25 taken, 4 in use", and what is amiss.
    pub(super) fn line(&self) -> String {
        let taken = format!("{} of {} taken", number::count(self.taken()), number::count(self.open.into()));
        let told = [("in use", self.count("in use")), ("idle", self.count("idle")), ("leaked", self.count("leaked"))];
        let told = told.into_iter().filter(|(_, n)| *n > 0).map(|(word, n)| format!("{} {word}", number::count(n)));
        let waiting = (self.waiting() > 0).then(|| format!("{} waiting", number::count(self.waiting())));
        std::iter::once(taken).chain(told).chain(waiting).collect::<Vec<_>>().join(", ")
    }

    /// "13 of 30 slots"
    pub(super) fn slots_line(&self) -> String {
        match self.slots() {
            // Who is about to be refused has none.
            Some(slots) => format!("{} of {} slots", number::count(self.taken().min(slots)), number::count(slots)),
            None => number::counted(self.taken(), "connection", "connections"),
        }
    }

    /// What has come and gone so far.
    pub(super) fn churn(&self) -> Vec<Counted> {
        let closed = Closing::ALL.map(|why| (why.label(), G.closed(why), why == Closing::Broken));
        let more = [
            ("refused", G.refused, true),
            ("leaked", G.leaked, true),
            ("forgotten statements", G.statements_left, true),
        ];
        let all = self.counts.iter().copied().chain(closed).chain(more);
        let told = all.map(|(word, gauge, amiss)| (word, self.gauge(gauge), amiss)).filter(|(_, n, _)| *n > 0);
        std::iter::once(("opened", self.gauge(G.opened), false)).chain(told).collect()
    }

    /// The same in words.
    pub(super) fn churn_words(&self) -> Vec<String> {
        self.churn().into_iter().map(|(word, n, _)| format!("{} {word}", number::count(n))).collect()
    }
}

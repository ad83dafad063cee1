//! A queue by class at the playhead: who waits where, of which class, and what was lost.

use super::super::Here;
use crate::number;
use millrace_spec::{self as spec, RailGauges, risen};
use millrace_trace::{Gauge, JobId, SimTime, StationId, ledger::StationRow};

pub(super) const G: RailGauges = RailGauges::ALL;
/// The most of a line that are looked up.
const MOST: usize = 20_000;

/// Those who wait at one place, whoever goes first first, each with its class.
pub(super) struct Line<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Its room; none where it has no bound.
    pub room: Option<u32>,
    /// How many there are.
    pub n: u64,
    /// The first of them, as many as could ever be drawn.
    pub jobs: Vec<(JobId, usize)>,
    /// Since when whoever came first has been there.
    pub oldest: Option<SimTime>,
}

/// All of it.
pub(super) struct State<'a> {
    pub spec: &'a spec::Rails,
    row: Option<&'a StationRow>,
    /// The rails, from the highest class on.
    pub rails: Vec<Line<'a>>,
    pub main: Line<'a>,
    pub outside: Line<'a>,
    pub retries: Line<'a>,
}

impl<'a> State<'a> {
    pub(super) fn of(spec: &'a spec::Rails, here: Here<'_, 'a>) -> State<'a> {
        let (scene, queue) = (here.scene, here.id());
        let members: Vec<(StationId, &StationRow)> =
            queue.some().into_iter().flat_map(|id| scene.ledger.members(id)).collect();
        let member = |name: &str| members.iter().find(|(_, row)| scene.name(row) == name).copied();
        let stations: Vec<StationId> = spec
            .rails
            .iter()
            .map(|rail| rail.room.and_then(|_| member(rail.class)).map_or(queue, |(id, _)| id))
            .collect();
        // A task is of the class whose rail it is bound for.
        let class = |job: &JobId| {
            let bound = scene.ledger.job(*job).map(|job| job.bound);
            stations.iter().position(|id| Some(*id) == bound).unwrap_or(stations.len().saturating_sub(1))
        };
        let line = |name, room, row: Option<&StationRow>| {
            let queue = row.map(|row| &row.queue);
            let jobs = queue.into_iter().flatten().take(MOST).map(|job| (*job, class(job)));
            let jobs: Vec<(JobId, usize)> = jobs.collect();
            let n = row.map_or(0, |row| row.levels.present);
            let since = |(job, _): &(JobId, usize)| scene.ledger.job(*job).map(|job| job.entered);
            let oldest = jobs.iter().filter_map(since).min();
            Line { name, room, n, jobs, oldest }
        };
        let of_member = |name| line(name, None, member(name).map(|(_, row)| row));
        let rails = spec.rails.iter().filter(|rail| rail.room.is_some());
        let rails = rails.map(|rail| Line { room: rail.room, ..of_member(rail.class) }).collect();
        let mut main = line(spec.main.1, Some(spec.main.0), here.row());
        if spec.is_strict {
            millrace_trace::order::sort_by_key(&mut main.jobs, |(_, class)| *class);
        }
        let (outside, retries) = (of_member(spec.outside), of_member(spec.retries));
        State { spec, row: here.row(), rails, main, outside, retries }
    }

    pub(super) fn count(&self, gauge: Gauge) -> u64 {
        self.row.map_or(0, |row| row.gauge(gauge).max(0) as u64)
    }

    /// All who wait in a queue.
    pub(super) fn waiting(&self) -> u64 {
        self.rails.iter().chain([&self.main]).map(|line| line.n).sum()
    }

    /// How many were let in and never came to an end, thrown away, never run or gone with their process.
    pub(super) fn lost(&self) -> u64 {
        G.dropped.iter().map(|gauge| self.count(*gauge)).sum::<u64>()
            + self.count(G.never_run)
            + self.count(G.until_crash)
    }

    /// "551 lost: 51 high, 200 medium, 300 low"
    pub(super) fn losses(&self) -> Option<String> {
        let dropped = self.spec.rails.iter().zip(G.dropped).map(|(rail, gauge)| (rail.class, self.count(gauge)));
        let all = dropped.chain([("never run", self.count(G.never_run)), ("until a crash", self.count(G.until_crash))]);
        let told: Vec<String> =
            all.filter(|(_, n)| *n > 0).map(|(word, n)| format!("{} {word}", number::count(n))).collect();
        (!told.is_empty()).then(|| format!("{} lost: {}", number::count(self.lost()), told.join(", ")))
    }

    /// At which place of the main queue the first of the highest class stands that has to wait for others there.
    pub(super) fn first_high(&self) -> Option<usize> {
        let place = self.main.jobs.iter().position(|(_, class)| *class == 0)?;
        let behind = self.main.jobs.iter().take(place).any(|(_, class)| *class > 0);
        (behind && !self.spec.is_strict).then_some(place + 1)
    }

    /// The lines in which somebody waits for a worker, whoever goes first first, as it is now: who waits on may rise.
    fn in_order(&self, here: Here<'_, '_>, now: SimTime) -> Vec<&(JobId, usize)> {
        let (rails, main) = (|| self.rails.iter().flat_map(|rail| &rail.jobs), self.main.jobs.iter());
        if !self.spec.is_strict {
            return self.outside.jobs.iter().chain(main).chain(rails()).collect();
        }
        let mut all: Vec<&(JobId, usize)> = rails().chain(main).collect();
        // Who comes again waits anew.
        let since = |job: JobId| {
            let came = here.scene.ledger.job(job);
            came.map_or(now, |came| if here.scene.recent.tried(job) == 0 { came.entered } else { came.since })
        };
        millrace_trace::order::sort_by_key(&mut all, |(job, class)| {
            let since = since(*job);
            (risen(*class, now.since(since.min(now)), self.spec.age), since, *job)
        });
        all
    }

    /// How many go before a task.
    pub(super) fn before(&self, here: Here<'_, '_>, now: SimTime, job: JobId) -> Option<usize> {
        self.in_order(here, now).into_iter().position(|(other, _)| *other == job)
    }

    /// The name of a class.
    pub(super) fn class(&self, class: usize) -> &'static str {
        self.spec.rails.get(class).map_or("", |rail| rail.class)
    }

    /// All its lines, from the first rail on.
    pub(super) fn lines(&self) -> impl Iterator<Item = &Line<'a>> {
        self.rails.iter().chain([&self.main, &self.outside, &self.retries])
    }
}

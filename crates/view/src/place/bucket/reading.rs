//! What a limiter shows at the playhead. Levels move on by themselves between two requests, so each is worked out for the instant that is looked at.

use super::super::Here;
use crate::number;
use crate::recent::{Told, Verdicts};
use millrace_spec::{Bucket, LimiterGauges, LimiterRule};
use millrace_trace::{Gauge, SimTime, StationId, ledger::StationRow};

pub(super) const G: LimiterGauges = LimiterGauges::ALL;

/// A limiter at the playhead, with the one of its buckets that is drawn.
pub(super) struct Reading<'a> {
    pub(super) spec: &'a Bucket,
    pub(super) now: SimTime,
    limiter: Option<&'a StationRow>,
    bucket: Option<&'a StationRow>,
    pub(super) verdicts: Option<&'a Verdicts>,
    /// All its buckets, where there are several.
    pub(super) keys: Vec<(StationId, &'a StationRow)>,
    /// The name of the one that is drawn.
    key: &'a str,
}

impl<'a> Reading<'a> {
    pub(super) fn of(spec: &'a Bucket, here: Here<'_, 'a>, now: SimTime) -> Reading<'a> {
        let open = |(_, row): &(StationId, &StationRow)| row.closed.is_none();
        let keys: Vec<_> = match here.shown.station {
            Some((id, _)) => here.scene.ledger.members(id).filter(open).collect(),
            None => Vec::new(),
        };
        // The busiest of them, and of those that are equal the first.
        let busiest = keys.iter().rev().max_by_key(|(_, row)| row.gauge(G.asked)).copied();
        let limiter = here.row();
        let (bucket, key) = match busiest {
            Some((_, row)) => (Some(row), here.scene.name(row)),
            None => (limiter, ""),
        };
        Reading { spec, now, limiter, bucket, verdicts: here.scene.recent.verdicts(here.id()), keys, key }
    }

    /// The same, with another of its buckets.
    pub(super) fn at(&self, index: usize, here: Here<'_, 'a>) -> Reading<'a> {
        let row = self.keys.get(index).map(|(_, row)| *row);
        let key = row.map_or("", |row| here.scene.name(row));
        Reading { bucket: row, keys: self.keys.clone(), key, ..*self }
    }

    /// A sum of the limiter.
    pub(super) fn sum(&self, gauge: Gauge) -> u64 {
        self.limiter.map_or(0, |row| row.gauge(gauge).max(0) as u64)
    }

    /// Whose bucket is drawn, where there are several: "key anna of 500".
    pub(super) fn whose(&self) -> Option<String> {
        let word = self.key.rsplit_once('(').map_or(self.key, |(_, word)| word.trim_end_matches(')'));
        (self.keys.len() > 1).then(|| format!("key {word} of {}", number::count(self.sum(G.kept))))
    }

    fn gauge(&self, gauge: Gauge) -> u64 {
        self.bucket.map_or(0, |row| row.gauge(gauge).max(0) as u64)
    }

    /// From one to the next, in nanoseconds.
    pub(super) fn step(&self) -> u64 {
        self.spec.per.0 / u64::from(self.spec.limit.max(1))
    }

    /// How many tokens there are.
    pub(super) fn tokens(&self) -> f64 {
        let burst = f64::from(self.spec.burst);
        // Before anybody asked it is full.
        let Some(row) = self.bucket.filter(|row| row.gauge(G.as_of) > 0 || row.gauge(G.level) > 0) else {
            return burst;
        };
        let since = self.now.0.saturating_sub(row.gauge(G.as_of).max(0) as u64) as f64;
        let came = since * f64::from(self.spec.limit) / self.spec.per.0.max(1) as f64;
        (row.gauge(G.level).max(0) as f64 / 1e6 + came).min(burst)
    }

    /// How much waits in this bucket.
    pub(super) fn waiting(&self) -> u64 {
        self.gauge(G.level)
    }

    /// When the next may leave a leaky bucket, or when the next arrival is due: in nanoseconds from now.
    pub(super) fn ahead(&self) -> u64 {
        let instant = if self.spec.rule == LimiterRule::Gcra { G.level } else { G.as_of };
        self.gauge(instant).saturating_sub(self.now.0)
    }

    /// The window that it is, what was counted in it, and in the one before.
    pub(super) fn windows(&self) -> (u64, u64, u64) {
        let per = self.spec.per.0.max(1);
        let window = self.now.0 / per;
        let (count, before) = (self.gauge(G.level), self.gauge(G.before));
        match window.saturating_sub(self.gauge(G.as_of) / per) {
            0 => (window, count, before),
            1 => (window, 0, count),
            _ => (window, 0, 0),
        }
    }

    /// How far the window has gone, from 0 to 1.
    pub(super) fn gone(&self) -> f64 {
        let per = self.spec.per.0.max(1);
        (self.now.0 % per) as f64 / per as f64
    }

    /// What a counter estimates: of the window before, and in all.
    pub(super) fn estimate(&self) -> (f64, f64) {
        let (_, count, before) = self.windows();
        let in_sight = before as f64 * (1.0 - self.gone());
        (in_sight, in_sight + count as f64)
    }

    /// What passed since an instant, as far as it is told one by one: when, and what it cost.
    pub(super) fn passed_since(&self, from: SimTime) -> Vec<(SimTime, u32)> {
        let marks = self.verdicts.into_iter().flat_map(Verdicts::marks);
        let went = marks.filter(|mark| matches!(mark.told, Told::Passed | Told::Served) && mark.settled >= from);
        let mut went: Vec<(SimTime, u32)> = went.map(|mark| (mark.settled, mark.asked.cost)).collect();
        millrace_trace::order::sort_by_key(&mut went, |(at, _)| *at);
        went
    }

    /// The entries of a log: how much they are, and when the oldest was made.
    pub(super) fn logged(&self) -> (u64, Option<SimTime>) {
        let from = SimTime(self.now.0.saturating_sub(self.spec.per.0) + u64::from(self.now.0 >= self.spec.per.0));
        let whole = self.keys.len() < 2 && self.verdicts.is_none_or(|verdicts| verdicts.reaches_back_to(from));
        let oldest = SimTime(self.gauge(G.before));
        if !whole {
            return (self.gauge(G.level), Some(oldest).filter(|at| *at >= from));
        }
        let passed = self.passed_since(from);
        // What was refused is in the log where it is to be: then only the limiter knows.
        let sum = passed.iter().map(|(_, cost)| u64::from(*cost)).sum::<u64>();
        let told = self.gauge(G.level);
        if told > sum && oldest >= from { (told, Some(oldest)) } else { (sum, passed.first().map(|(at, _)| *at)) }
    }

    /// The share of what there is that is used up.
    pub(super) fn used(&self) -> f64 {
        let (limit, burst) = (f64::from(self.spec.limit.max(1)), f64::from(self.spec.burst.max(1)));
        match self.spec.rule {
            LimiterRule::TokenBucket => 1.0 - self.tokens() / burst,
            LimiterRule::LeakyBucket => self.waiting() as f64 / burst,
            LimiterRule::FixedWindow => self.windows().1 as f64 / limit,
            LimiterRule::SlidingLog => self.logged().0 as f64 / limit,
            LimiterRule::SlidingCounter => self.estimate().1 / limit,
            LimiterRule::Gcra => self.ahead() as f64 / (burst * self.step().max(1) as f64),
        }
        .clamp(0.0, 1.0)
    }

    /// How it stands, and what comes next.
    pub(super) fn lines(&self) -> (String, String) {
        let (limit, burst) = (u64::from(self.spec.limit), u64::from(self.spec.burst));
        let of = |n: u64, of: u64| format!("{} of {}", number::count(n), number::count(of));
        let within = |nanos: u64| number::time_text(nanos);
        match self.spec.rule {
            LimiterRule::TokenBucket => {
                let tokens = self.tokens();
                let missing = (1.0 - tokens.fract()) * self.step() as f64;
                let next = if tokens >= burst as f64 {
                    "full".to_owned()
                } else {
                    format!("next in {}", within(missing as u64))
                };
                (format!("{} tokens", of(tokens as u64, burst)), next)
            }
            LimiterRule::LeakyBucket => {
                let next = match (self.ahead(), self.waiting()) {
                    (0, _) => "outlet free".to_owned(),
                    (ahead, 0) => format!("outlet free in {}", within(ahead)),
                    (ahead, _) => format!("next out in {}", within(ahead)),
                };
                (format!("{} waiting", of(self.waiting(), burst)), next)
            }
            LimiterRule::FixedWindow => {
                let (window, count, _) = self.windows();
                let full = if count >= limit { ", full" } else { "" };
                let left = (window + 1) * self.spec.per.0 - self.now.0;
                (format!("{}{full}", of(count, limit)), format!("next window in {}", within(left)))
            }
            LimiterRule::SlidingLog => {
                let (logged, oldest) = self.logged();
                let leaves = oldest.map(|at| (at + self.spec.per).since(self.now).0);
                let next = leaves.map_or("empty".to_owned(), |left| format!("oldest leaves in {}", within(left)));
                (format!("{} in the log", of(logged, limit)), next)
            }
            LimiterRule::SlidingCounter => {
                let (_, estimate) = self.estimate();
                let next = match self.room_for_one() {
                    0 => "room for one".to_owned(),
                    left => format!("room for 1 in {}", within(left)),
                };
                (format!("{estimate:.1} of {} estimated", number::count(limit)), next)
            }
            LimiterRule::Gcra => {
                let tolerance = self.spec.burst.saturating_sub(1) as u64 * self.step();
                let next = match self.ahead().saturating_sub(tolerance) {
                    0 => "next at once".to_owned(),
                    left => format!("next in {}", within(left)),
                };
                match self.ahead() {
                    0 => ("TAT not ahead".to_owned(), next),
                    ahead => (format!("TAT {} ahead", within(ahead)), next),
                }
            }
        }
    }

    /// After how long a counter lets one pass, if nobody comes before.
    fn room_for_one(&self) -> u64 {
        let (_, count, before) = self.windows();
        let (per, limit) = (self.spec.per.0 as f64, f64::from(self.spec.limit));
        let passes = |count: f64, before: f64, gone: f64| {
            let free = limit - count - 1.0;
            let from = if before > 0.0 { (1.0 - free / before).max(0.0) } else { 0.0 };
            (free >= 0.0 && from < 1.0).then_some((from.max(gone) - gone) * per)
        };
        let now = passes(count as f64, before as f64, self.gone());
        let next = passes(0.0, count as f64, 0.0).unwrap_or(per);
        now.unwrap_or((1.0 - self.gone()) * per + next) as u64
    }

    /// Whether somebody waits there, or nobody may pass now.
    pub(super) fn is_tight(&self) -> bool {
        self.sum(G.waiting) > 0
    }

    /// By how many times the limit the most exceeded it.
    pub(super) fn excess(&self) -> f64 {
        self.sum(G.most) as f64 / f64::from(self.spec.limit.max(1))
    }
}

/// A time that somebody chose: whole seconds and milliseconds without decimals.
pub(super) fn exact(nanos: u64) -> String {
    match nanos {
        1.. if nanos.is_multiple_of(1_000_000_000) => format!("{} s", number::count(nanos / 1_000_000_000)),
        1.. if nanos.is_multiple_of(1_000_000) => format!("{} ms", number::count(nanos / 1_000_000)),
        _ => number::time_text(nanos),
    }
}

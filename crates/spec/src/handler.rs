//! What a request handler shows of itself: what it counts, and the last answers that it gave, for whoever draws it, checks it or reports it.
//!
//! Its books stand in the gauges of its station. Some are the code's own counters, which may be wrong as shipped; the others are what was really the case, so that
//! the one can be held against the other.

use super::packed::{Cells, Packed};
use millrace_trace::{Gauge, SimTime};

/// What the gauges of a request handler mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandlerGauges {
    /// The code's counters: how many are under way,
    pub current: Gauge,
    /// came (as shipped: were let in),
    pub total: Gauge,
    /// came to an end,
    pub completed: Gauge,
    /// failed,
    pub failed: Gauge,
    /// were not done in time,
    pub timeouts: Gauge,
    /// were told that the service is degraded,
    pub degraded: Gauge,
    /// and took longer than what is slow.
    pub slow: Gauge,
    /// How many were turned away: by the breaker, the health check and the limit.
    pub refused: [Gauge; 3],
    /// How many tasks there are, and how much of the heap is in use, in MiB.
    pub host: [Gauge; 2],
    /// The most that were ever under way at once, as the code counts.
    pub peak: Gauge,
    /// How many answers were failures of the server, and how many of them came in a row at most.
    pub server_failures: [Gauge; 2],
    /// How often the breaker turned away the very request that found its time over.
    pub probe_refused: Gauge,
    /// How many failures left it half-open.
    pub forgiven: Gauge,
    /// How many found their queue full and were run before those in it.
    pub jumped: Gauge,
    /// How many were done, and nobody was told.
    pub unanswered: Gauge,
    /// How many handlers panicked.
    pub panicked: Gauge,
    /// 1 where it is the code as shipped.
    pub is_shipped: Gauge,
    /// 1 where it is in the router.
    pub installed: Gauge,
    /// How many may be under way.
    pub limit: Gauge,
    /// The last answers, each in the place after the one before it.
    pub answers: Cells<HandlerAnswer>,
}

impl HandlerGauges {
    /// The gauges of every handler.
    pub const ALL: HandlerGauges = HandlerGauges {
        current: Gauge(0),
        total: Gauge(1),
        completed: Gauge(2),
        failed: Gauge(3),
        timeouts: Gauge(4),
        degraded: Gauge(5),
        slow: Gauge(6),
        // One number is left out: by that the picture knows a cache.
        refused: [Gauge(7), Gauge(8), Gauge(23)],
        host: [Gauge(10), Gauge(11)],
        peak: Gauge(12),
        server_failures: [Gauge(13), Gauge(14)],
        probe_refused: Gauge(15),
        forgiven: Gauge(16),
        jumped: Gauge(17),
        unanswered: Gauge(18),
        panicked: Gauge(19),
        is_shipped: Gauge(20),
        installed: Gauge(21),
        limit: Gauge(22),
        answers: Cells::new(Gauge(79), Gauge(80), 16),
    };

    /// How many numbers the counts take.
    pub const COUNT: usize = 24;
}

/// The most tasks with which a handler takes itself for healthy, and the most of the heap, in MiB.
pub const HEALTHY: [u64; 2] = [10_000, 1 << 10];

/// How far a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandlerStep {
    /// Its handler ran to its end.
    Ran,
    /// The breaker was not closed for it.
    Breaker,
    /// The health check failed.
    Health,
    /// There were too many.
    Limit,
    /// Its handler panicked.
    Panicked,
    /// Its time was over.
    TimedOut,
}

impl HandlerStep {
    /// All, in the order of their numbers.
    pub const ALL: [HandlerStep; 6] = [
        HandlerStep::Ran,
        HandlerStep::Breaker,
        HandlerStep::Health,
        HandlerStep::Limit,
        HandlerStep::Panicked,
        HandlerStep::TimedOut,
    ];

    /// Its name in reports.
    pub const fn id(self) -> &'static str {
        match self {
            HandlerStep::Ran => "ran",
            HandlerStep::Breaker => "breaker",
            HandlerStep::Health => "health",
            HandlerStep::Limit => "limit",
            HandlerStep::Panicked => "panicked",
            HandlerStep::TimedOut => "timed-out",
        }
    }

    /// The body with which a request is turned away, where it is.
    pub const fn body(self) -> Option<&'static str> {
        match self {
            HandlerStep::Breaker => {
                Some(r#"{"error": "Service temporarily unavailable", "message": "Please try again later"}"#)
            }
            HandlerStep::Health => {
                Some(r#"{"error": "Service health check failed", "message": "Please try again later"}"#)
            }
            HandlerStep::Limit => Some(
                r#"{"error": "Too many concurrent requests", "message": "Please try again later", "retry_after": "30"}"#,
            ),
            HandlerStep::Ran | HandlerStep::Panicked | HandlerStep::TimedOut => None,
        }
    }

    /// Whether it was let in.
    pub const fn is_let_in(self) -> bool {
        self.body().is_none()
    }
}

/// The statuses that an answer may have; another counts as 500.
const STATUSES: [u16; 10] = [200, 400, 401, 403, 404, 429, 500, 502, 503, 504];
const INTERNAL: u16 = 500;

/// An answer that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandlerAnswer {
    /// The number of its job.
    pub job: u32,
    /// Its status.
    pub status: u16,
    /// How far it came.
    pub step: HandlerStep,
    /// Whether it was told that the service is degraded.
    pub degraded: bool,
    /// How many were under way when it was let in, itself among them.
    pub active: u32,
    /// Which answer it is, from 0 on; of that the last six bits.
    pub turn: u8,
}

impl Packed for HandlerAnswer {
    fn packed(self) -> i64 {
        let place = |found: Option<usize>| found.unwrap_or(0) as i64;
        let status = |wanted: u16| STATUSES.iter().position(|status| *status == wanted);
        let step = HandlerStep::ALL.iter().position(|step| *step == self.step);
        let low = place(status(self.status).or(status(INTERNAL))) << 27
            | place(step) << 24
            | i64::from(self.degraded) << 23
            | i64::from(self.active.min(0x1_FFFF)) << 6
            | i64::from(self.turn & 63);
        i64::from(self.job) << 31 | low
    }

    fn read(packed: i64) -> HandlerAnswer {
        let part = |from: u32, bits: u32| (packed >> from) as usize & ((1 << bits) - 1);
        HandlerAnswer {
            job: (packed >> 31) as u32,
            status: STATUSES.get(part(27, 4)).copied().unwrap_or(INTERNAL),
            step: HandlerStep::ALL.get(part(24, 3)).copied().unwrap_or(HandlerStep::Ran),
            degraded: part(23, 1) == 1,
            active: part(6, 17) as u32,
            turn: part(0, 6) as u8,
        }
    }
}

impl HandlerAnswer {
    /// The headers that the handler set: none for who was turned away. `entered` is when the request came, where that is still known.
    pub fn headers(self, entered: Option<SimTime>) -> Vec<(&'static str, String)> {
        if !self.step.is_let_in() {
            return Vec::new();
        }
        let mut headers = Vec::new();
        if self.degraded {
            headers.push(("X-Service-Mode", "degraded".to_owned()));
            headers.push(("X-Degradation-Notice", "Some features may be limited".to_owned()));
        }
        headers.extend(entered.map(|at| ("X-Request-ID", base36(at.0))));
        headers.push(("X-Active-Requests", self.active.to_string()));
        headers
    }
}

/// A number with the digits 0 to z, as the handler names a request by its time.
pub fn base36(mut n: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.extend(char::from_digit((n % 36) as u32, 36));
        n /= 36;
        if n == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

/// A handler of requests. What its station shows is in [`HandlerGauges`], and what that of its breaker does in [`super::BreakerGauges`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// The station of its breaker.
    pub breaker: &'static str,
    /// The member of its station at which those are who were served and are told nothing.
    pub unanswered: &'static str,
    /// How many may be under way.
    pub max: u64,
    /// From how many under way on a request is told that the service is degraded; and from which share of the limit that was meant, in percent.
    pub degrades: (u64, u32),
    /// Whether it was wired as shipped: the breaker never counts back, and the share was given as a number.
    pub is_shipped: bool,
    /// Whether it is in the router.
    pub installed: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_reads_back_whatever_it_says() {
        for (job, turn) in [(0, 0), (7, 63), (u32::MAX, 17)] {
            for (step, status) in HandlerStep::ALL.into_iter().zip(STATUSES) {
                for (degraded, active) in [(false, 0), (true, 200), (true, 100_000)] {
                    let answer = HandlerAnswer { job, status, step, degraded, active, turn };
                    assert_eq!(HandlerAnswer::read(answer.packed()), answer);
                    assert!(answer.packed() >= 0);
                }
            }
        }
        let teapot = HandlerAnswer { job: 1, status: 418, step: HandlerStep::Ran, degraded: false, active: 1, turn: 2 };
        assert_eq!(HandlerAnswer::read(teapot.packed()), HandlerAnswer { status: 500, ..teapot });
    }

    #[test]
    fn who_is_turned_away_has_no_header_and_who_is_let_in_when_it_is_degraded_is_told_so() {
        let let_in =
            HandlerAnswer { job: 3, status: 200, step: HandlerStep::Ran, degraded: true, active: 161, turn: 0 };
        let names =
            |answer: HandlerAnswer, at| answer.headers(at).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        let all = ["X-Service-Mode", "X-Degradation-Notice", "X-Request-ID", "X-Active-Requests"];
        assert_eq!(names(let_in, Some(SimTime(36))), all);
        assert_eq!(let_in.headers(Some(SimTime(36 * 36 + 35)))[2].1, "10z");
        assert_eq!(names(HandlerAnswer { degraded: false, ..let_in }, None), ["X-Active-Requests"]);
        assert_eq!(names(HandlerAnswer { step: HandlerStep::Limit, ..let_in }, Some(SimTime(1))), Vec::<&str>::new());
        assert!(HandlerStep::ALL.iter().all(|step| step.is_let_in() != step.body().is_some()));
    }

    #[test]
    fn a_time_is_written_with_the_digits_that_go_does() {
        for (n, text) in [(0, "0"), (35, "z"), (36, "10"), (1_000_000_000, "gjdgxs"), (u64::MAX, "3w5e11264sgsf")] {
            assert_eq!(base36(n), text);
        }
    }
}

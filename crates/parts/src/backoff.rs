//! How long to stay away before the next try: a backoff that grows, a ceiling, and a jitter that parts those who failed together.
//!
//! The jitters *full*, *equal* and *decorrelated* are those of Marc Brooker's "Exponential Backoff And Jitter" (AWS, 2015); *added*
//! puts up to as much again on top. The ceiling holds for what is really waited, so it is applied after the jitter, and it holds for the
//! 1,026th try as for the tenth: what would be too large for a number is the ceiling, never nought and never less than the one before.

use millrace_engine::Draw;
use millrace_trace::Span;

/// A policy of waits between tries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// How the wait grows from one to the next.
    pub grows: Grows,
    /// The first wait.
    pub delay: Span,
    /// The longest wait there is, with its jitter.
    pub cap: Span,
    /// What chance does to it.
    pub jitter: Jitter,
}

/// How a wait grows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Grows {
    /// There is none: the next try is made at once.
    Never,
    /// It is always the same.
    Constant,
    /// The n-th is the delay and n times this.
    Linear(Span),
    /// Each is so many times the one before.
    Exponential(f64),
}

/// What chance does to a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jitter {
    /// Nothing: those who fail together come back together.
    None,
    /// Anything from no wait to all of it.
    Full,
    /// Half of it, and anything up to the other half.
    Equal,
    /// Anything from the delay to three times what was waited before. It grows by itself, so of the backoff only the delay and the ceiling
    /// count.
    Decorrelated,
    /// All of it, and anything up to as much again.
    Added,
    /// The delay, and anything up to the next one on top; what would be longer than may be is as long as may be. So go-redis waits
    /// (`RetryBackoff` in its `internal/internal.go`): with 8 ms and a factor of 2 for 8 to 24 ms, then 8 to 40, then 8 to 72.
    OnTop,
}

impl Backoff {
    /// How long to wait before a retry, of which the first is number 1, where `before` was waited before the last one.
    pub fn wait(&self, retry: u32, before: Option<Span>, dice: &mut Draw) -> Span {
        let plain = self.plain(retry);
        let jittered = match self.jitter {
            _ if self.grows == Grows::Never => Span::ZERO,
            Jitter::None => plain,
            Jitter::Full => dice.span(Span::ZERO, plain),
            Jitter::Equal => {
                let half = Span(plain.0 / 2);
                half.saturating_add(dice.span(Span::ZERO, plain.saturating_sub(half)))
            }
            Jitter::Decorrelated => {
                let thrice = Span(before.unwrap_or(self.delay).0.saturating_mul(3));
                dice.span(self.delay, thrice.max(self.delay))
            }
            Jitter::Added => plain.saturating_add(dice.span(Span::ZERO, plain)),
            Jitter::OnTop if self.delay.is_zero() => Span::ZERO,
            Jitter::OnTop => self.delay.saturating_add(dice.span(Span::ZERO, self.grown(retry.saturating_add(1)))),
        };
        jittered.min(self.cap)
    }

    /// The same without jitter.
    pub fn plain(&self, retry: u32) -> Span {
        self.grown(retry).min(self.cap)
    }

    /// The same without a ceiling.
    fn grown(&self, retry: u32) -> Span {
        match self.grows {
            Grows::Never => Span::ZERO,
            Grows::Constant => self.delay,
            Grows::Linear(increment) => self.delay.saturating_add(Span(increment.0.saturating_mul(u64::from(retry)))),
            // Nought times infinity is no number.
            Grows::Exponential(_) if self.delay.is_zero() => Span::ZERO,
            Grows::Exponential(factor) => {
                let times = libm::pow(factor, f64::from(retry.saturating_sub(1)));
                // `as` saturates.
                Span((self.delay.0 as f64 * times + 0.5) as u64)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_engine::Seed;

    const MS: u64 = 1_000_000;

    fn backoff(grows: Grows, jitter: Jitter) -> Backoff {
        Backoff { grows, delay: Span::millis(500), cap: Span::secs(10), jitter }
    }

    fn dice(key: u64) -> Draw {
        Seed::from_word("backoff").draw("jitter", key, 0)
    }

    #[test]
    fn the_policies_of_the_sources() {
        let waits = |backoff: Backoff| (1..=6).map(|n| backoff.wait(n, None, &mut dice(0)).0 / MS).collect::<Vec<_>>();
        let exponential = backoff(Grows::Exponential(2.0), Jitter::None);
        assert_eq!(waits(exponential), [500, 1_000, 2_000, 4_000, 8_000, 10_000]);
        let linear = backoff(Grows::Linear(Span::secs(1)), Jitter::None);
        assert_eq!(waits(linear), [1_500, 2_500, 3_500, 4_500, 5_500, 6_500]);
        assert_eq!(waits(backoff(Grows::Constant, Jitter::None)), [500; 6]);
        for jitter in [Jitter::None, Jitter::Full, Jitter::Equal, Jitter::Decorrelated, Jitter::Added, Jitter::OnTop] {
            assert_eq!(waits(backoff(Grows::Never, jitter)), [0; 6]);
        }
    }

    #[test]
    fn the_ceiling_holds_after_the_jitter_and_however_often_it_was_tried() {
        for jitter in [Jitter::None, Jitter::Full, Jitter::Equal, Jitter::Decorrelated, Jitter::Added, Jitter::OnTop] {
            for grows in [Grows::Exponential(2.0), Grows::Exponential(100.0), Grows::Linear(Span(u64::MAX / 2))] {
                let backoff = backoff(grows, jitter);
                let mut before = None;
                for retry in (1..=70).chain([1_024, 1_025, 1_026, 2_000, u32::MAX]) {
                    let wait = backoff.wait(retry, before, &mut dice(u64::from(retry)));
                    assert!(wait <= backoff.cap, "{grows:?}, {jitter:?}: retry {retry} waits for {wait}");
                    before = Some(wait);
                }
            }
        }
    }

    #[test]
    fn the_65th_and_the_1026th_try_still_wait_as_long_as_may_be() {
        for (jitter, least) in [(Jitter::None, 10_000), (Jitter::Equal, 5_000), (Jitter::Added, 10_000)] {
            for grows in [Grows::Exponential(2.0), Grows::Exponential(10.0), Grows::Linear(Span::secs(1))] {
                for retry in [64, 65, 1_025, 1_026, 1_999] {
                    assert_eq!(backoff(grows, jitter).plain(retry), Span::secs(10), "{grows:?}, retry {retry}");
                    let wait = backoff(grows, jitter).wait(retry, None, &mut dice(1));
                    assert!(wait.0 >= least * MS, "{grows:?}, {jitter:?}: retry {retry} waits for {wait}");
                }
            }
        }
    }

    /// Many waits before the third retry, whose backoff is 2 s, as shares of 2 s.
    fn shares(jitter: Jitter) -> Vec<f64> {
        let backoff = Backoff { cap: Span::secs(60), ..backoff(Grows::Exponential(2.0), jitter) };
        (0..N).map(|key| backoff.wait(3, Some(Span::secs(1)), &mut dice(key)).seconds() / 2.0).collect()
    }

    const N: u64 = 20_000;

    #[test]
    fn each_jitter_is_uniform_over_its_own_range_by_chi_squared() {
        // Decorrelated: from the delay of 0.5 s to three times the 1 s before. On top: the delay, and up to the 4 s of the fourth.
        let ranges = [
            (Jitter::Full, 0.0, 1.0),
            (Jitter::Equal, 0.5, 1.0),
            (Jitter::Added, 1.0, 2.0),
            (Jitter::Decorrelated, 0.25, 1.5),
            (Jitter::OnTop, 0.25, 2.25),
        ];
        for (jitter, low, high) in ranges {
            let mut bins = [0_u32; 20];
            for share in shares(jitter) {
                assert!((low..=high).contains(&share), "{jitter:?} gave {share}");
                let bin = ((share - low) / (high - low) * 20.0) as usize;
                bins[bin.min(19)] += 1;
            }
            let expected = N as f64 / 20.0;
            let chi: f64 =
                bins.iter().map(|n| (f64::from(*n) - expected) * (f64::from(*n) - expected) / expected).sum();
            // 19 degrees of freedom: of fair dice 99.9 % stay below 43.8.
            assert!(chi < 43.8, "{jitter:?}: chi squared {chi}, {bins:?}");
        }
    }

    #[test]
    fn each_jitter_has_the_mean_and_the_variance_of_its_range() {
        let ranges = [
            (Jitter::Full, 0.5, 1.0),
            (Jitter::Equal, 0.75, 0.5),
            (Jitter::Added, 1.5, 1.0),
            (Jitter::Decorrelated, 0.875, 1.25),
            (Jitter::OnTop, 1.25, 2.0),
        ];
        for (jitter, mean, width) in ranges {
            let shares = shares(jitter);
            let found = shares.iter().sum::<f64>() / N as f64;
            let spread = shares.iter().map(|x| (x - found) * (x - found)).sum::<f64>() / N as f64;
            // A uniform range of width w has the variance w² / 12, so its mean over n has the standard error w / √(12 n); four of them.
            let (variance, error) = (width * width / 12.0, width / libm::sqrt(12.0 * N as f64));
            assert!((found - mean).abs() < 4.0 * error, "{jitter:?}: mean {found}, expected {mean}");
            // Of a uniform range the fourth moment is w⁴ / 80, so the variance found has the standard error √((1/80 − 1/144) w⁴ / n).
            let error = width * width * libm::sqrt((1.0 / 80.0 - 1.0 / 144.0) / N as f64);
            assert!((spread - variance).abs() < 4.0 * error, "{jitter:?}: variance {spread}, expected {variance}");
        }
    }

    #[test]
    fn on_top_waits_as_go_redis_does() {
        let backoff = Backoff {
            grows: Grows::Exponential(2.0),
            delay: Span::millis(8),
            cap: Span::millis(512),
            jitter: Jitter::OnTop,
        };
        // minBackoff + rand(minBackoff << retry), and maxBackoff for what is more: written out here with whole numbers.
        for retry in 1..=40_u32 {
            let most = (8 * MS).saturating_add((8 * MS).checked_shl(retry).unwrap_or(u64::MAX)).min(512 * MS);
            let waits: Vec<u64> = (0..400).map(|key| backoff.wait(retry, None, &mut dice(key)).0).collect();
            let (least, longest) = (waits.iter().min().expect("some"), waits.iter().max().expect("some"));
            assert!(*least >= 8 * MS && *longest <= most, "retry {retry}: {least} to {longest}");
            assert!(retry > 5 || (*longest as f64) > most as f64 * 0.95, "retry {retry} comes near {most}: {longest}");
            assert!(retry < 30 || *least == 512 * MS, "retry {retry} is at the ceiling: {least}");
        }
        assert_eq!(Backoff { delay: Span::ZERO, ..backoff }.wait(3, None, &mut dice(1)), Span::ZERO);
    }

    #[test]
    fn decorrelated_waits_wander_between_the_delay_and_the_ceiling() {
        let backoff = backoff(Grows::Exponential(2.0), Jitter::Decorrelated);
        let (mut before, mut at_the_ceiling) = (None, 0);
        for key in 0..10_000 {
            let wait = backoff.wait(1, before, &mut dice(key));
            assert!(wait >= backoff.delay && wait <= backoff.cap);
            assert!(wait.0 <= before.unwrap_or(backoff.delay).0.saturating_mul(3));
            at_the_ceiling += u32::from(wait == backoff.cap);
            before = Some(wait);
        }
        assert!(at_the_ceiling > 0, "it grows by itself, up to the ceiling");
    }
}

//! How long something took: the shortest, the longest and the mean, one by one as they come, in no memory.
//!
//! A mean of all is one thing, and what a service reports under that name is often another: (mean + last) ÷ 2, begun with none, is half the last one,
//! whatever was before. Both are kept, so whoever tells says which.

use millrace_trace::Span;

/// See [the module](self).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    n: u64,
    sum: u128,
    halved: Span,
    shortest: Span,
    longest: Span,
}

impl Times {
    /// One more.
    pub fn add(&mut self, took: Span) {
        self.shortest = if self.n == 0 { took } else { self.shortest.min(took) };
        self.longest = self.longest.max(took);
        self.n += 1;
        self.sum += u128::from(took.0);
        self.halved = Span(self.halved.0.midpoint(took.0));
    }

    /// The mean of all; of none, nothing.
    pub fn mean(&self) -> Span {
        Span(self.sum.checked_div(u128::from(self.n)).map_or(0, |mean| mean as u64))
    }

    /// What is halved with each: (mean + last) ÷ 2.
    pub fn halved(&self) -> Span {
        self.halved
    }

    /// The shortest.
    pub fn shortest(&self) -> Span {
        self.shortest
    }

    /// The longest.
    pub fn longest(&self) -> Span {
        self.longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_is_of_all_and_what_is_halved_is_mostly_of_the_last() {
        let mut times = Times::default();
        assert_eq!([times.mean(), times.halved(), times.shortest(), times.longest()], [Span::ZERO; 4]);
        [100, 100, 100, 500].into_iter().for_each(|ms| times.add(Span::millis(ms)));
        // 50, 75, 87.5, and so 293.75.
        assert_eq!([times.mean(), times.halved()], [Span::millis(200), Span::micros(293_750)]);
        assert_eq!([times.shortest(), times.longest()], [100, 500].map(Span::millis));
        [u64::MAX; 2].into_iter().for_each(|nanos| times.add(Span(nanos)));
        assert!(times.mean() > Span(u64::MAX / 4), "{:?}", times.mean());
    }
}

//! What was counted up to a reset is not told after it.
//!
//! The system goes on counting, and who tells takes off what there was when it was reset: so a reset touches nobody who is being served. As shipped what is under way is set to nought
//! too, though it is not over: who ends afterwards is taken off as well, and fewer than none are active. As documented what is active is what is the case, and stays.

use super::figures::{Figures, HandlerFigures, ManagerFigures};
use millrace_trace::SimTime;

/// When counts were set back last, and what they were.
#[derive(Debug, Default)]
pub(super) struct Since(Option<(SimTime, ManagerFigures, HandlerFigures)>);

impl Since {
    /// From these figures on it is counted anew.
    pub fn reset(&mut self, figures: &Figures) {
        self.0 = Some((figures.now, figures.manager.unwrap_or_default(), figures.handler.unwrap_or_default()));
    }

    /// What is to be told of figures. A process that has begun anew since then counts from nought by itself.
    pub fn tell(&mut self, mut figures: Figures, is_shipped: bool) -> Figures {
        let Some((at, manager, handler)) = &self.0 else { return figures };
        if figures.begun > *at {
            self.0 = None;
            return figures;
        }
        if let Some(now) = &mut figures.manager {
            now.total.iter_mut().zip(manager.total).for_each(|(now, then)| *now -= then.min(*now));
            if is_shipped {
                now.active.iter_mut().zip(manager.active).for_each(|(now, then)| *now -= then);
            }
        }
        if let Some(now) = &mut figures.handler {
            for (now, then) in [
                (&mut now.total, handler.total),
                (&mut now.completed, handler.completed),
                (&mut now.failed, handler.failed),
                (&mut now.timeouts, handler.timeouts),
                (&mut now.degraded, handler.degraded),
            ] {
                *now = now.saturating_sub(then);
            }
            if is_shipped {
                now.active -= handler.active;
            }
            now.updated = now.updated.max(Some(*at));
        }
        figures
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::figures::tests::some;

    /// Ten seconds later, with ten more of everything that only grows, and nobody under way.
    fn later() -> Figures {
        let mut later = some();
        later.now = SimTime(some().now.0 + 10_000_000_000);
        if let Some(manager) = &mut later.manager {
            manager.active = [0; 3];
            manager.total.iter_mut().for_each(|n| *n += 10);
        }
        if let Some(handler) = &mut later.handler {
            handler.active = 0;
            handler.total += 10;
            handler.completed += 20;
            handler.failed += 30;
            handler.timeouts += 40;
            handler.degraded += 50;
        }
        later
    }

    fn told(is_shipped: bool) -> [Figures; 2] {
        let mut since = Since::default();
        assert_eq!(since.tell(some(), is_shipped), some(), "nobody has reset it");
        since.reset(&some());
        [some(), later()].map(|figures| since.tell(figures, is_shipped))
    }

    #[test]
    fn what_was_counted_before_a_reset_is_not_told_after_it() {
        for is_shipped in [false, true] {
            let [at_once, later] = told(is_shipped);
            let counts = |figures: &Figures| {
                let (manager, handler) = (figures.manager.expect("it is there"), figures.handler.expect("it is there"));
                let of = [handler.total, handler.completed, handler.failed, handler.timeouts, handler.degraded];
                (manager.total, of)
            };
            assert_eq!(counts(&at_once), ([0; 3], [0; 5]));
            assert_eq!(counts(&later), ([10; 3], [10, 20, 30, 40, 50]));
        }
    }

    #[test]
    fn who_is_under_way_stays_so_and_as_shipped_fewer_than_none_are_when_they_have_ended() {
        let active = |figures: &Figures| {
            let handler = figures.handler.expect("it is there").active;
            (figures.manager.expect("it is there").active, handler)
        };
        let [at_once, later] = told(false);
        assert_eq!([active(&at_once), active(&later)], [([1, 2, 3], 71), ([0; 3], 0)]);
        let [at_once, later] = told(true);
        assert_eq!([active(&at_once), active(&later)], [([0; 3], 0), ([-1, -2, -3], -71)]);
    }

    #[test]
    fn the_database_the_pool_and_the_background_processor_are_not_reset_by_it() {
        let [at_once, _] = told(true);
        let rest = |figures: &Figures| (figures.database, figures.pool, figures.background.clone(), figures.cache);
        assert_eq!(rest(&at_once), rest(&some()));
    }

    #[test]
    fn a_process_that_has_begun_anew_counts_from_nought() {
        let mut since = Since::default();
        since.reset(&some());
        let mut anew = later();
        anew.begun = SimTime(some().now.0 + 5_000_000_000);
        anew.handler = anew.handler.map(|handler| HandlerFigures { total: 3, ..handler });
        assert_eq!(since.tell(anew.clone(), false), anew, "what was reset is over");
        assert_eq!(since.tell(later(), false), later(), "and forgotten");
    }
}

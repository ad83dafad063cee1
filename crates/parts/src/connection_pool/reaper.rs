//! Looks after connections that nobody uses: those that are too old or have been idle for too long are closed without being asked for.

use super::ConnectionPool;
use crate::select::select2;
use millrace_trace::{SimTime, Span, Wait};

/// The reaper looks not more often than that.
const AT_MOST_EVERY: Span = Span::secs(1);

impl<T: 'static> ConnectionPool<T> {
    /// The work of a reaper, for a task of its own, which keeps no run alive. Dropped, it looks no more.
    pub async fn reap(self) {
        let env = &self.0.env;
        loop {
            let Some(due) = self.next_due() else {
                self.0.looks_at.set(SimTime::MAX);
                self.0.sooner.wait().await;
                continue;
            };
            let at = due.max(self.0.not_before.get());
            if env.now() < at {
                self.0.looks_at.set(at);
                let time = env.sleep_until(at, Wait::Tick).in_background();
                let _either = select2(env, time, self.0.sooner.wait()).await;
                continue;
            }
            self.0.not_before.set(env.now() + AT_MOST_EVERY);
            self.close_due();
        }
    }

    /// When the next of the idle connections is to be closed.
    fn next_due(&self) -> Option<SimTime> {
        let state = self.0.state.borrow();
        let due = state.idle.iter().map(|open| open.over.min(self.rests_until(open))).min();
        due.filter(|due| *due < SimTime::MAX)
    }

    /// Closes those of the idle connections that are due.
    fn close_due(&self) {
        let mut due = Vec::new();
        {
            // None is closed before it is known how many stay: others are opened in place of those that do not.
            let idle = &mut self.0.state.borrow_mut().idle;
            for open in std::mem::take(idle) {
                match self.is_due(&open) {
                    Some(why) => due.push((open, why)),
                    None => idle.push_back(open),
                }
            }
        }
        due.into_iter().for_each(|(open, why)| self.close(open, why));
    }
}

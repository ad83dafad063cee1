//! A job's stay in the pool of which it has something, or wants something: it is there while it waits and while it holds, and then back
//! in the hand that it came from. What it calls meanwhile comes back to the pool from when on it holds.

use millrace_engine::{Env, Job};
use millrace_trace::StationId;

/// A job that is in a pool. Whoever began the stay ends it.
pub(crate) struct Stay<'a> {
    pub job: &'a Job,
    pool: StationId,
    /// Where it came from and goes back to.
    from: StationId,
    /// Where its calls came back to before.
    home: Option<StationId>,
}

impl<'a> Stay<'a> {
    /// The job goes to the pool, and waits there unless it has `started`.
    pub fn begin(env: &Env, pool: StationId, job: &'a Job, started: bool) -> Stay<'a> {
        let home = env.home(job.id());
        let from = home.unwrap_or(env.station());
        job.go(pool, started);
        Stay { job, pool, from, home }
    }

    /// The job holds of the pool from now on.
    pub fn holds(&self, env: &Env) {
        env.set_home(self.job.id(), Some(self.pool));
    }

    /// What the job holds of, from now on, is another station, at which it is already.
    pub fn goes_on(&mut self, env: &Env, to: StationId) {
        self.pool = to;
        self.holds(env);
    }

    /// The job goes back.
    pub fn end(self, env: &Env) {
        env.set_home(self.job.id(), self.home);
        self.job.go(self.from, true);
    }
}

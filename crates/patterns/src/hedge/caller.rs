//! The callers: each asks, and once more if it has not heard.

use millrace_engine::{Env, Job, Reply};
use millrace_parts::Hedge;
use millrace_trace::{Gauge, StationId};
use std::cell::Cell;
use std::rc::Rc;

/// Gauges of the callers: attempts under way, attempts and hedges that were made, hedges that won.
pub(super) const UNDER_WAY: Gauge = Gauge(0);
pub(super) const MADE: Gauge = Gauge(1);
pub(super) const HEDGES: Gauge = Gauge(2);
pub(super) const WON: Gauge = Gauge(3);

/// What all callers share.
pub(super) struct Caller {
    pub env: Env,
    pub hedge: Hedge,
    pub station: StationId,
    pub gauges: [Cell<i64>; 4],
}

pub(super) async fn ask(caller: Rc<Caller>, job: Job) {
    job.go(caller.station, true);
    let attempt = |number| {
        caller.count(HEDGES, i64::from(number > 0));
        try_once(caller.clone(), job.split())
    };
    let hedged = caller.hedge.call("attempt", attempt, |(reply, _): &(Reply, Job)| reply.answer.is_success()).await;
    if hedged.winner.is_some_and(|number| number > 0) {
        caller.count(WON, 1);
    }
    let (reply, decided) = hedged.value;
    decided.merge_into(&job);
    job.leave(reply.answer.outcome());
}

/// One attempt: a call with a job of its own, which becomes the request's if it decides.
async fn try_once(caller: Rc<Caller>, job: Job) -> (Reply, Job) {
    let under_way = UnderWay::begin(&caller);
    let reply = caller.env.call(&job).await;
    drop(under_way);
    (reply, job)
}

impl Caller {
    fn count(&self, gauge: Gauge, by: i64) {
        let Some(count) = self.gauges.get(gauge.0 as usize).filter(|_| by != 0) else { return };
        count.set(count.get() + by);
        self.env.gauge(self.station, gauge, count.get());
    }
}

/// Counts as under way as long as it is held.
struct UnderWay(Rc<Caller>);

impl UnderWay {
    fn begin(caller: &Rc<Caller>) -> UnderWay {
        caller.count(UNDER_WAY, 1);
        caller.count(MADE, 1);
        UnderWay(caller.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.count(UNDER_WAY, -1);
    }
}

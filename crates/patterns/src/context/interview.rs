//! The scenario of an interview that is started: a row is created, a service is to be ready within 300 ms, and if it is not, somebody
//! must take the row away again.

use super::initialize::initialize;
use super::step::{spawn, timed, under};
use super::tree::Running;
use super::{Params, ROWS};
use millrace_parts::{Context, WaitGroup};
use millrace_trace::Span;
use std::rc::Rc;

/// How long the whole may take.
const PATIENCE: Span = Span::secs(30);
/// How long the service has to be ready.
const READY: Span = Span::millis(300);
/// How long it takes to create a row, and to delete one.
const CREATE: Span = Span::millis(18);
const DELETE: Span = Span::millis(20);
/// How long a row has to be deleted, whatever became of the request.
const CLEAN_UP: Span = Span::secs(5);
/// How long the process goes on where the watch does.
pub(super) const LATER: Span = Span::millis(200);

/// The whole.
pub(super) const WHOLE: &str = "StartInterview";
/// All steps by name, the whole first.
pub(super) const STEPS: [&str; 8] =
    [WHOLE, "create row", "initialize", "stream", "load", "warm-up", "watch", "delete row"];

/// Starts an interview.
pub(super) fn begin(running: &Rc<Running>, p: &Params, background: &Context) {
    let (fails, compensates, obeys) = (p.initialize_fails == "on", p.compensate == "on", p.watch_obeys == "on");
    let scope = background.with_timeout(WHOLE, PATIENCE);
    let (inner, nobody) = (running.clone(), WaitGroup::new(&running.env));
    spawn(running, scope, &nobody, move |own| async move {
        let env = inner.env.clone();
        timed(&inner, own.child("create row"), CREATE).over(&own).await?;
        env.gauge(own.station(), ROWS, 1);
        let (within, ready) = (inner.clone(), own.with_timeout("initialize", READY));
        let ready = under(&inner, ready, move |it| initialize(within, it, fails, obeys));
        let ready = ready.over(&own).await;
        if ready.is_err() && compensates {
            // Its own context may be cancelled by now: the row is deleted under one that hears nothing of that.
            let clean_up = own.detached("delete row", CLEAN_UP);
            timed(&inner, clean_up, DELETE).group.wait().await;
        }
        // No row is left over: it was deleted, or is that of an interview now.
        if ready.is_ok() || compensates {
            env.gauge(own.station(), ROWS, 0);
        }
        ready
    });
}

//! A step of an interview: some work under a context of its own, in a task of its own.

use super::tree::{Running, outcome};
use millrace_engine::Env;
use millrace_parts::{Context, Ended, Scope, WaitGroup};
use millrace_spec::ContextState;
use millrace_trace::{Outcome, Span};
use std::future::Future;
use std::rc::Rc;

/// Work of a length, given up when its context ends.
pub(super) async fn work_for(env: Env, own: Context, time: Span) -> Result<(), Ended> {
    own.guard(env.sleep(time)).await.ok_or(own.ended().unwrap_or(Ended::Canceled))
}

/// A step that was begun, for whoever waits for it.
pub(super) struct Step {
    context: Context,
    /// Whoever does it: waited for by those who do not give up.
    pub group: WaitGroup,
}

impl Step {
    /// Waits until it is over, or whoever waits is cancelled.
    pub async fn over(self, own: &Context) -> Result<(), Ended> {
        let _given_up = own.guard(self.group.wait()).await;
        match self.context.ended().or(own.ended()) {
            None | Some(Ended::Done) => Ok(()),
            Some(how) => Err(how),
        }
    }
}

/// Begins a step that takes a time.
#[track_caller]
pub(super) fn timed(running: &Rc<Running>, scope: Scope, time: Span) -> Step {
    let env = running.env.clone();
    under(running, scope, move |it| work_for(env, it, time))
}

/// Begins a step under a context of its own.
#[track_caller]
pub(super) fn under<F>(running: &Rc<Running>, scope: Scope, work: impl FnOnce(Context) -> F + 'static) -> Step
where
    F: Future<Output = Result<(), Ended>> + 'static,
{
    let step = Step { context: scope.clone(), group: WaitGroup::new(&running.env) };
    spawn(running, scope, &step.group, work);
    step
}

/// Does some work under a context in a task of its own, which ends the context.
#[track_caller]
pub(super) fn spawn<F>(
    running: &Rc<Running>,
    scope: Scope,
    group: &WaitGroup,
    work: impl FnOnce(Context) -> F + 'static,
) where
    F: Future<Output = Result<(), Ended>> + 'static,
{
    running.knows(&scope);
    group.add(1);
    running.all.add(1);
    let (inner, group, context) = (running.clone(), group.clone(), scope.clone());
    let station = context.station();
    let task = async move {
        let env = &inner.env;
        let job = env.job();
        let result = work(scope.clone()).await;
        let left = match (result, scope.ended()) {
            (Err(_), None) => Outcome::Failed,
            (_, ended) => outcome(ended),
        };
        job.leave(left);
        drop(scope);
        if left == Outcome::Failed {
            env.state(station, ContextState::Failed.word());
        }
        group.done();
        inner.all.done();
    };
    running.start(&context, task);
}

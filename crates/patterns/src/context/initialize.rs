//! Getting a service ready for an interview: a stream, then a model that is loaded and warmed up, and somebody who watches it.

use super::step::{timed, under, work_for};
use super::tree::{Running, outcome};
use millrace_parts::{Context, Ended};
use millrace_trace::Span;
use std::rc::Rc;

/// The steps of getting ready: the stream, and then the model with a first answer of it; both take longer than there is time where it fails.
const STREAM: Span = Span::millis(45);
const LOAD: [Span; 2] = [Span::millis(120), Span::millis(480)];
const WARM_UP: [Span; 2] = [Span::millis(100), Span::millis(400)];
/// How long a warm-up takes to close, once it is cancelled.
const CLOSE: Span = Span::millis(28);
/// How often the watch looks at the model.
const BEAT: Span = Span::millis(20);
/// Gets the service ready: a stream first, then all else at once.
pub(super) async fn initialize(running: Rc<Running>, own: Context, fails: bool, obeys: bool) -> Result<(), Ended> {
    timed(&running, own.child("stream"), STREAM).over(&own).await?;
    let [load, warm_up] = [LOAD, WARM_UP].map(|[ready, late]| if fails { late } else { ready });
    let load = timed(&running, own.child("load"), load);
    let warm = running.env.clone();
    let warm_up = under(&running, own.child("warm-up"), move |it| async move {
        let done = work_for(warm.clone(), it.clone(), warm_up).await;
        if done.is_err() {
            it.closing();
            warm.sleep(CLOSE).await;
        }
        done
    });
    let watch = own.child("watch");
    running.knows(&watch);
    // Its parent does not wait for it: it is to end when the context does, and nobody waits for one that never looks.
    running.all.add(u64::from(obeys));
    let (inner, context) = (running.clone(), watch.clone());
    running.start(&context, async move {
        let job = inner.env.job();
        while !obeys || watch.ended().is_none() {
            inner.env.sleep(BEAT).await;
        }
        job.leave(outcome(watch.ended()));
        inner.all.done();
    });
    load.over(&own).await?;
    warm_up.over(&own).await
}

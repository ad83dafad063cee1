//! Readers and writers: each pauses, waits for the lock, has it for a time, and comes again.

use super::{Params, READERS};
use millrace_engine::{Env, Job};
use millrace_parts::{RwLock, Worker};
use millrace_trace::{Outcome, Span};
use std::rc::Rc;

pub(super) async fn take_turns(env: Env, p: Rc<Params>, lock: RwLock, who: Worker, role: &'static str) {
    for turn in 0..p.turns {
        let key = (u64::from(who.number) << 32) + u64::from(turn);
        env.sleep(Span::from_seconds(env.draw(role, key, 0).exponential(p.pause.seconds()))).await;
        let job = env.job();
        if role == READERS {
            read(&env, &p, &lock, &job).await;
        } else {
            let writing = lock.write_for(&job).await;
            env.sleep(p.write_time).await;
            drop(writing);
        }
        job.leave(Outcome::Completed);
    }
}

async fn read(env: &Env, p: &Params, lock: &RwLock, job: &Job) {
    let reading = lock.read_for(job).await;
    if p.reentrant == "on" {
        let half = Span(p.read_time.0 / 2);
        env.sleep(half).await;
        let inside = job.split();
        // Not re-entrant: where a writer waits by now, this waits behind it, and it waits for the read above.
        let again = lock.read_for(&inside).await;
        env.sleep(Span(p.read_time.0 - half.0)).await;
        drop(again);
        inside.merge_into(job);
    } else {
        env.sleep(p.read_time).await;
    }
    drop(reading);
    env.sleep(p.after_read).await;
}

//! The sessions: each sends a frame again and again.
//!
//! One task plays all of them, by the instants at which each is due. A task each would do the same, with a timer and an event for every frame:
//! a session waits for nothing but its own time. What is sent in the same millisecond is read in the same turn, as by a poller of sockets.

use super::process::Process;
use millrace_parts::select2;
use millrace_trace::{SimTime, Span, Wait};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::rc::Rc;

const MILLI: u64 = 1_000_000;

/// The end of the millisecond in which an instant lies.
fn turn(at: SimTime) -> SimTime {
    SimTime(at.0.div_ceil(MILLI).saturating_mul(MILLI))
}

/// Sends the frames of all sessions, until the hub reads no more.
pub(super) async fn play(process: Rc<Process>) {
    let (env, p) = (&process.env, &process.p);
    let hasty = p.hasty_ones();
    let pause = |session: u32| p.pause(session < hasty).max(Span(1));
    // A session begins when it begins.
    let first = |session: u32| {
        let share = env.draw("session", u64::from(session), 0).unit();
        Reverse((SimTime((pause(session).0 as f64 * share) as u64), session))
    };
    let mut due: BinaryHeap<Reverse<(SimTime, u32)>> = (0..p.sessions).map(first).collect();
    while let Some(Reverse((next, _))) = due.peek().copied() {
        if !process.reads() {
            return;
        }
        let at = turn(next);
        if at > env.now() {
            let _first = select2(env, process.quiet.wait(), env.sleep_until(at, Wait::Sleep)).await;
            continue;
        }
        while let Some(mut head) = due.peek_mut().filter(|head| head.0.0 <= env.now()) {
            let session = head.0.1;
            if process.sockets.is_gone(session) {
                PeekMut::pop(head);
                continue;
            }
            head.0.0 += pause(session);
            drop(head);
            process.receive(session);
        }
    }
}

//! The clients: each asks to be let in, and is served in full, less, or not at all.

use super::params::Params;
use millrace_engine::{Env, Job, Server};
use millrace_parts::{Degradation, Entries, Traffic};
use millrace_spec::{Priority, Shares, parse_classes};
use millrace_trace::{Outcome, Span, StationId};
use std::cell::RefCell;
use std::rc::Rc;

/// What all clients share.
pub(super) struct Desk {
    env: Env,
    params: Params,
    gate: Degradation,
    /// The server, asked for less.
    less: Server,
    classes: RefCell<Classes>,
}

impl Desk {
    pub(super) fn new(env: &Env, params: Params, gate: Degradation, less: Server) -> Desk {
        let classes = RefCell::new(Classes::of(&params));
        Desk { env: env.clone(), params, gate, less, classes }
    }

    /// Takes in the requests as they come, each with a task of its own, and waits until the last has left.
    pub(super) async fn serve_all(self: Rc<Desk>, env: &Env, at: StationId) {
        let p = &self.params;
        let is_closed = p.load.traffic() == Traffic::Closed;
        let ask = |job: Job| {
            let (desk, class) = (self.clone(), self.classes.borrow_mut().next(env, &job));
            async move {
                let rest = desk.request(job, class).await;
                // In a closed loop whoever was refused or told to stay away makes its next request later.
                if is_closed {
                    desk.env.sleep(rest).await;
                }
            }
        };
        p.load.each(env, at, p.callers, ask).await;
    }

    /// A request, until it has left. How long whoever made it stays away after it.
    async fn request(&self, job: Job, class: Priority) -> Span {
        let Ok(place) = self.gate.admit(class) else {
            job.leave(Outcome::Rejected);
            return self.params.pause;
        };
        let call = if place.is_less() { self.less.call(&job) } else { self.env.call(&job) };
        let reply = place.unless_displaced(call).await;
        drop(place);
        match reply {
            Some(reply) => {
                job.leave(reply.answer.outcome());
                reply.retry_after
            }
            None => {
                job.leave(Outcome::Rejected);
                self.params.pause
            }
        }
    }
}

/// Whose the next request is: as its entry in the script says, or by lot.
struct Classes {
    shares: Shares,
    script: Entries<Priority>,
}

impl Classes {
    fn of(params: &Params) -> Classes {
        let script = Entries::of(&params.load.traffic(), |what| Priority::from_id(what).ok());
        let shares = parse_classes(&params.classes).unwrap_or(Shares([0, 1, 0]));
        Classes { shares, script }
    }

    /// The class of the next that comes.
    fn next(&mut self, env: &Env, job: &Job) -> Priority {
        let lot = || self.shares.of(env.draw("class", u64::from(job.id().0), 0).unit());
        self.script.next_one().unwrap_or_else(lot)
    }
}

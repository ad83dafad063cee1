//! The clients: each asks the limiter, waits or goes away, and calls the server.

use super::params::Params;
use super::store::Store;
use millrace_engine::{Env, Job};
use millrace_parts::{Decision, Elapsed, Reservation, at_most};
use millrace_trace::{Outcome, Span};
use millrace_upstream::Keys;

/// What all clients share.
pub(super) struct Desk {
    pub env: Env,
    pub params: Params,
    pub keys: Keys,
    /// One, or one for each rule.
    pub stores: Vec<Store>,
}

/// How it went with the limiter.
pub(super) enum Verdict {
    /// Let through.
    Passed,
    /// Turned away: after how long to come again, where that is known.
    Refused(Option<Span>),
}

/// What somebody wants: whose it is, and what it costs.
pub(super) type Wanted = (u32, u32);

/// A request, until it has left. How long whoever made it stays away after it.
pub(super) async fn request(desk: &Desk, job: Job, wanted: Wanted) -> Span {
    let Desk { env, params: p, .. } = desk;
    for tries_left in (0..=p.retries).rev() {
        match ask(desk, &job, wanted).await {
            Verdict::Passed if desk.stores.len() > 1 => break,
            Verdict::Passed => {
                let reply = env.call(&job).await;
                job.leave(reply.answer.outcome());
                return reply.retry_after;
            }
            Verdict::Refused(Some(retry_after)) if tries_left > 0 => env.sleep(p.stays_away(Some(retry_after))).await,
            Verdict::Refused(retry_after) => {
                job.leave(Outcome::Rejected);
                return p.stays_away(retry_after);
            }
        }
    }
    job.leave(Outcome::Completed);
    Span::ZERO
}

/// Asks every limiter there is. What the first says counts; the others are asked on the same traffic.
async fn ask(desk: &Desk, job: &Job, (key, cost): Wanted) -> Verdict {
    let env = &desk.env;
    let word = desk.keys.word_of_several(key);
    let mut found = Vec::with_capacity(desk.stores.len());
    for store in &desk.stores {
        found.push(store.find(env, key, &word).await);
    }
    let said: Vec<Decision> =
        desk.stores.iter().zip(&found).map(|(store, found)| store.ask(found, key, &word, cost)).collect();
    let mut others = Vec::new();
    let mut first = Verdict::Passed;
    let mut waits = None;
    for (index, decision) in said.into_iter().enumerate() {
        match decision {
            Decision::Wait(reservation) if index == 0 => waits = Some(reservation),
            Decision::Wait(reservation) => {
                let patience = desk.patience(job);
                others.push(env.spawn("waits too", turn(env.clone(), patience, reservation)));
            }
            Decision::Refused(refusal) if index == 0 => first = Verdict::Refused(refusal.retry_after),
            Decision::Admitted(_) | Decision::Refused(_) => {}
        }
    }
    if let Some(reservation) = waits
        && turn(env.clone(), desk.patience(job), reservation).await.is_err()
    {
        first = Verdict::Refused(None);
    }
    for other in others {
        let _gave_up_or_not = other.await;
    }
    first
}

/// Waits for its turn, or until its patience is at an end.
async fn turn(env: Env, patience: Span, reservation: Reservation) -> Result<(), Elapsed> {
    at_most(&env, patience, reservation).await
}

impl Desk {
    /// How long a request has patience; nothing where it waits for ever.
    fn patience(&self, job: &Job) -> Span {
        let mean = self.params.patience;
        if mean.is_zero() {
            return Span::ZERO;
        }
        let drawn = self.env.draw("patience", u64::from(job.id().0), 0).exponential(mean.seconds());
        Span::from_seconds(drawn).max(Span::nanos(1))
    }
}

impl Params {
    /// How long who was refused stays away.
    fn stays_away(&self, told: Option<Span>) -> Span {
        match told {
            Some(told) if self.honour == "on" => told,
            _ => self.pause,
        }
    }
}

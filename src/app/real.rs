//! A run against a real endpoint: consent, limits, clock.
//!
//! Nothing here starts by itself. A link, a reload or another pattern never sends a request: [`RealRun::prepare`] refuses
//! a host that nobody on this page visit has agreed to, and even then nothing is sent before [`RealRun::start`].
//!
//! How an experiment is plugged in:
//! - to start, on a person's click only: `let (scenario, real) = RealRun::prepare(&scenario, limits, &consents)?`, then
//!   `Session::real(scenario, real.endpoint(), …)`, then `real.start(advance)`, where `advance(now)` borrows the
//!   experiment with `try_borrow_mut`, calls `session.compute(now, polls)` and returns [`RealRun::next`] of it
//!   ([`Next::Now`] if the borrow failed);
//! - in each frame: `session.compute(real.now(), polls)`, `session.show(session.computed(), events)`, and
//!   `real.arm(RealRun::next(&session, reached))`. The playhead of a real run is always live: no speed, seek, step or
//!   rewind, and faults and live parameters go through `session.act`;
//! - to stop: drop the session and the `RealRun` (or call [`RealRun::stop`] and keep it for its [`RealRun::trouble`]).
//!   Dropping the session aborts every request under way, and nothing is sent afterwards. There is no pause: real time
//!   does not stand still.

use crate::analysis::History;
use crate::engine::Upstream;
use crate::platform::endpoint::{self, Endpoint, Refusal};
use crate::platform::fetch::FetchUpstream;
use crate::platform::realtime::{Next, RealTime};
use crate::platform::timing::Timing;
use crate::session::{Moment, Scenario, Session};
use crate::spec::{Role, Value};
use crate::trace::{Fold, SimTime, Span};
use crate::upstream::{Evidence, Limited, Limits, Trouble, Witness};
use std::rc::Rc;

/// A page that draws sixty workers looks at an answer so much later than it came, at the most.
const LAG: Span = Span::millis(100);

/// The hosts that a person agreed to on this visit of the page. It is not kept for the next one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consents(Vec<String>);

impl Consents {
    /// A person agreed to requests to this host.
    pub fn give(&mut self, host: &str) {
        self.0.push(host.to_owned());
    }

    /// Whether a person has.
    pub fn has(&self, host: &str) -> bool {
        self.0.iter().any(|given| given == host)
    }
}

/// What would be sent where: what a person is asked to agree to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// How many requests the scenario starts with, cut to the cap. With retries and hedges there may be more.
    pub requests: Option<u64>,
    /// Never more requests than this, and never more at once, with so much patience.
    pub limits: Limits,
}

/// Why a run against an endpoint does not start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotYet {
    /// The address cannot be called.
    Address(Refusal),
    /// Nobody has agreed to it yet.
    Consent(Plan),
}

impl Plan {
    /// What a scenario would do at its endpoint within these limits.
    ///
    /// # Errors
    /// Why its address cannot be called.
    pub fn of(scenario: &Scenario, limits: Limits) -> Result<Plan, Refusal> {
        let endpoint = Endpoint::read(scenario.url.as_deref().unwrap_or_default())?;
        let values = scenario.values();
        let patience = values.patience().unwrap_or(limits.patience);
        let requests = values.jobs().map(|jobs| jobs.min(u64::from(limits.at_most)));
        Ok(Plan { endpoint, requests, limits: Limits { patience, ..limits } })
    }
}

/// A run against a real endpoint that is prepared, under way or over.
#[derive(Debug)]
pub struct RealRun {
    asked: Scenario,
    plan: Plan,
    witness: Witness,
    upstream: Rc<FetchUpstream>,
    clock: RealTime,
}

impl RealRun {
    /// A run of the scenario, with no more requests than the cap allows. Nothing is sent yet.
    ///
    /// # Errors
    /// What is missing: an address that can be called, or a person's consent.
    pub fn prepare(scenario: &Scenario, limits: Limits, consents: &Consents) -> Result<(Scenario, RealRun), NotYet> {
        let plan = Plan::of(scenario, limits).map_err(NotYet::Address)?;
        if !consents.has(&plan.endpoint.host) {
            return Err(NotYet::Consent(plan));
        }
        let asked = scenario.clone();
        let mut scenario = scenario.clone();
        if let Some(field) = scenario.field_with(Role::Jobs)
            && scenario.values().count(field.key) > u64::from(limits.at_most)
        {
            scenario.choose(field.key, Value::Count(u64::from(limits.at_most)));
        }
        scenario.moment = Moment::default();
        let witness = Witness::default();
        let upstream = Rc::new(FetchUpstream::new(&plan.endpoint.href, false, witness.clone()));
        let clock = RealTime::new();
        upstream.on_settled(clock.hook());
        Ok((scenario, RealRun { asked, plan, witness, upstream, clock }))
    }

    /// What the session is given to call.
    pub fn endpoint(&self) -> Rc<dyn Upstream> {
        Rc::new(Limited::new(self.upstream.clone(), self.plan.limits, self.witness.clone()).with_lag(LAG))
    }

    /// Lets time pass. `advance` is called whenever something may have happened, in between frames and without them.
    pub fn start(&self, advance: impl FnMut(SimTime) -> Next + 'static) {
        self.clock.start(advance);
    }

    /// Lets time stand, and advances no more. The session must be dropped too: it holds what is under way.
    pub fn stop(&self) {
        self.clock.stop();
    }

    /// The time since the start.
    pub fn now(&self) -> SimTime {
        self.clock.now()
    }

    /// Sets the alarm, after a frame has advanced the run.
    pub fn arm(&self, next: Next) {
        self.clock.arm(next);
    }

    /// When a session that was computed up to now must be computed again. `reached` is what `compute` answered.
    pub fn next<F: Fold + Clone>(session: &Session<F, History>, reached: bool) -> Next {
        match session.run().next_deadline() {
            _ if session.outcome().is_some() => Next::Never,
            _ if !reached => Next::Now,
            Some(at) => Next::At(at),
            None => Next::Outside,
        }
    }

    /// The scenario that it was prepared for.
    pub fn asked(&self) -> &Scenario {
        &self.asked
    }

    /// What was planned.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What the calls met so far.
    pub fn evidence(&self) -> Evidence {
        self.witness.evidence()
    }

    /// Whether nothing is sent any more because nothing but refusals came: then it is to be stopped.
    pub fn is_given_up(&self) -> bool {
        self.evidence().given_up
    }

    /// What went wrong so far, in words.
    pub fn trouble(&self) -> Option<Trouble> {
        Trouble::of(&self.plan.endpoint.host, &self.evidence())
    }

    /// By which clock its calls were timed, once one was.
    pub fn timing(&self) -> Option<Timing> {
        self.upstream.timing()
    }

    /// What is to be said about the run beside its figures: a hidden tab, a lost network.
    pub fn remarks(&self) -> Vec<&'static str> {
        let mut remarks = Vec::new();
        if !endpoint::is_online() {
            remarks.push("The browser is offline. The simulated server stays available.");
        }
        if self.clock.was_hidden() {
            remarks.push(
                "The tab was hidden for a time. Browsers slow the timers of hidden tabs, so waits may be too long.",
            );
        }
        remarks
    }
}

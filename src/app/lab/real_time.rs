//! The part of the laboratory that is in real time: a run against a real endpoint, which nothing but a person's click starts.

use super::{EVENTS, Lab, POLLS};
use crate::analysis::History;
use crate::app::real::{NotYet, RealRun};
use crate::platform::clock;
use crate::platform::realtime::Next;
use crate::platform::timing::Timing;
use crate::session::{Planned, Scenario, Session, Target};
use crate::trace::SimTime;
use crate::upstream::Trouble;
use crate::view::Picture;
use std::cell::RefCell;
use std::rc::{Rc, Weak};

impl Lab {
    /// Whether the requests go to a real endpoint.
    pub fn wants_real(&self) -> bool {
        self.scenario().target == Target::Fetch
    }

    /// The scenario as a person made it: a real run is of one with no more requests than the cap allows, and nothing is lost by that.
    pub fn asked(&self) -> &Scenario {
        self.real.as_ref().map_or(self.scenario(), RealRun::asked)
    }

    /// What is missing before a real run can start.
    pub fn asking(&self) -> Option<&NotYet> {
        self.asking.as_ref()
    }

    /// What went wrong with a real run, and what else is to be said about it.
    /// Errors among many successes are no trouble: the tiles count them.
    pub fn trouble(&self) -> Option<Trouble> {
        self.real.as_ref().and_then(RealRun::trouble).filter(|trouble| trouble.total || trouble.stopped)
    }

    /// By which clock the calls of a real run were timed.
    pub fn timing(&self) -> Option<Timing> {
        self.real.as_ref().and_then(RealRun::timing)
    }

    /// What is planned to be done to the run: nothing where it is real, though the scenario keeps it.
    pub fn planned(&self) -> Vec<Planned> {
        if self.wants_real() { Vec::new() } else { self.scenario().planned() }
    }

    /// What is to be said about a real run beside its figures.
    pub fn remarks(&self) -> Vec<&'static str> {
        self.real.as_ref().map(RealRun::remarks).unwrap_or_default()
    }

    /// A person agreed to requests to the host that was asked about.
    pub fn consent(&mut self) {
        if let Some(NotYet::Consent(plan)) = self.asking.take() {
            self.consents.give(&plan.endpoint.host);
        }
    }

    /// Starts a run against the real endpoint, or says what is missing. Only ever on a person's click.
    pub fn start_real(&mut self, me: Weak<RefCell<Lab>>) {
        match RealRun::prepare(self.asked(), self.limits, &self.consents) {
            Err(missing) => self.asking = Some(missing),
            Ok((scenario, real)) => {
                self.asking = None;
                let history = History::of_real(scenario.pattern, &scenario.values());
                self.session = Session::real(scenario, real.endpoint(), Picture::default(), history);
                self.second = None;
                real.start(move |now| {
                    let lab: Option<Rc<RefCell<Lab>>> = me.upgrade();
                    let Some(lab) = lab else { return Next::Never };
                    // A frame that looks at it right now will advance it.
                    lab.try_borrow_mut().map_or(Next::Now, |mut lab| lab.advance_real(now))
                });
                self.real = Some(real);
                self.started = true;
                self.playing = true;
                self.wanted = None;
            }
        }
    }

    /// Stops a real run: what is under way is aborted, nothing is sent any more, and what happened stays to be seen.
    pub(super) fn stop_real(&mut self) {
        if let Some(real) = &self.real {
            real.stop();
        }
        self.session.halt();
        self.session.show(self.session.computed(), u64::MAX);
        self.playing = false;
    }

    fn advance_real(&mut self, now: SimTime) -> Next {
        let start = clock::now_ms();
        let reached = self.session.compute(now, POLLS * 16);
        self.host_ms += clock::now_ms() - start;
        RealRun::next(&self.session, reached)
    }

    /// A frame of a real run: the playhead is always live.
    pub(super) fn real_frame(&mut self) -> bool {
        let now = self.real.as_ref().map_or(SimTime::ZERO, RealRun::now);
        let next = self.advance_real(now);
        self.session.show(self.session.computed(), EVENTS * 16);
        if let Some(real) = &self.real {
            real.arm(next);
        }
        if self.real.as_ref().is_some_and(RealRun::is_given_up) {
            self.stop_real();
        } else if self.session.outcome().is_some() && self.session.at_end() {
            self.playing = false;
            if let Some(real) = &self.real {
                real.stop();
            }
        }
        true
    }
}

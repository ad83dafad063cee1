//! Whose dice a server throws: those of the server, of the job, and of the attempt.

use crate::program::{finish, setup, start, values};
use millrace::engine::{Action, Env, Intervention, Onset, Ordinal, Reply, Setup};
use millrace::patterns;
use millrace::spec::{Fidelity, FieldGroup};
use millrace::trace::{Answer, Outcome, SimTime, StationId};
use millrace::upstream::{self, ERROR_BURST, ServerParams};
use std::cell::RefCell;
use std::rc::Rc;

const JOBS: usize = 1_000;

fn server(given: &[(&str, &str)]) -> ServerParams {
    let pattern = patterns::find("sequential").expect("a pattern");
    ServerParams::read(&values(pattern, Fidelity::Documented, None, given))
}

/// What each of a thousand jobs meets at the first server and then at the second, of two that are alike, with as many calls to each.
fn met(given: &'static [(&'static str, &'static str)], calls: [usize; 2], setup: Setup) -> Vec<Vec<Reply>> {
    let met: Rc<RefCell<Vec<Vec<Reply>>>> = Rc::default();
    let seen = met.clone();
    let over = finish(start(setup, |env: Env| async move {
        let params = server(given);
        let jobs: Vec<_> = (0..JOBS).map(|_| env.job_at(StationId(0))).collect();
        seen.replace(vec![Vec::new(); JOBS]);
        for calls in calls {
            upstream::open(&env, &params);
            for (index, job) in jobs.iter().enumerate() {
                for _ in 0..calls {
                    let reply = env.call(job).await;
                    seen.borrow_mut()[index].push(reply);
                }
            }
        }
        jobs.into_iter().for_each(|job| job.leave(Outcome::Completed));
    }));
    drop(over);
    Rc::try_unwrap(met).expect("the run is over").into_inner()
}

/// The share of jobs whose two calls went alike.
fn alike(met: &[Vec<Reply>]) -> f64 {
    met.iter().filter(|calls| calls[0] == calls[1]).count() as f64 / met.len() as f64
}

/// A retry met what the first attempt had met, 1,000 times of 1,000: none of 310 failures ever recovered.
#[test]
fn a_second_attempt_meets_something_else_than_the_first() {
    let general = met(&[("server", "general"), ("errors", "0.3")], [2, 0], setup());
    assert_eq!(alike(&general), 0.0, "an exponential time is never the same twice, to the nanosecond");
    let failed = |reply: &Reply| reply.answer == Answer::Status(500);
    let (first, again): (Vec<_>, Vec<_>) = general.iter().map(|calls| (failed(&calls[0]), failed(&calls[1]))).unzip();
    let (failures, recovered) =
        (first.iter().filter(|f| **f).count(), first.iter().zip(&again).filter(|(f, a)| **f && !**a).count());
    // Of some 300 failures 70 % recover, give or take four standard errors of 2.6 %.
    let share = recovered as f64 / failures as f64;
    assert!((0.59..0.81).contains(&share), "{recovered} of {failures}");
    // Half of the shipped server's answers come at once, so one pair in four is twice nothing; errors differ in one of 25.
    let shipped = alike(&met(&[("server", "shipped")], [2, 0], setup()));
    assert!((0.18..0.30).contains(&shipped), "{shipped}");
}

/// They agreed about 500 of 500 jobs.
#[test]
fn two_servers_with_equal_parameters_disagree() {
    let both = met(&[("server", "general")], [1, 1], setup());
    assert_eq!(alike(&both), 0.0);
    // Also about a job that neither has seen before: the second server's first calls are not the first one's.
    let first = met(&[("server", "general")], [1, 0], setup());
    let only_second = {
        let calls = met(&[("server", "general")], [0, 1], setup());
        calls.into_iter().map(|calls| calls[0]).collect::<Vec<_>>()
    };
    let same = first.iter().zip(&only_second).filter(|(a, b)| a[0] == **b).count();
    assert_eq!(same, 0);
}

#[test]
fn what_a_first_attempt_meets_does_not_depend_on_how_often_others_tried() {
    let general: &[_] = &[("server", "general")];
    let (once, twice) = (met(general, [1, 0], setup()), met(general, [2, 0], setup()));
    assert!(
        once.iter()
            .zip(&twice)
            .all(|(once, twice)| once[0].answer == twice[0].answer && once[0].latency == twice[0].latency)
    );
}

#[test]
fn a_burst_of_errors_meets_attempts_and_servers_for_themselves() {
    let burst = || Setup {
        interventions: vec![Intervention {
            at: SimTime::ZERO,
            ordinal: Ordinal::ByTime,
            action: Action::Fault { id: ERROR_BURST.to_owned(), onset: Onset::of(50) },
        }],
        ..setup()
    };
    let general: &[_] = &[("server", "general"), ("service", "constant"), ("mean", "1ms")];
    for (what, calls) in [("two attempts", [2, 0]), ("two servers", [1, 1])] {
        // Fair coins agree in half of the cases, give or take four standard errors of 1.6 %.
        let alike = alike(&met(general, calls, burst()));
        assert!((0.43..0.57).contains(&alike), "{what}: {alike}");
    }
}

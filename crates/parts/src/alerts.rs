//! Alerts: rules that are looked at again and again while a system runs, as Prometheus does it.
//!
//! At every beat each rule reads what the system counts about itself. One that is over its limit is *pending*; when it has been so at every beat for its
//! time it is *firing*, with the first beat after that; and at the first beat at which it is not, it is quiet at once. So an alert that is to come
//! after five minutes comes up to a beat later than five minutes after the fault, and what comes and goes between two beats is seen by nobody: that is how
//! it is, and not a flaw of the model. The beat ([`Alerts::EVERY`]) is 15 seconds: that of the configuration that Prometheus comes with, and of the
//! one project among those behind the patterns here that has one. Where nobody configures anything it would be a minute.
//!
//! Whoever looks keeps no run alive, and is gone with the handle.

mod reading;
mod rules;

pub use reading::quantile;
pub use rules::AlertRules;

use super::Ticker;
use super::exposition::Sample;
use millrace_engine::{Env, Task};
use millrace_spec::AlertRule;
use millrace_trace::Span;

/// Rules that are looked at as long as this is held.
#[derive(Debug)]
pub struct Alerts {
    _looks: Task<()>,
}

impl Alerts {
    /// How often rules are looked at.
    pub const EVERY: Span = Span::secs(15);

    /// Looks at rules from now on, at every beat, the first of which comes after one period. `read` says what a name in a rule is now, where there is
    /// such a thing. The rules must be those that the scene declares, for whoever shows them.
    #[track_caller]
    pub fn watch(
        env: &Env,
        every: Span,
        rules: Vec<AlertRule>,
        read: impl Fn(&str) -> Option<Sample> + 'static,
    ) -> Alerts {
        let mut rules = AlertRules::open(env, rules, &read);
        let home = rules.station();
        let mut ticker = Ticker::new(env, every).in_background();
        let looks = async move {
            loop {
                ticker.tick().await;
                rules.look(&read);
            }
        };
        Alerts { _looks: env.spawn_at("alerts", home, looks) }
    }
}

//! λ max: what a server, or those who call it, can do in a second, where that follows from the parameters.

use super::general::Service;
use super::params::ServerParams;
use millrace_spec::{Attempts, Ceiling, FieldGroup, Values, plain};
use millrace_trace::Span;

/// The greatest rate of calls that so many callers at once, without a limit where there is none, can make of a server and it can
/// answer: callers ÷ mean and slots ÷ mean, whichever is less. None where neither is limited, or the mean of a call does not follow from the
/// parameters. Faults are none of them.
pub fn ceiling(values: &Values, callers: Option<u64>) -> Option<Ceiling> {
    ceiling_of(&ServerParams::read(values), callers)
}

/// The same for any server.
pub fn ceiling_of(server: &ServerParams, callers: Option<u64>) -> Option<Ceiling> {
    let mean = server.mean_service()?;
    let slots = (server.server == "general" && server.slots > 0).then_some(u64::from(server.slots));
    let limits = [(slots, "slot"), (callers, "caller")].into_iter().filter_map(|(n, word)| Some((n?, word)));
    let (least, word) = limits.min_by_key(|(n, _)| *n).filter(|_| mean > 0.0)?;
    let many = if least == 1 { "" } else { "s" };
    Some(Ceiling {
        per_second: least as f64 / mean,
        formula: format!("{least} {word}{many} ÷ {} ms", plain(mean * 1e3)),
    })
}

/// What the place *attempts* is to be told of the default server: the room of its queue, and what it can answer.
pub fn tried(values: &Values) -> Attempts {
    let ServerParams { queue, .. } = ServerParams::read(values);
    Attempts {
        server: "server".to_owned(),
        queue: (queue > 0).then_some(queue.into()),
        ceiling: ceiling(values, None).map(|ceiling| ceiling.per_second),
    }
}

impl ServerParams {
    /// The mean time of a call in its slot, in seconds, where it follows from the parameters and patience does not change what comes of a
    /// second of service: where nobody loses patience, and where service has no memory.
    pub fn mean_service(&self) -> Option<f64> {
        let (mean, longest) = match self.server.as_str() {
            // max(0, U(-10 ms, 10 ms)).
            "shipped" => (0.0025, Some(Span::millis(10))),
            "general" => match Service::from_id(&self.service) {
                Service::Constant => (self.mean.seconds(), Some(self.mean)),
                Service::Uniform => (self.mean.seconds(), Some(Span(self.mean.0.saturating_mul(2)))),
                Service::Exponential if self.base.is_zero() => (self.mean.seconds(), Some(Span::ZERO)),
                _ => (self.mean.seconds(), None),
            },
            _ => return None,
        };
        let in_time = longest.is_some_and(|longest| longest.0.saturating_add(self.base.0) <= self.timeout.0);
        // What is served to the end whoever has gone takes its whole time.
        (self.timeout.is_zero() || in_time || self.keeps_gone()).then_some(mean + self.base.seconds())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_spec::Fidelity;

    fn of(given: &[(&str, &str)], callers: Option<u64>) -> Option<(f64, String)> {
        let values = Values::resolve(&ServerParams::fields(), Fidelity::Documented, |field| {
            let (_, text) = given.iter().find(|(key, _)| *key == field.key)?;
            field.read(text).ok()
        });
        ceiling(&values, callers).map(|ceiling| (ceiling.per_second, ceiling.formula))
    }

    #[test]
    fn the_less_of_slots_and_callers_over_the_mean_is_the_ceiling() {
        let general =
            |more: &[(&'static str, &'static str)]| [&[("server", "general"), ("mean", "20ms")], more].concat();
        let said = |rate, formula: &str| Some((rate, formula.to_owned()));
        assert_eq!(of(&general(&[("slots", "4")]), Some(100)), said(200.0, "4 slots ÷ 20 ms"));
        assert_eq!(of(&general(&[("slots", "40")]), Some(15)), said(750.0, "15 callers ÷ 20 ms"));
        assert_eq!(of(&general(&[("slots", "1")]), None), said(50.0, "1 slot ÷ 20 ms"));
        assert_eq!(of(&general(&[]), None), None, "nothing limits it");
        // Who gives up an exponential service has lost nothing of what is to come: (1 − e^−x) in each m (1 − e^−x).
        assert_eq!(of(&general(&[("timeout", "10ms")]), Some(15)), said(750.0, "15 callers ÷ 20 ms"));
        assert_eq!(of(&general(&[("timeout", "10ms"), ("service", "pareto")]), Some(15)), None);
        assert_eq!(of(&general(&[("timeout", "10ms"), ("service", "constant")]), Some(15)), None, "nobody is answered");
        assert_eq!(of(&[("server", "shipped")], Some(15)), said(6_000.0, "15 callers ÷ 2.5 ms"));
        assert_eq!(of(&[], Some(15)), None, "the documented server's latency depends on its load");
    }
}

//! The words of a race: who is served, what is compared, and how one says that it is least.

use millrace_session::Scenario;
use std::borrow::Cow;

/// The words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Who is served: "passengers".
    pub who: &'static str,
    /// What is compared: "mean wait".
    pub measure: Cow<'static, str>,
    /// What the best does least: "waits".
    pub verb: &'static str,
    /// What became of those who were left out: "did not arrive".
    pub left_out: &'static str,
    /// Whom a figure is of where not all got what they came for: "those who were taken on".
    pub counted: &'static str,
}

impl Words {
    /// Of requests, whose response times are compared.
    pub const REQUESTS: Words = Words {
        who: "requests",
        measure: Cow::Borrowed("mean time from coming to leaving"),
        verb: "takes",
        left_out: "came to no result",
        counted: "all that had an answer",
    };

    /// Those of what is compared of a scenario's runs: the first that its pattern measures, in the words that the pattern has for its
    /// race if it has some; of requests, where it measures nothing.
    pub fn of(scenario: &Scenario) -> Words {
        let Some(measure) = scenario.measures().into_iter().next() else { return Words::REQUESTS };
        match scenario.pattern.race {
            Some(race) => Words {
                who: race.who,
                measure: Cow::Borrowed(race.measure),
                verb: "waits",
                left_out: "did not arrive",
                counted: "those who were taken on",
            },
            None => Words {
                who: measure.who,
                measure: Cow::Owned(format!("mean {}", measure.label.to_ascii_lowercase())),
                counted: "those of whom there is one",
                ..Words::REQUESTS
            },
        }
    }
}

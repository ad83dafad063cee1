//! The words of a race: who is served, what is compared, and how one says that it is least.

use millrace_spec::Pattern;

/// The words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// Who is served: "passengers".
    pub who: &'static str,
    /// What is compared: "mean wait".
    pub measure: &'static str,
    /// What the best does least: "waits".
    pub verb: &'static str,
    /// What became of those who were left out: "did not arrive".
    pub left_out: &'static str,
    /// Whom a figure is of where not all got what they came for: "those who were taken on".
    pub counted: &'static str,
}

impl Words {
    /// Of requests, where a pattern has no words of its own.
    pub const REQUESTS: Words = Words {
        who: "requests",
        measure: "mean time from coming to leaving",
        verb: "takes",
        left_out: "came to no result",
        counted: "all that had an answer",
    };

    /// Those of a pattern: of who waits for a car where there are cars to wait for.
    pub fn of(pattern: &Pattern) -> Words {
        pattern.race.map_or(Words::REQUESTS, |race| Words {
            who: race.who,
            measure: race.measure,
            verb: "waits",
            left_out: "did not arrive",
            counted: "those who were taken on",
        })
    }
}

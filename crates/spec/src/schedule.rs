//! The order in which ready tasks are polled, as a parameter: for patterns in which luck matters.

use super::{Choice, Field};

/// The key of the parameter.
pub const SCHEDULE: &str = "schedule";

/// The value that lets whoever is ready go by lot.
pub const SHUFFLED: &str = "shuffled";

const CHOICES: &[Choice] = &[
    Choice { id: "fifo", label: "First in, first out", help: "Whoever is ready first goes first." },
    Choice {
        id: SHUFFLED,
        label: "Shuffled by the seed",
        help: "Whoever is ready may go first, as on a machine with several processors: races that need bad luck can happen.",
    },
];

/// The field.
pub fn schedule() -> Field {
    Field::choice(SCHEDULE, "Schedule", "fifo", CHOICES)
}

//! One sample of a measure, small: there are millions.

use millrace_trace::{Answer, Outcome, SimTime, Span};

/// How what was measured ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// A call was answered with a success (2xx).
    Success,
    /// With another answer.
    Error,
    /// With none until the caller's patience ended; it took as long as that lasted.
    Timeout,
    /// It was taken back, or could not be made: it took no time of anybody's.
    Unanswered,
    /// The job came to the step.
    Reached,
    /// The job left.
    Left(Outcome),
}

impl How {
    /// How many there are.
    pub const COUNT: usize = 5 + Outcome::ALL.len();

    /// How a call ended.
    pub const fn of(answer: Answer) -> How {
        match answer {
            answer if answer.is_success() => How::Success,
            Answer::TimedOut => How::Timeout,
            answer if !answer.has_latency() => How::Unanswered,
            _ => How::Error,
        }
    }

    /// Its place among all.
    pub const fn place(self) -> usize {
        match self {
            How::Success => 0,
            How::Error => 1,
            How::Timeout => 2,
            How::Unanswered => 3,
            How::Reached => 4,
            How::Left(outcome) => 5 + outcome as usize,
        }
    }

    /// The one at a place.
    pub fn at(place: usize) -> How {
        match place {
            0 => How::Success,
            1 => How::Error,
            2 => How::Timeout,
            3 => How::Unanswered,
            4 => How::Reached,
            left => Outcome::ALL.get(left - 5).map_or(How::Reached, |outcome| How::Left(*outcome)),
        }
    }

    /// Whether it says how long something takes. Who was turned away, got a substitute or went away was no response of
    /// anybody: those come at once, and would make the others look fast.
    pub const fn has_length(self) -> bool {
        match self {
            How::Unanswered => false,
            How::Left(outcome) => {
                matches!(outcome, Outcome::Completed | Outcome::Failed | Outcome::TimedOut | Outcome::Lost)
            }
            _ => true,
        }
    }

    /// Whether nobody knows how long it would have taken: it was not answered before the caller's patience ended.
    pub const fn is_given_up(self) -> bool {
        matches!(self, How::Timeout | How::Left(Outcome::TimedOut))
    }

    /// Whether a server answered a call, whatever it said.
    pub const fn is_answer(self) -> bool {
        matches!(self, How::Success | How::Error)
    }

    /// Whether whoever wanted it got something that counts.
    pub const fn is_good(self) -> bool {
        match self {
            How::Success | How::Reached => true,
            How::Left(outcome) => outcome.is_served(),
            _ => false,
        }
    }
}

/// A sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// When it ended.
    pub at: SimTime,
    /// How long it took.
    pub span: Span,
    /// The position of its end in the log, and in the lowest four bits how it ended.
    end: u64,
}

// As large in wasm as natively, so that the same run keeps as many samples in both.
const _: () = assert!(size_of::<Sample>() == 24 && How::COUNT <= 16);

impl Sample {
    /// A sample that ended with an event.
    pub fn new(event: u64, at: SimTime, span: Span, how: How) -> Sample {
        Sample { at, span, end: event << 4 | how.place() as u64 }
    }

    /// The position of its end in the log.
    pub fn event(&self) -> u64 {
        self.end >> 4
    }

    /// How it ended.
    pub fn how(&self) -> How {
        How::at(self.place())
    }

    /// The place of how it ended; see [`How::place`].
    pub fn place(&self) -> usize {
        (self.end & 15) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_knows_where_and_how_it_ended() {
        for place in 0..How::COUNT {
            let sample = Sample::new(1 << 50, SimTime(7), Span(9), How::at(place));
            assert_eq!((sample.event(), sample.how().place()), (1 << 50, place));
        }
    }
}

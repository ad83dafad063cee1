//! What the page does with a bank beside drawing it, as data: how a person calls a car, how fast cars are, and the
//! one figure of how it does.
//!
//! The page must not know a system's routes or formulas: it fills in what stands here.

use millrace_trace::Span;

/// A request to the running system by which somebody at a landing calls a car.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CarCall {
    /// The method.
    pub method: &'static str,
    /// The path.
    pub path: &'static str,
    /// The body, with `$from` and `$to` where the places of the landings go.
    pub body: &'static str,
}

impl CarCall {
    /// The body for a trip.
    pub fn body(&self, from: i32, to: i32) -> String {
        self.body.replace("$from", &from.to_string()).replace("$to", &to.to_string())
    }
}

/// How fast the cars of a bank are, for a forecast of when they will be where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// From one landing to the next.
    pub travel: Span,
    /// How long the doors take.
    pub stop: Span,
    /// How long each person takes to get in or out.
    pub person: Span,
    /// What it costs to turn, or to set off.
    pub turn: Span,
    /// The fault that makes stops take so many times as long.
    pub slowed_by: &'static str,
}

/// A figure of how well a bank does.
#[derive(Clone, Copy, Debug)]
pub struct Score {
    /// The formula, in words.
    pub formula: &'static str,
    /// The figure, from the number of cars, of the healthy ones, whose breakers are not open and which nobody takes away, and of
    /// what all have still to do.
    pub of: fn(cars: u32, healthy: u32, pending: u32) -> f64,
}

/// Functions have no identity; the formula says what the figure is.
impl PartialEq for Score {
    fn eq(&self, other: &Score) -> bool {
        self.formula == other.formula
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_places_of_a_trip_stand_in_the_body_as_plain_numbers() {
        let call = CarCall { method: "PUT", path: "/", body: r#"{"a": $from, "b": $to}"# };
        assert_eq!(call.body(-2, 12), r#"{"a": -2, "b": 12}"#);
    }
}

//! Why the system does not do what it is asked: the original's classes of errors, with the status each becomes.

use std::fmt;

/// What a breaker says to whom it turns away.
pub const REJECTED: &str = "circuit breaker is open - request rejected";

/// A class of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// What was asked makes no sense.
    Validation,
    /// What was asked for is not there.
    NotFound,
    /// What was to be made is there already.
    Conflict,
    /// The system cannot.
    Internal,
}

impl Class {
    /// Its status of HTTP.
    pub fn status(self) -> u16 {
        match self {
            Class::Validation => 400,
            Class::NotFound => 404,
            Class::Conflict => 409,
            Class::Internal => 500,
        }
    }

    /// Its code in the envelope.
    pub fn code(self) -> &'static str {
        match self {
            Class::Validation => "VALIDATION_ERROR",
            Class::NotFound => "NOT_FOUND",
            Class::Conflict => "CONFLICT",
            Class::Internal => "INTERNAL_ERROR",
        }
    }

    /// Its label in metrics.
    pub fn word(self) -> &'static str {
        match self {
            Class::Validation => "validation",
            Class::NotFound => "not_found",
            Class::Conflict => "conflict",
            Class::Internal => "internal",
        }
    }
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Of what class.
    pub class: Class,
    /// Why.
    pub message: String,
}

impl Refusal {
    /// A refusal of a class.
    pub fn new(class: Class, message: impl Into<String>) -> Refusal {
        Refusal { class, message: message.into() }
    }

    /// What was asked makes no sense.
    pub fn validation(message: impl Into<String>) -> Refusal {
        Refusal::new(Class::Validation, message)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

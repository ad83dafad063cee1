//! How answers of the interface are wrapped: the original's envelope of version 1, with the times of the
//! run, or of the host where time is real.

use super::refusal::Refusal;
use millrace_trace::{SimTime, Span};
use serde_json::{Value as Json, json};

/// An answer: a status of HTTP, and a body.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The body: JSON, or text on the old routes.
    pub body: String,
}

impl Reply {
    /// Plain text.
    pub fn text(status: u16, body: impl Into<String>) -> Reply {
        Reply { status, body: body.into() }
    }

    /// JSON as it is.
    pub fn json(status: u16, body: &Json) -> Reply {
        Reply { status, body: body.to_string() }
    }
}

/// What an envelope says about its request.
#[derive(Clone, Debug)]
pub struct Meta {
    /// Its id.
    pub id: String,
    /// How long it took.
    pub took: Span,
    /// The date.
    pub date: SimTime,
}

impl Meta {
    fn wrap(&self, success: bool, key: &str, value: Json) -> Json {
        json!({
            "success": success,
            key: value,
            "meta": { "request_id": self.id, "version": "v1", "duration": self.took.to_string() },
            "timestamp": timestamp(self.date),
        })
    }

    /// What was asked for; with a status of 400 or more it is told all the same, and is no success.
    pub fn data(&self, status: u16, data: Json) -> Reply {
        Reply::json(status, &self.wrap(status < 400, "data", data))
    }

    /// It did not.
    pub fn failure(&self, status: u16, code: &str, message: &str, details: &str) -> Reply {
        let user = match status {
            400 => "Please check what you have entered.",
            404 => "What you asked for is not there.",
            405 => "This is not the way to ask for it.",
            408 => "It took too long to arrive. Please try again.",
            409 => "It is there already.",
            413 => "That is more than anybody needs to say here.",
            426 => "Connect to this one by a WebSocket.",
            429 => "Too many requests. Please wait a moment.",
            _ => "Something went wrong. Please try again later.",
        };
        let error = json!({
            "code": code, "message": message, "details": details, "request_id": self.id, "user_message": user,
        });
        Reply::json(status, &self.wrap(false, "error", error))
    }

    /// The system refused it; `details` says more than the class of the refusal, where there is more to say.
    pub fn refused(&self, refusal: &Refusal, details: Option<&str>) -> Reply {
        let details = details.unwrap_or(refusal.class.word());
        self.failure(refusal.class.status(), refusal.class.code(), &refusal.message, details)
    }
}

/// An instant as RFC 3339 has it, counted from the beginning of 1970, where a run in virtual time begins. The date is Howard Hinnant's
/// `civil_from_days`.
pub fn timestamp(at: SimTime) -> String {
    let (seconds, millis) = (at.0 / 1_000_000_000, at.0 / 1_000_000 % 1_000);
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let z = days + 719_468;
    let (era, day_of_era) = (z / 146_097, z % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (h, m, s) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}.{millis:03}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_counted_from_1970_through_leap_years() {
        let at = |days: u64, ms: u64| timestamp(SimTime::ZERO + Span::secs(days * 86_400) + Span::millis(ms));
        assert_eq!(at(0, 1_500), "1970-01-01T00:00:01.500Z");
        assert_eq!(at(31 + 28, 0), "1970-03-01T00:00:00.000Z");
        // 1972 is the first leap year: two years of 365 days, then the 60th day of the third.
        assert_eq!(at(730 + 59, 0), "1972-02-29T00:00:00.000Z");
        assert_eq!(at(10_957, 0), "2000-01-01T00:00:00.000Z");
    }
}

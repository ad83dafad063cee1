//! How answers of the interface are wrapped: the original's envelope of version 1, with the times of the
//! run, or of the host where time is real.

use super::refusal::Refusal;
use millrace_spec::timestamp;
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

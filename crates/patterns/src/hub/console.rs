//! The hub's interface as the page lists it: a socket for each session, what its client may say there, and the counts.
//!
//! On a real network a client speaks on its socket. The page has none, so it says the same by a request, which is a part of the link.

use millrace_spec::{Console, Route, Stream, Values};

/// The socket of a session.
pub(super) const SOCKET: &str = "/ws/interviews/{session}";
/// The longest message that is read: a frame of a camera, written in letters.
const LONGEST: usize = 1 << 20;

/// The interface of the hub.
pub(super) static CONSOLE: Console = Console {
    name: "API of the hub",
    // Nobody is connected but those who connect, so all that a client hears is an answer or meant for it; and it stays open for a year.
    served: &[("clients", "0"), ("messages", "0"), ("open-for", "8760h")],
    fit: |_: &Values, example| example.replace("{session}", "you"),
    routes: &[
        Route::streams(
            SOCKET,
            "A client connects for a session. What is meant for it comes until it goes, or is let go: a JSON message a line, and \
             what waits together in one frame.",
            Stream::Talks(LONGEST),
        ),
        Route::post(
            SOCKET,
            "Its client sends a frame: the emotion in it comes back, after the time of the service.",
            r#"{"type": "frame", "image": "/9j/4AAQ"}"#,
        ),
        Route::post(
            SOCKET,
            "Its client answers: the next question comes back, or that it was the last.",
            r#"{"type": "answer", "text": "Forty-two"}"#,
        ),
        Route::post(SOCKET, "Its client asks how far the interview is.", r#"{"type": "ping"}"#),
        Route::METRICS,
    ],
};

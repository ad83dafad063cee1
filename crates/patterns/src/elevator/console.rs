//! The interface's routes as the page lists them, each with an example that fits the cars there are.

use super::script;
use millrace_spec::{Console, Rhythm, Route, Stream, Values};
use millrace_trace::Span;

/// The stream of the original's own server.
pub const STATUS: &str = "/ws/status";
/// That of the server beside it, which is there for streams alone.
pub const FAST: &str = "/ws/status/fast";

/// A stream: update and read deadline, time between pings, write deadline, in seconds.
const fn stream(path: &'static str, help: &'static str, [update, read, ping, write]: [u64; 4]) -> Route {
    let of = Span::secs;
    Route::streams(
        path,
        help,
        Stream::Tells(Rhythm { update: of(update), read: of(read), ping: of(ping), write: of(write) }),
    )
}

/// The interface of the bank.
pub static CONSOLE: Console = Console {
    name: "API of the elevator bank",
    // Nobody comes by themselves, and it stays open for a year.
    served: &[("script", ""), ("open-for", "8760h")],
    fit,
    routes: &[
        Route::post(
            "/v1/floors/request",
            "Somebody comes to a floor and presses the button.",
            r#"{"from": $low, "to": $high}"#,
        ),
        Route::post(
            "/v1/elevators",
            "Adds a car.",
            r#"{"name": "$new", "min_floor": $low, "max_floor": $high, "overload_threshold": 12}"#,
        ),
        Route {
            method: "DELETE",
            ..Route::post(
                "/v1/elevators",
                "Lets a car bring its people to their floors, at most 10 s, and removes it.",
                r#"{"name": "$last"}"#,
            )
        },
        stream(STATUS, "Where every car is, once a second.", [3, 60, 30, 5]),
        // The original's second server compresses what it sends; no library here does that.
        stream(FAST, "The same ten times a second.", [5, 60, 54, 10]),
        Route::get("/v1", "What there is."),
        Route::get("/v1/health", "Whether the bank works."),
        Route::get("/v1/health/live", "Whether it is there at all."),
        Route::get("/v1/health/ready", "Whether it takes requests."),
        Route::get("/v1/health/detailed", "Each car and its breaker."),
        Route::get("/v1/metrics", "Load and performance score of the fleet."),
        Route::METRICS,
        Route::post("/floor", "The old route for requests: plain text.", r#"{"from": $low, "to": $high}"#),
        Route::post(
            "/elevator",
            "The old route for cars: plain text.",
            r#"{"name": "$new", "min_floor": $low, "max_floor": $high}"#,
        ),
        Route::get("/health", "The old route."),
        Route::get("/metrics/system", "The old route."),
    ],
};

/// Puts in the floors of the first car, the name of the last, and one that no car has yet.
fn fit(values: &Values, body: &'static str) -> String {
    let cars = script::cars(values.word("cars")).unwrap_or_default();
    let (low, high) = cars.first().map_or((0, 9), |car| (car.min.0, car.max.0));
    let last = cars.last().map_or("A", |car| car.name.as_str());
    let taken = |name: &String| cars.iter().any(|car| car.name == *name);
    let letters = ('A'..='Z').map(String::from);
    let new = letters.chain((1..).map(|n| format!("New {n}"))).find(|name| !taken(name)).unwrap_or_default();
    // A name of somebody's choice may hold what JSON writes in another way.
    let quoted = |name: &str| serde_json::to_string(name).unwrap_or_default();
    let body = body.replace("$low", &low.to_string()).replace("$high", &high.to_string());
    body.replace("\"$new\"", &quoted(&new)).replace("\"$last\"", &quoted(last))
}

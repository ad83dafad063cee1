//! The interface's routes as the page lists them, each with an example.

use crate::spec::{Console, Route};

const fn get(path: &'static str, help: &'static str) -> Route {
    Route { method: "GET", path, help, body: "", stream: false }
}

const fn post(path: &'static str, help: &'static str, body: &'static str) -> Route {
    Route { method: "POST", path, help, body, stream: false }
}

/// The interface of the bank.
pub static CONSOLE: Console = Console {
    name: "API of the elevator bank",
    // Nobody comes by themselves, and it stays open for a year.
    served: &[("script", ""), ("open-for", "8760h")],
    routes: &[
        post("/v1/floors/request", "Somebody comes to a floor and presses the button.", r#"{"from": 0, "to": 7}"#),
        post(
            "/v1/elevators",
            "Adds a car.",
            r#"{"name": "C", "min_floor": 0, "max_floor": 9, "overload_threshold": 12}"#,
        ),
        Route {
            method: "DELETE",
            path: "/v1/elevators",
            help: "Lets a car bring its people to their floors, at most 10 s, and removes it.",
            body: r#"{"name": "B"}"#,
            stream: false,
        },
        Route {
            method: "GET",
            path: "/ws/status",
            help: "Where every car is, once a second, until you hang up.",
            body: "",
            stream: true,
        },
        get("/v1", "What there is."),
        get("/v1/health", "Whether the bank works."),
        get("/v1/health/live", "Whether it is there at all."),
        get("/v1/health/ready", "Whether it takes requests."),
        get("/v1/health/detailed", "Each car and its breaker."),
        get("/v1/metrics", "Load and performance score of the fleet."),
        get("/metrics", "All counts, in the text format of Prometheus."),
        post("/floor", "The old route for requests: plain text.", r#"{"from": 0, "to": 7}"#),
        post("/elevator", "The old route for cars: plain text.", r#"{"name": "D", "min_floor": 0, "max_floor": 9}"#),
        get("/health", "The old route."),
        get("/metrics/system", "The old route."),
    ],
};

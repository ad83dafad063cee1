//! The parameters of the bank, and the words they choose from.

use super::script;
use millrace_spec::{Choice, DefaultValue, Field, Value, Values, params, schedule};
use millrace_trace::Span;

const TRAFFIC: &[Choice] = &[
    Choice { id: "script", label: "Script", help: "The requests of the script, each at its time." },
    Choice { id: "up-peak", label: "Up-peak", help: "Morning: nine of ten go up from the main floor." },
    Choice { id: "down-peak", label: "Down-peak", help: "Evening: nine of ten go down to the main floor." },
    Choice {
        id: "lunch",
        label: "Lunch",
        help: "Two of five leave the building, two of five come back, one goes between floors.",
    },
    Choice { id: "inter-floor", label: "Inter-floor", help: "From any floor to any other." },
];

const POLICIES: &[Choice] = &[
    Choice {
        id: "reference",
        label: "Reference",
        help: "As the original chooses: an idle car, else one that comes by, else one the other way.",
    },
    Choice { id: "nearest", label: "Nearest car", help: "The car that stands closest, wherever it is heading." },
    Choice { id: "scan", label: "SCAN", help: "Cars sweep from end to end; the one whose sweep comes by first." },
    Choice {
        id: "look",
        label: "LOOK",
        help: "Cars sweep as far as somebody wants them; the one whose sweep comes by first.",
    },
    Choice {
        id: "etd",
        label: "Time to destination",
        help: "The car that brings everybody, the new one included, to their floors with the least delay.",
    },
    Choice {
        id: "destination",
        label: "Destination dispatch",
        help: "People of one destination ride together, and only in the car that they were told.",
    },
];

const TIES: &[Choice] = &[
    Choice { id: "order", label: "By creation", help: "Of equals, the car that was added first." },
    Choice { id: "seed", label: "By lot", help: "Of equals, one by lot, as the original's map iteration does." },
];

const PARKING: &[Choice] = &[
    Choice { id: "none", label: "Where it is", help: "An idle car stays where it is." },
    Choice { id: "main", label: "Main floor", help: "An idle car goes to the lowest floor it serves." },
    Choice { id: "spread", label: "Spread", help: "Idle cars go where they divide the building among them." },
];

const COUNTS: &[Choice] = &[
    Choice {
        id: "all",
        label: "Failures and timeouts",
        help: "An operation that fails or takes too long is a failure.",
    },
    Choice {
        id: "nothing",
        label: "Nothing",
        help: "The wrapped operation always succeeds, and a timeout is not told to the breaker.",
    },
];

const ON_OFF: &[Choice] = &[
    Choice { id: "on", label: "On", help: "When the breaker lets calls through again, the car is given a signal." },
    Choice {
        id: "off",
        label: "Off",
        help: "A signal that an open breaker turns away is gone: the car stands until the next request.",
    },
];

/// Thirty trips, one to three seconds apart, for the two cars there are by default: the original's rush hour.
const RUSH_HOUR: &str = "0->9@0s;3->0@1.2s;0->5@2.9s;7->1@4.1s;0->8@6.4s;2->6@8.2s;9->0@9.3s;0->4@11.7s;5->2@13.4s;0->7@15.1s;\
    8->3@17.9s;1->9@19s;6->0@21.6s;0->3@23.3s;4->8@24.4s;9->5@27.1s;0->6@28.6s;3->7@30.9s;7->0@32s;0->2@34.5s;\
    5->9@36.1s;8->0@37.3s;0->9@40s;6->1@41.8s;2->4@43.5s;9->3@44.7s;0->5@47.2s;4->0@49.4s;1->7@50.6s;7->2@53s";

/// The same with the original's third car, which goes from the basement to the fifth floor.
pub const RUSH_HOUR_OF_THREE: &str = "9->6@0s;3->7@1.6s;3->-4@3.9s;5->2@6.8s;3->-2@9.8s;4->0@12.3s;3->4@13.5s;6->7@16.5s;1->-3@18.7s;\
    0->-4@20.2s;2->5@22.7s;-4->-2@24.5s;3->4@27.1s;-1->1@28.4s;-2->-1@30.4s;3->6@31.7s;0->4@33.3s;\
    4->-3@34.6s;3->9@35.7s;1->7@37.2s;2->-1@38.3s;2->4@40.5s;4->8@41.9s;5->6@44s;-2->1@45.1s;7->8@47.2s;\
    1->-4@49.6s;8->6@52.1s;0->7@53.3s;6->4@55.4s";

/// Banks for tests by chance: one car, three that differ, a range upside down.
const CARS: &[&str] = &["A:0..9", "A:0..9,B:0..9,C:-2..5", "A:9..0,left lift:0..4"];
/// Scripts for tests by chance: trips that cannot be, and two at once.
const SCRIPTS: &[&str] =
    &["0->9@0s;3->0@10ms;2->2@20ms;0->300@30ms;5->1@40ms", "0->3@0s;0->3@0s;1->4@0s;4->0@50ms;9->0@50ms"];

fn is_cars(text: &str) -> Result<(), String> {
    script::cars(text).map(drop)
}

fn is_script(text: &str) -> Result<(), String> {
    script::requests(text).map(drop)
}

fn scripted(values: &Values) -> bool {
    values.word("traffic") == "script"
}

fn random(values: &Values) -> bool {
    !scripted(values)
}

fn parks(values: &Values) -> bool {
    values.word("parking") != "none"
}

params! {
    /// The parameters of the bank.
    pub struct Params {
        /// The cars to begin with: their names, and the lowest and highest floor of each.
        cars: String => Field::text("cars", "Cars", "A:0..9,B:0..9", "name:lowest..highest, …", is_cars, CARS).simple(),
        /// How the manager chooses a car for a request.
        policy: String => Field::choice("policy", "Dispatch policy", "reference", POLICIES).simple(),
        /// Where people come from and where they want to go.
        traffic: String => Field::choice("traffic", "Traffic", "script", TRAFFIC).simple(),
        /// The requests of the script: from->to@time, separated by semicolons.
        script: String => Field::text("script", "Script", RUSH_HOUR, "from->to@time; …", is_script, SCRIPTS).when(scripted).simple(),
        /// How many people come in a second, on average.
        rate: f64 => Field::rate("rate", "Arrivals", 0.3, 0.001..=100.0).when(random).simple(),
        /// How many people come in all.
        passengers: u32 => Field::count("passengers", "Passengers", 200, 1..=20_000).when(random).simple(),
        /// How long a car takes from floor to floor. As in the original each step costs it, a change of direction too.
        floor_time: Span => Field::span("floor-time", "Floor time", Span::millis(500), Span::millis(1)..=Span::secs(60)).simple(),
        /// How long the doors take to open. Closing costs nothing.
        door_time: Span => Field::span("door-time", "Door time", Span::secs(2), Span::ZERO..=Span::secs(60)).simple(),
        /// How long each person takes to get in or out.
        boarding_time: Span => Field::span("boarding-time", "Boarding time", Span::ZERO, Span::ZERO..=Span::secs(30)),
        /// How long doors stay open at most while people get in; 0 for as long as somebody does. Who is left outside presses again.
        door_limit: Span => Field::span("door-limit", "Doors open at most", Span::ZERO, Span::ZERO..=Span::secs(3_600)),
        /// How many people a car holds; 0 for any number.
        capacity: u32 => Field::count("capacity", "Capacity", 0, 0..=100).unit("people").simple(),
        /// Where idle cars wait.
        parking: String => Field::choice("parking", "Idle cars", "none", PARKING),
        /// How long a car is idle before it goes there.
        park_after: Span => Field::span("park-after", "Park after", Span::secs(5), Span::ZERO..=Span::secs(600)).when(parks),
        /// How long one step of a car may take. As documented it is stopped then and counts as a failure; as shipped a line is
        /// logged, and it goes on.
        operation_timeout: Span => Field::span("operation-timeout", "Operation timeout", Span::secs(30), Span::millis(1)..=Span::secs(600)),
        /// How long the choice of a car takes. At once by default, as the original's does but for a moment.
        choose_time: Span => Field::span("choose-time", "Choosing takes", Span::ZERO, Span::ZERO..=Span::secs(600)),
        /// How long the choice of a car may take, among several. A request whose choice takes longer is turned away.
        request_timeout: Span => Field::span("request-timeout", "Request timeout", Span::secs(5), Span::millis(1)..=Span::secs(600)),
        /// How long a car that is deleted may take to bring its people to their floors.
        create_timeout: Span => Field::span("create-timeout", "Deletion timeout", Span::secs(10), Span::millis(1)..=Span::secs(3_600)),
        /// A car with more than this to do is not given more, where another can be had: its floors and their destinations.
        overload: u32 => Field::count("overload", "Overload threshold", 12, 1..=100),
        /// So many failures in a row open a car's breaker.
        breaker_failures: u32 => Field::count("breaker-failures", "Breaker failures", 5, 1..=1_000),
        /// How long a breaker stays open.
        breaker_reset: Span => Field::span("breaker-reset", "Breaker reset", Span::secs(30), Span::millis(1)..=Span::secs(3_600)),
        /// So many probes have to pass before a breaker closes again.
        half_open: u32 => Field::count("half-open", "Half-open limit", 3, 1..=100),
        /// What the breaker hears of. As shipped nothing at all, so that it can never open.
        breaker_counts: String => Field::choice("breaker-counts", "Breaker counts", "all", COUNTS)
            .shipped(DefaultValue::Is(Value::Word("nothing".to_owned()))),
        /// Whether a car whose breaker was open takes its work up again by itself.
        rekick: String => Field::choice("rekick", "Wake after reset", "on", ON_OFF)
            .shipped(DefaultValue::Is(Value::Word("off".to_owned()))),
        /// Which of several equally good cars is chosen.
        ties: String => Field::choice("ties", "Ties", "order", TIES),
        /// Whether tasks that are ready go in turn or by lot. A car is stranded only by bad luck.
        schedule: String => schedule(),
        /// How many requests a client may send to the interface in a minute.
        api_limit: u32 => Field::count("api-limit", "API limit", 100, 1..=100_000).unit("/min"),
        /// How long the building stays open at least, for those who talk to it over its interface.
        open_for: Span => Field::span("open-for", "Open for", Span::ZERO, Span::ZERO..=Span::secs(31_536_000)),
    }
}

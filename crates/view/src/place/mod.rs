//! The kinds of places, one file each, with every face that a kind has: room, picture, phone, what can be pointed at, words, the
//! terms of the sum that must hold, legend.
//!
//! Whatever puts places together (layout, wires, items, text, phone, footer) asks a place for its face and matches no kind. A
//! new kind is a file here, a line in [`face`], and its data in `spec/place.rs`. Nothing here may panic, whatever a scene says:
//! a station that is not there is drawn empty, and one of a wrong kind is told by [`problems`].

mod attempts;
mod bank;
mod batch;
mod breaker;
mod bucket;
mod channel;
mod condition;
mod connections;
mod crew;
mod crowd;
mod handler;
mod hub;
mod layers;
mod levels;
mod limits;
mod meter;
mod operations;
mod pool;
mod rails;
mod regulator;
mod scaler;
mod server;
mod sessions;
mod shutdown;
mod sink;
mod source;
mod tree;

mod face;
mod here;
mod term;

pub use bank::{box_about, landing_at, number_of, tables};
pub use breaker::Reading;
pub use condition::Condition;
pub use face::{Face, Note, OnPhone, Room, Valve, Words};
pub use here::{Here, Path, Shown, paths};
pub use sink::failed_share;
pub use term::Term;

use crate::scene::{Look, Plan, Scene};
use crate::{Palette, Recent, Theme};
use millrace_spec::{Place, PlaceKind, SceneSpec, Values};
use millrace_trace::{Ledger, Trace};

/// The face of a place: the one list of all kinds.
pub fn face(place: &Place) -> Box<dyn Face + '_> {
    match &place.kind {
        PlaceKind::Source => Box::new(source::Source),
        PlaceKind::Channel => Box::new(channel::Channel),
        PlaceKind::Crew => Box::new(crew::Crew),
        PlaceKind::Crowd => Box::new(crowd::Crowd),
        PlaceKind::Pool | PlaceKind::Lock => Box::new(pool::Pool),
        PlaceKind::Server => Box::new(server::Server),
        PlaceKind::Sink => Box::new(sink::Sink),
        PlaceKind::Bank(bank) => Box::new(bank::Bank { spec: bank }),
        PlaceKind::Attempts(spec) => Box::new(attempts::Attempts { spec }),
        PlaceKind::Layers(spec) => Box::new(layers::Layers { spec }),
        PlaceKind::Tree(spec) => Box::new(tree::Tree { spec }),
        PlaceKind::Breaker => Box::new(breaker::Breaker),
        PlaceKind::Bucket(bucket) => Box::new(bucket::Bucket { spec: bucket }),
        PlaceKind::Meter(meter) => Box::new(meter::Meter { spec: meter }),
        PlaceKind::Batch(batch) => Box::new(batch::Batch { spec: batch }),
        PlaceKind::Shutdown(spec) => Box::new(shutdown::Shutdown { spec }),
        PlaceKind::Connections(spec) => Box::new(connections::Connections { spec }),
        PlaceKind::Handler(spec) => Box::new(handler::Handler { spec }),
        PlaceKind::Hub(hub) => Box::new(hub::Hub { spec: hub }),
        PlaceKind::Rails(spec) => Box::new(rails::Rails { spec }),
        PlaceKind::Sessions(n) => Box::new(sessions::Sessions { n: *n }),
        PlaceKind::Limits(limits) => Box::new(limits::Limits { limits }),
        PlaceKind::Operations(spec) => Box::new(operations::Operations { spec }),
        PlaceKind::Levels(spec) => Box::new(levels::Levels { spec }),
        PlaceKind::Scaler(spec) => Box::new(scaler::Scaler { spec }),
        PlaceKind::Regulator(regulator) => Box::new(regulator::Regulator { spec: regulator }),
    }
}

/// What of a scene can be put into another order: the parameter that has it as a list, and how many there are.
pub fn order(spec: &SceneSpec) -> Option<(&'static str, usize)> {
    spec.places().into_iter().find_map(|place| face(place).order())
}

/// What is wrong with a scene, beside the stations that its program opened: a place whose station is not there or is of a kind that
/// the place cannot show, two places of one name, a wire that ends nowhere. Each names place and station.
pub fn problems(spec: &SceneSpec, ledger: &Ledger, trace: &Trace) -> Vec<String> {
    let places = spec.places();
    let mut problems = Vec::new();
    for (index, place) in places.iter().enumerate() {
        let Place { name, station, label, .. } = place;
        match ledger.find(station, trace) {
            None => problems.push(format!("the place {label:?} shows the station {station:?}, which nobody opened")),
            Some((_, row)) => {
                let kinds = face(place).stations();
                if !kinds.contains(&row.kind) {
                    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
                    problems.push(format!(
                        "the place {label:?} shows the station {station:?}, which is a {}; it can show a {}",
                        row.kind.word(),
                        kinds.join(" or a ")
                    ));
                }
            }
        }
        if places.iter().take(index).any(|other| other.name == *name) {
            problems.push(format!(
                "the place {label:?} is the second with the name {name:?}: call it something else with `named`"
            ));
        }
    }
    problems.extend(unseen(spec, ledger, trace));
    for wire in &spec.wires {
        for stop in wire.stops().filter(|stop| places.iter().all(|place| place.name != *stop)) {
            problems
                .push(format!("the wire from {:?} to {:?} touches {stop:?}, which is no place", wire.from, wire.to));
        }
    }
    problems
}

/// A canvas on which every place should get the room that it needs.
const AMPLE: (f64, f64) = (1_440.0, 560.0);

/// Places that would be empty without a word: they get no room, or have nothing to show.
fn unseen(spec: &SceneSpec, ledger: &Ledger, trace: &Trace) -> Vec<String> {
    let (values, recent) = (Values::default(), Recent::default());
    let scene = Scene::new(spec, &values, ledger, &recent, trace);
    let plan = Plan::of(&scene, &Look::new(AMPLE, Palette::of(Theme::Light), ledger.now));
    let mut problems = Vec::new();
    for here in scene.all() {
        let Place { station, label, .. } = here.shown.place;
        let (room, least) = (plan.spot(here.index()).frame.w, here.face().least_width());
        if room < least {
            problems.push(format!(
                "the place {label:?} shows nothing of the station {station:?}: it gets {room} pixels in width and needs {least}; \
                 put it in a column with a place that has room"
            ));
        }
        let reason = here.shown.station.filter(|(_, row)| here.face().stations().contains(&row.kind));
        if let Some(reason) = reason.and_then(|_| here.face().shows_nothing(here)) {
            problems.push(format!("the place {label:?} shows nothing of the station {station:?}: {reason}"));
        }
    }
    problems
}

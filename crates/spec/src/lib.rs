//! What a pattern tells the rest, as data: its parameters, its scene, its presets, its checks, its words.
//!
//! Form, link, validation, report, code pane, stage and tests are all made from this, so nothing above `patterns/` knows
//! a pattern by name, and a new pattern adds nothing there.

mod bank;
mod check;
mod claims;
mod console;
pub mod exposition;
mod field;
pub mod headers;
mod measure;
mod params;
mod pattern;
mod place;
mod practice;
mod quantity;
mod scene;
mod schedule;
mod source;
mod values;
mod waits;

pub use bank::{CarCall, Pace, Score};
pub use check::{Check, CheckKind};
pub use claims::{Benchmark, Claims, Primitive, Profile, Words};
pub use console::{Console, Route, Stream};
pub use field::{CLOSED, Choice, DefaultValue, Field, Kind, Level, Role};
pub use measure::{At, Measure, Step, TimeUnit};
pub use params::{FieldGroup, FromValue, Given, Share, set_default};
pub use pattern::{Fidelity, Ideal, Pattern, Preset, ProgramFuture, Race, Suite};
pub use place::{Bank, BreakerGauges, Place, PlaceKind, Regulator};
pub use practice::{Practice, Seen};
pub use quantity::{parse_count, parse_number, parse_span, plain};
pub use scene::{FaultSpec, FaultUnit, Flow, GaugeSpec, SceneSpec, Unit, Wire};
pub use schedule::{SCHEDULE, SHUFFLED, schedule};
pub use source::{Source, short_path, used_parts};
pub use values::{Problem, Value, Values};
pub use waits::{summary_ns, waits};

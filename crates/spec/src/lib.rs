//! What a pattern tells the rest, as data: its parameters, its scene, its presets, its checks, its words.
//!
//! Form, link, validation, report, code pane, stage and tests are all made from this, so nothing above `patterns/` knows
//! a pattern by name, and a new pattern adds nothing there.

mod alerts;
mod bank;
mod batch;
mod breaker;
mod card;
mod check;
mod claims;
mod connection_checks;
mod connections;
mod console;
mod contexts;
mod date;
mod decimal;
mod detail;
mod entries;
mod environment;
pub mod exposition;
mod fault;
mod field;
mod handler;
pub mod headers;
mod hub;
mod layers;
mod levels;
mod limiter;
mod measure;
mod meter;
mod operations;
mod packed;
mod params;
mod pattern;
mod place;
mod policies;
mod practice;
mod prefix;
mod preset;
mod priority;
mod quantity;
mod question;
mod rails;
mod scaler;
mod scene;
mod schedule;
mod script;
mod server_name;
mod sessions;
mod shutdown;
mod source;
mod targets;
mod trial;
mod tries;
mod values;
mod waits;

pub use alerts::{
    AlertGauges, AlertRule, AlertSpell, AlertSpells, AlertState, AlertUnit, Alerted, Limit, Read, Reading,
};
pub use bank::{CarCall, Pace, Score};
pub use batch::{BatchGauges, Flush};
pub use breaker::{BreakerGauges, WindowCell};
pub use card::{COSTS, Card, KINDS, SOURCES};
pub use check::{Check, CheckKind};
pub use claims::{Benchmark, Claims, Primitive, Profile, Words};
pub use connections::{Closing, ConnectionGauges, ConnectionState, PoolGauges};
pub use console::{Console, Rhythm, Route, Stream};
pub use contexts::{ContextGauges, ContextState};
pub use date::timestamp;
pub use detail::{Detail, NewDetail};
pub use entries::{entries, moved};
pub use environment::{Assigned, Environment, Form, Position, Variable, Wrong};
pub use fault::{FaultSpec, FaultUnit, StandingFault};
pub use field::{CLOSED, Choice, DefaultValue, Field, Fits, Kind, Level, Remark, Role, SCRIPT};
pub use handler::{HEALTHY, Handler, HandlerAnswer, HandlerGauges, HandlerStep, base36};
pub use hub::{ClientGauges, HubGauges, Parting};
pub use layers::{LayerCounts, LayerGauges, layer_counts};
pub use levels::{AskedKey, KeptKey, LevelGauges};
pub use limiter::{Asked, CountingLimit, LimiterGauges, LimiterRule, Verdict};
pub use measure::{At, Measure, Step, TimeUnit};
pub use meter::MeterGauges;
pub use operations::Operations;
pub use packed::{Cells, Packed};
pub use params::{FieldGroup, FromValue, Given, Share, set_default};
pub use pattern::{Ceiling, Fidelity, Ideal, Pattern, ProgramFuture, Race, Suite};
pub use place::{
    Attempts, Bank, Batch, Bucket, Connections, Counted, Degrades, Hub, Layers, Levels, Meter, Place, PlaceKind, Rail,
    Rails, Regulator, Shutdown, Tree,
};
pub use policies::{Policy, parse_policies, write_policies};
pub use practice::{Practice, Seen};
pub use prefix::{Prefix, prefixed};
pub use preset::Preset;
pub use priority::{Priority, Shares, drawn, parse_classes, parse_weights};
pub use quantity::{parse_count, parse_number, parse_span, plain};
pub use question::Question;
pub use rails::{RailGauges, TriedTask, risen};
pub use scaler::{Expects, GoesBy, Scaler, ScalerGauges};
pub use scene::{Flow, GaugeSpec, SceneSpec, Unit, Wire};
pub use schedule::{SCHEDULE, SHUFFLED, schedule};
pub use script::{Scripted, check_words, parse_entry, parse_script, script_entries, script_total};
pub use server_name::ServerName;
pub use sessions::SessionGauges;
pub use shutdown::{PartState, ShutdownGauges};
pub use source::{Source, digest, explanation, short_path};
pub use targets::{Stands, TargetSpec, Wanted};
pub use trial::{Deed, Trial, line_with};
pub use tries::Tries;
pub use values::{Problem, Value, Values};
pub use waits::Waits;

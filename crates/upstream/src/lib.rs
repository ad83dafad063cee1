//! What a request goes to: the simulated server in its modes, and the faults it can have.
//!
//! The models are pure state machines that are handed the time and the dice, so the real HTTP endpoint serves the very
//! same ones. A server is a value with a name, parameters and faults of its own. A run that was given a real endpoint calls that
//! in place of the default one, through the same station.

mod at_door;
mod ceiling;
mod evidence;
mod faults;
mod general;
mod keys;
mod left_behind;
mod limited;
mod listener;
mod load;
mod model;
mod open;
mod outages;
mod params;
mod reach;
mod response;
mod server;
mod service;
mod trouble;
mod walk;

pub use ceiling::{ceiling, ceiling_of, tried};
pub use evidence::{Evidence, Failure, Witness};
pub use faults::{
    BROWNOUT, CRASH, ERROR_BURST, OUTAGE, PARTITION, SLOW_SERVER, faults, faults_of, faults_with_crew, kill_worker,
};
pub use general::{General, Service};
pub use keys::{Asking, Keys};
pub use limited::{Limited, Limits};
pub use listener::{Link, Listener, break_connection};
pub use load::Load;
pub use model::{Model, Visit};
pub use open::{open, open_as, open_as_with_less, open_with_less};
pub use outages::Outages;
pub use params::{ServerParams, ideal, ideal_of};
pub use response::{Response, fan_out};
pub use trouble::Trouble;
pub use walk::Walk;

//! What a request goes to: the simulated server in its modes, and the faults it can have.
//!
//! The models are pure state machines that are handed the time and the dice, so the real HTTP endpoint serves the very
//! same ones. A run that was given a real endpoint calls that instead, through the same station.

mod evidence;
mod general;
mod limited;
mod model;
mod outages;
mod params;
mod response;
mod server;
mod trouble;
mod walk;

pub use evidence::{Evidence, Failure, Witness};
pub use general::{General, Service};
pub use limited::{Limited, Limits};
pub use model::{Model, Visit};
pub use outages::Outages;
pub use params::{Load, ServerParams, ideal};
pub use response::{Response, fan_out};
pub use server::{ERROR_BURST, OUTAGE, SLOW_SERVER, faults, faults_with_crew, open};
pub use trouble::Trouble;
pub use walk::Walk;

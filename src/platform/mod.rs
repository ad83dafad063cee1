//! The only browser adapter: clock, frames, address, storage, canvas, fetch. No Yew here, and no pattern by name.

pub mod address;
pub mod canvas;
mod cells;
pub mod clock;
pub mod endpoint;
pub mod errors;
pub mod fetch;
pub mod field;
pub mod focus;
pub mod grid;
pub mod host;
pub mod keys;
pub mod media;
pub mod realtime;
pub mod resize;
pub mod rest;
pub mod site;
pub mod timing;

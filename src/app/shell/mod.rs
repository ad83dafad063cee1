//! The frame of the page: top bar, catalogue, transport, stage, timeline, tabs, panel.

mod announce;
mod catalogue;
mod fault_band;
mod findings;
mod keyboard;
mod later;
mod notices;
mod overlay;
mod root;
mod share;
mod stage;
mod stuck;
mod tabs;
mod timeline;
mod top_bar;
mod transport;
mod undo;
mod voice;

pub use root::mount;
pub use voice::{trial_button, voice};

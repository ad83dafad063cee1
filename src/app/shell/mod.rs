//! The frame of the page: top bar, catalogue, transport, stage, timeline, tabs, panel.

mod announce;
mod catalogue;
mod keyboard;
mod overlay;
mod root;
mod says;
mod stage;
mod summon;
mod tabs;
mod timeline;
mod top_bar;
mod transport;

pub use root::App;

//! Pictures from the trace, pure and testable natively: a display list of [`shape::Shape`]s, and charts.
//!
//! A picture is a function of (ledger, stage fold, playhead, size, palette). There is no animation state that a seek could
//! not rebuild, no pattern by name, and no canvas: who paints the shapes is not known here.

pub mod alerts;
pub mod card;
pub mod charts;
pub mod fault_bands;
pub mod json;
pub mod number;
pub mod palette;
pub mod place;
pub mod recent;
pub mod scene;
pub mod shape;
pub mod sheets;
pub mod standing;
pub mod state_strip;
pub mod status;
pub mod story;
pub mod svg;
pub mod targets;
pub mod text;
pub mod tiles;
pub mod timeline;

pub use palette::{Palette, Rgba, Theme};
pub use recent::{Picture, Recent};
pub use scene::{Detail, Look, Scene, draw};
pub use shape::Shape;

//! The page: Yew components over a session that lives outside the virtual DOM.
//!
//! One reducer and one context hold what changes seldom ([`page`]); the experiment itself is a [`lab::Lab`] behind an
//! `Rc<RefCell<…>>`, advanced and painted once a frame. Five times a second the page takes a fresh look at it. Nothing here
//! knows a pattern by name.

mod address_bar;
mod as_painted;
mod cabinet;
mod commands;
pub mod compare;
mod effect;
pub mod endpoint;
pub mod entry;
pub mod family;
mod front_door;
mod held;
pub mod icon;
pub mod lab;
mod line_of_code;
pub mod markup;
mod memo;
mod narrow;
pub mod page;
mod painting;
pub mod panels;
pub mod range;
mod reading;
pub mod real;
pub mod scene;
pub mod segmented;
pub mod shell;
pub mod side_runs;
mod slices;
mod speed;
mod stillness;
mod table;
mod trying;

pub use front_door::is_at as is_front_door;
pub use shell::mount;

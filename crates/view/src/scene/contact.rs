//! The contact arm of a breaker: joined, raised, or on its way; and by hand, held up or bridged.

use crate::shape::{Point, Shape, Sheet};
use crate::{Palette, Rgba};

/// The width of the arm at a scale of one.
pub const WIDTH: f64 = 26.0;

/// What a breaker's declared state looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Contact {
    /// Calls go through.
    #[default]
    Closed,
    /// Calls are turned away.
    Open,
    /// Probes go through.
    HalfOpen,
    /// Somebody holds it open.
    ForcedOpen,
    /// Somebody has bridged it.
    Disabled,
}

impl Contact {
    /// The contact of a declared state. Before it is declared, it is closed.
    pub fn of(state: &str) -> Contact {
        match state {
            "open" => Contact::Open,
            "half-open" => Contact::HalfOpen,
            "forced open" => Contact::ForcedOpen,
            "disabled" => Contact::Disabled,
            _ => Contact::Closed,
        }
    }

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Contact::Closed => "closed",
            Contact::Open => "open",
            Contact::HalfOpen => "half-open",
            Contact::ForcedOpen => "forced open",
            Contact::Disabled => "disabled",
        }
    }

    /// Its colour.
    pub const fn colour(self, p: &Palette) -> Rgba {
        match self {
            Contact::Closed => p.success,
            Contact::Open | Contact::ForcedOpen => p.server,
            Contact::HalfOpen => p.blocked,
            Contact::Disabled => p.idle,
        }
    }

    /// The colour of words about it.
    pub const fn ink(self, p: &Palette) -> Rgba {
        match self {
            Contact::Closed => p.success_ink,
            Contact::Open | Contact::ForcedOpen => p.server_ink,
            Contact::HalfOpen => p.blocked_ink,
            Contact::Disabled => p.idle_ink,
        }
    }

    /// What its chip is washed with.
    pub const fn wash(self, p: &Palette) -> Rgba {
        match self {
            Contact::Closed => p.success_wash,
            Contact::Open | Contact::ForcedOpen => p.server_wash,
            Contact::HalfOpen => p.blocked_wash,
            Contact::Disabled => p.queued_wash,
        }
    }
}

/// The arm: 26 px wide at a scale of one, its left end at `at`, on the line of its wire.
pub fn contact(sheet: &mut Sheet, at: Point, state: Contact, palette: &Palette, scale: f64) {
    let colour = state.colour(palette);
    let width = (1.6 * scale).clamp(1.2, 3.0);
    let point = |x: f64, y: f64| (at.0 + x * scale, at.1 + y * scale);
    sheet.line(point(0.0, 0.0), point(6.0, 0.0), colour, width);
    sheet.line(point(20.0, 0.0), point(WIDTH, 0.0), colour, width);
    for x in [7.5, 18.5] {
        sheet.disc(point(x, 0.0), 1.6 * scale, colour);
    }
    let hinge = point(7.5, 0.0);
    match state {
        Contact::Closed => sheet.line(hinge, point(18.5, 0.0), colour, width),
        Contact::Open => sheet.line(hinge, point(16.0, -7.0), colour, width),
        Contact::HalfOpen => sheet.dashed(hinge, point(18.0, -4.0), colour, width, (2.4 * scale, 1.8 * scale)),
        Contact::ForcedOpen => {
            // A stop holds the arm.
            sheet.line(hinge, point(16.0, -7.0), colour, width);
            sheet.line(point(13.2, -9.4), point(18.8, -9.4), colour, width);
        }
        Contact::Disabled => {
            // A wire around it, and the arm dangling.
            let around = [point(2.0, 0.0), point(2.0, -5.0), point(24.0, -5.0), point(24.0, 0.0)];
            sheet.shapes.push(Shape::Line { points: around.to_vec(), stroke: colour, width, dash: None });
            sheet.line(hinge, point(16.0, 4.0), colour, width);
        }
    }
}

//! What a kind of place has to say for itself. All but the first three has a default that suits a simple place.

use super::{Here, Term};
use crate::scene::{Arrangement, Frame, Item, Layout, Look, Plan, Raster, Worker, about};
use crate::shape::{Point, Sheet};
use crate::text::Row;
use millrace_analysis::Prefix;
use millrace_trace::{Outcome, StationKind, ledger::StationRow};

/// How much room a place takes, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    /// The least width, and the width from which on more is of no use.
    pub width: (f64, f64),
    /// The least height, with heading and foot, and the height from which on more is of no use.
    pub height: (f64, f64),
    /// Its share of what is left over, in width.
    pub appetite: f64,
    /// The height of its heading, which stands above its frame.
    pub head: f64,
    /// What is left free below its frame.
    pub foot: f64,
}

impl Room {
    /// A place of this width that takes no more, with a heading of two lines, as high as it may be.
    pub const fn new(width: f64) -> Room {
        Room { width: (width, width), height: (150.0, f64::INFINITY), appetite: 0.0, head: 48.0, foot: 9.0 }
    }

    /// One that uses all the width that is left over, in this share.
    pub const fn hungry(mut self, appetite: f64) -> Room {
        self.width.1 = f64::INFINITY;
        self.appetite = appetite;
        self
    }

    /// A box that lanes run through: a little higher than they are, so that its words stand clear of them.
    pub const fn around_lanes(mut self) -> Room {
        self.head -= 8.0;
        self.foot -= 9.0;
        self
    }

    /// Between these heights.
    pub const fn high(mut self, least: f64, most: f64) -> Room {
        self.height = (least, most);
        self
    }
}

/// How a place is shown on a phone, where exactly one is drawn in full.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OnPhone {
    /// A line with its name, what it shows and a number.
    Strip,
    /// A strip of its own height.
    Band(f64),
    /// In full, where it is the only one that can be.
    Main,
    /// In full, whatever else could be: it is what all is about, and the others are strips.
    Lead,
    /// All by itself: the whole picture, where it is the only place.
    Whole,
    /// Beside the lanes that run through it.
    Beside,
    /// In words: at the end of a strip that it is joined to, or over what is drawn in full.
    Note,
}

/// Words at a strip, and whether they call for attention.
pub type Note = (String, bool);

/// Something that acts on what flows through a wire without standing in its way.
pub trait Valve {
    /// The room it needs in the pipe.
    fn room(&self) -> f64;
    /// Draws it in the pipe, which leads from one edge to another at a height.
    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, pipe: (f64, f64), y: f64);
    /// What it does to whoever feeds the pipe, in a few words.
    fn note(&self, here: Here<'_, '_>) -> Note;
    /// Draws it in the line over what a phone shows in full, between two edges.
    fn line(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, edges: (f64, f64), base: f64);
}

/// The words of the sum that must hold, where jobs do not come and go as requests do.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// What those did who came: "arrived".
    pub came: &'static str,
    /// What those are who left, in one word.
    pub gone: &'static str,
    /// How they left, in the order of the sum.
    pub ways: &'static [(Outcome, &'static str)],
}

/// A kind of place.
pub trait Face {
    /// The kinds of station it can show.
    fn stations(&self) -> &'static [StationKind];

    /// The room it takes, when so much is given up: from 0, everything, to 3, the least.
    fn room(&self, here: Here<'_, '_>, level: usize) -> Room;

    /// Draws it on a desktop, at its spot.
    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan);

    /// The walls that wires come to and go from.
    fn walls(&self, _: Here<'_, '_>, frame: Frame) -> Frame {
        frame
    }

    /// The height at which single wires come in and go out.
    fn port(&self, _: Here<'_, '_>, frame: Frame) -> f64 {
        frame.y + frame.h / 2.0
    }

    /// The same of a wire to what takes it in at a height.
    fn port_towards(&self, here: Here<'_, '_>, frame: Frame, _y: f64) -> f64 {
        self.port(here, frame)
    }

    /// Where a wire comes in that goes back to it from below.
    fn foot(&self, here: Here<'_, '_>, frame: Frame) -> f64 {
        self.walls(here, frame).bottom()
    }

    /// From which height to which its lanes come out, where it has some to be seen: a single wire goes out of all of them.
    fn lanes_out(&self, _: Here<'_, '_>, _frame: Frame) -> Option<(f64, f64)> {
        None
    }

    /// The width below which it shows nothing.
    fn least_width(&self) -> f64 {
        1.0
    }

    /// Why it has nothing to show and never will have, once its program has run.
    fn shows_nothing(&self, _: Here<'_, '_>) -> Option<&'static str> {
        None
    }

    /// The gap in front of it.
    fn before(&self, _: Here<'_, '_>, _level: usize) -> f64 {
        0.0
    }

    /// The gap behind it.
    fn after(&self, _: Here<'_, '_>, level: usize) -> f64 {
        step([20.0, 15.0, 10.0, 8.0], level)
    }

    /// Whether each of its members has a wire of its own, which runs on through what it calls.
    fn has_lanes(&self) -> bool {
        false
    }

    /// Whether it draws the wires itself that lead straight to or from it.
    fn draws_wires(&self) -> bool {
        false
    }

    /// Whether what runs into it comes out again.
    fn conducts(&self, _: Here<'_, '_>) -> bool {
        true
    }

    /// Whether calls that run into it stay there until they are answered.
    fn holds_calls(&self) -> bool {
        false
    }

    /// What it does to a wire it does not stand in, if that is what it is for.
    fn valve(&self) -> Option<&dyn Valve> {
        None
    }

    /// How it is shown on a phone.
    fn on_phone(&self, _: Here<'_, '_>) -> OnPhone {
        OnPhone::Strip
    }

    /// Draws what is between label and number of its strip, and says the number.
    fn strip(&self, _: &mut Sheet, here: Here<'_, '_>, _: &Look<'_>, _bar: Frame) -> Note {
        (crate::number::count(here.level()), false)
    }

    /// The width from which on the bar of its strip needs no more: what is left is for its number.
    fn widest_bar(&self, _: Here<'_, '_>) -> f64 {
        f64::INFINITY
    }

    /// How many it shows, where each of them could be drawn.
    fn population(&self, _: Here<'_, '_>) -> u64 {
        0
    }

    /// Whether its label steps back behind those of its neighbours.
    fn is_quiet(&self) -> bool {
        false
    }

    /// Draws its band on a phone, with what is to be said of its neighbour.
    fn band(&self, _: &mut Sheet, _: Here<'_, '_>, _: &Look<'_>, _frame: Frame, _: Note) {}

    /// Draws it in full on a phone.
    fn full(&self, _: &mut Sheet, _: Here<'_, '_>, _: &Look<'_>, _: &Arrangement) {}

    /// Draws it beside the lanes that run through it.
    fn beside(&self, _: &mut Sheet, _: Here<'_, '_>, _: &Look<'_>, _frame: Frame) {}

    /// Says how it does, in the middle over it, where it stands beside lanes.
    fn caption(&self, _: &mut Sheet, _: Here<'_, '_>, _: &Look<'_>, _at: Point) {}

    /// How high it needs what stands beside it to be, where it is drawn in full.
    fn height_of_lanes(&self, _: Here<'_, '_>) -> f64 {
        0.0
    }

    /// What is to be said of it at a strip that it is joined to.
    fn note(&self, _: Here<'_, '_>) -> Option<Note> {
        None
    }

    /// What stands over it on a phone.
    fn over(&self, _: Here<'_, '_>, _: &Arrangement) -> String {
        String::new()
    }

    /// Its members, where each is drawn.
    fn members<'a>(&self, _: Here<'_, 'a>, _: &Look<'_>, _: &Layout) -> Vec<(Worker<'a>, Frame)> {
        Vec::new()
    }

    /// What of it can be walked through: its members where each is drawn, and otherwise itself, unless it has other parts.
    fn items(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout) -> Vec<Item> {
        let members = self.members(here, look, layout);
        if members.is_empty() {
            return itself(self.about(here, look), here, layout);
        }
        let item = |(worker, frame): (Worker<'_>, Frame)| {
            Item::new(frame, here.scene.name(worker.row).to_owned(), about(here.scene, look, &worker)).of(worker.id)
        };
        members.into_iter().map(item).collect()
    }

    /// What can be walked through inside one of its items, from left to right: what was said in the order of time.
    fn parts(&self, _: Here<'_, '_>, _: &Look<'_>, _: &Layout, _item: &Item) -> Vec<Item> {
        Vec::new()
    }

    /// What is at a point of it that cannot be walked to, because there is too much of it.
    fn at(&self, _: Here<'_, '_>, _: &Look<'_>, _: &Layout, _at: (f64, f64)) -> Option<Item> {
        None
    }

    /// Its cells, where there are so many of something that they cannot be told apart but under a lens.
    fn cells(&self, _: Here<'_, '_>, _: &Look<'_>, _: &Layout) -> Option<Raster> {
        None
    }

    /// What there is to say about the one of a number that its cells stand for, at its cell.
    fn cell(&self, _: Here<'_, '_>, _: &Look<'_>, _: &Raster, _index: u64) -> Option<Item> {
        None
    }

    /// Whether a lens is on its cells before anybody points at one, where there is room for it below them.
    fn magnifies(&self) -> bool {
        false
    }

    /// Draws some of the `n` that its cells stand for as marks, each at its point, and says what each is called and how long it is as it is, in ns.
    fn magnified(
        &self,
        _: &mut Sheet,
        _: Here<'_, '_>,
        _: &Look<'_>,
        _n: u64,
        _some: &[(u64, Point)],
    ) -> Vec<(String, Option<u64>)> {
        Vec::new()
    }

    /// What there is to say about it: the lines of its label box, and unless it has rows of its own, its row in the text
    /// alternative.
    fn about(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<String>;

    /// Its rows in the text alternative.
    fn rows(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<Row> {
        vec![Row { what: here.label().to_owned(), says: self.about(here, look).join(", ") }]
    }

    /// How its picture is read: a sentence.
    fn reads(&self) -> &'static str;

    /// What happened at it up to the playhead, in a sentence or two with times and numbers; nothing where nothing did.
    fn story(&self, _: Here<'_, '_>, _: &Prefix<'_>) -> Option<String> {
        None
    }

    /// What it adds to the description, without the full stop.
    fn sentence(&self, _: Here<'_, '_>, _: &Look<'_>) -> Option<String> {
        None
    }

    /// In which word jobs are at a station of its own: its station, or a member.
    fn term(&self, _: Here<'_, '_>, _worker: Option<&Worker<'_>>, row: &StationRow) -> Term {
        Term::of(row)
    }

    /// In which word jobs are at another station that it shows beside its own, by its name.
    fn term_beside(&self, _: Here<'_, '_>, _station: &str) -> Option<Term> {
        None
    }

    /// In which two words jobs are at its own station, and how many in each, where one word is not enough: some hold, and some wait.
    fn terms(&self, _: Here<'_, '_>, _row: &StationRow) -> Option<[(Term, u64); 2]> {
        None
    }

    /// In which word jobs are in a channel that leads here.
    fn queue_term(&self) -> Term {
        Term::QUEUED
    }

    /// The words for how jobs come and go, where it has its own.
    fn words(&self, _: Here<'_, '_>) -> Option<&'static Words> {
        None
    }

    /// What the counts in its legend come to, where they count all that came: "= 508,938 sent".
    fn total(&self, _: Here<'_, '_>) -> Option<String> {
        None
    }

    /// Whether its items can be put into another order: the parameter that has them as a list, and how many of them there are.
    fn order(&self) -> Option<(&'static str, usize)> {
        None
    }

    /// Draws what its marks mean between two edges, and says where it ended.
    fn legend(&self, _: &mut Sheet, _: Here<'_, '_>, _: &Look<'_>, (left, _): (f64, f64), _y: f64) -> f64 {
        left
    }
}

/// A place as the one item that it is.
pub fn itself(lines: Vec<String>, here: Here<'_, '_>, layout: &Layout) -> Vec<Item> {
    let item = |frame| Item::new(frame, here.label().to_owned(), lines);
    layout.area(here.index()).map(item).into_iter().collect()
}

/// The value at a level of detail.
pub fn step<T: Copy>(of: [T; 4], level: usize) -> T {
    let [.., last] = of;
    of.get(level).copied().unwrap_or(last)
}

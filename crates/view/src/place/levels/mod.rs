//! A cache of two levels before an origin: each is wider than the one above, as it is slower and has more. What the first one keeps are cells,
//! a load is as far in the origin as it has come of its usual time, and those who follow a load stand at a bar before it.

mod heat;
mod picture;
mod plot;
mod side;
mod state;

use super::face::{Face, Note, OnPhone, Room, Words, step};
use super::{Here, Term};
use crate::number;
use crate::scene::{Arrangement, Frame, Item, Layout, Look, Plan, Worker};
use crate::shape::{Ink, Sheet};
use crate::text::Row;
use millrace_analysis::Prefix;
use millrace_spec as spec;
use millrace_trace::{Outcome, StationKind, ledger::StationRow};
use plot::{Cells, Plot};
use state::{G, State, counted_loads};

/// A cache.
#[derive(Debug)]
pub struct Levels<'a> {
    /// What it is to be.
    pub spec: &'a spec::Levels,
}

const WORDS: Words = Words {
    came: "asked",
    gone: "gone",
    ways: &[
        (Outcome::Completed, "answered"),
        (Outcome::Failed, "failed"),
        (Outcome::TimedOut, "gave up"),
        (Outcome::Cancelled, "cancelled"),
    ],
};
/// How many keys that are being loaded the text alternative tells of.
const TOLD: usize = 10;
/// On a phone: the line above the levels, and what is left free below them.
const PHONE: (f64, f64) = (40.0, 44.0);

/// Where it is drawn in a layout.
fn area(here: Here<'_, '_>, layout: &Layout) -> Option<Frame> {
    match layout {
        Layout::Desk(plan) => Some(plan.spot(here.index()).frame),
        Layout::Phone(all) if all.main == here.index() => Some(on_phone(all)),
        _ => None,
    }
}

fn on_phone(all: &Arrangement) -> Frame {
    let (above, below) = if all.is_whole { PHONE } else { (PHONE.0, 4.0) };
    Frame { y: all.area.y + above, h: (all.area.h - above - below).max(40.0), ..all.area }
}

fn paint(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, state: &State<'_>, frame: Frame) {
    let plot = Plot::of(frame);
    heat::draw(sheet, look, state, &plot);
    side::facts(sheet, look, state, &plot);
    side::line(sheet, look, state, &plot);
    picture::draw(sheet, here, look, state, &plot);
    side::figures(sheet, here, look, state, &plot);
    side::chart(sheet, here, look, state, &plot);
}

impl<'s> Levels<'s> {
    fn state<'a>(&self, here: Here<'_, 'a>, look: &Look<'_>) -> State<'a>
    where
        's: 'a,
    {
        State::of(self.spec, here, look.now)
    }

    /// The lines of a level: what it holds, how much it served and how long it takes, and what is the matter with it.
    fn lines(here: Here<'_, '_>, state: &State<'_>, level: usize) -> Vec<String> {
        let of = |n, all: u32| format!("{} of {}", number::count(n), number::counted(all.into(), "key", "keys"));
        let held = match level {
            0 => of(state.in_l1(), state.spec.l1_size),
            1 => of(state.in_l2, state.spec.keys),
            _ => counted_loads(state.loads.len() as u64),
        };
        let (n, _) = state.hits().get(level).copied().unwrap_or_default();
        let served = format!("served {}, {}", number::count(n), state.percent(level));
        let mut lines = vec![held, served, format!("takes {}", state.latency(here, level))];
        if level == 0 {
            lines.extend(state.stale_words().map(|[words, _]| words));
        }
        lines.extend(state.trouble(here, level));
        lines
    }
}

const NAMES: [&str; 3] = ["L1", "L2", "Origin"];

impl Face for Levels<'_> {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Crew]
    }

    fn reads(&self) -> &'static str {
        "Each level is wider than the one above: cells are the keys that L1 keeps, a mark in the origin is a load as far as it has come of its usual \
         time, discs at a bar follow one, and the strip shows how often each key is asked for."
    }

    fn story(&self, here: Here<'_, '_>, so_far: &Prefix<'_>) -> Option<String> {
        let state = State::of(self.spec, here, so_far.at());
        let (stale, most) = (state.gauge(G.stale), state.gauge(G.most_of_one));
        let several = (most > 1).then(|| format!("one key was loaded {} times at once", number::count(most)));
        let stale = (stale > 0).then(|| format!("{} got a copy past its time", number::count(stale)));
        let all: Vec<String> = several.into_iter().chain(stale).collect();
        (!all.is_empty()).then(|| format!("Cache: {}.", all.join(", ")))
    }

    fn room(&self, _: Here<'_, '_>, level: usize) -> Room {
        Room { head: 4.0, ..Room::new(step([392.0, 340.0, 300.0, 280.0], level)).hungry(3.0) }
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        paint(sheet, here, look, &self.state(here, look), plan.spot(here.index()).frame);
    }

    fn on_phone(&self, _: Here<'_, '_>) -> OnPhone {
        OnPhone::Whole
    }

    fn strip(&self, _: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, _: Frame) -> Note {
        let state = self.state(here, look);
        (format!("{} L1", state.percent(0)), !state.stale.is_empty())
    }

    fn full(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, all: &Arrangement) {
        let state = self.state(here, look);
        let area = on_phone(all);
        side::on_phone(sheet, look, &state, Frame { y: all.area.y + 6.0, ..all.area });
        paint(sheet, here, look, &state, area);
        if all.is_whole {
            let p = look.palette;
            let (words, holds) = crate::scene::short_conservation(here.scene);
            let ink = if holds { Ink::new(p.ink_2) } else { Ink::new(p.server_ink).bold() };
            sheet.text((all.area.x, all.area.bottom() - 22.0), words, ink);
            crate::scene::phone::marks(sheet, here.scene, look, (area.x, area.right()), all.area.bottom() - 6.0);
        }
    }

    fn items(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout) -> Vec<Item> {
        let Some(area) = area(here, layout) else {
            return super::face::itself(self.about(here, look), here, layout);
        };
        let state = self.state(here, look);
        let levels = Plot::of(area).levels.into_iter().zip(NAMES).enumerate();
        levels
            .map(|(level, (frame, name))| Item::new(frame, name.to_owned(), Levels::lines(here, &state, level)))
            .collect()
    }

    fn at(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout, at: (f64, f64)) -> Option<Item> {
        let plot = Plot::of(area(here, layout)?);
        let state = self.state(here, look);
        let key = |key: u32, frame: Frame| Some(Item::new(frame, self.spec.name(key), state.lines(key)));
        let inside = |f: &Frame| at.0 >= f.x && at.0 < f.right() && at.1 >= f.y && at.1 < f.bottom();
        if let Some(cell) = heat::cells(&state, &plot).into_iter().find(|cell| inside(&cell.frame)) {
            let (from, to) = cell.keys;
            if to - from == 1 {
                return key(from as u32, cell.frame);
            }
            let says = format!("asked for {} times together", number::count(state.asked(from, to)));
            let title = format!("{} to {}", self.spec.name(from as u32), self.spec.name(to as u32 - 1));
            return Some(Item::new(cell.frame, title, vec![says]));
        }
        let [l1, ..] = plot.levels;
        let cells = Cells::of(self.spec.l1_size, l1)?;
        let index = cells.at(at)?;
        let held = state.stale.iter().chain(&state.fresh).nth(index)?;
        key(*held, cells.cell(index))
    }

    fn about(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<String> {
        let state = self.state(here, look);
        let share = |(level, name): (usize, &str)| format!("{name} {}", state.percent(level));
        let served: Vec<String> = NAMES.into_iter().enumerate().map(share).collect();
        let loads = format!(
            "{} in flight, {} follow",
            counted_loads(state.loads.len() as u64),
            number::count(state.following_all())
        );
        let stale = state.stale_words().map(|[words, _]| words);
        [served.join(", "), loads].into_iter().chain(stale).collect()
    }

    fn rows(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<Row> {
        let state = self.state(here, look);
        let level = |(level, name): (usize, &str)| Row {
            what: name.to_owned(),
            says: Levels::lines(here, &state, level).join(", "),
        };
        let mut keys: Vec<(u64, u32)> = Vec::new();
        for load in &state.loads {
            match keys.iter_mut().find(|(_, key)| *key == load.key) {
                Some((n, _)) => *n += 1,
                None => keys.push((1, load.key)),
            }
        }
        millrace_trace::order::sort_by_key(&mut keys, |(n, key)| (std::cmp::Reverse(*n + state.following(*key)), *key));
        let loading = |(_, key): &(u64, u32)| Row {
            what: format!("Loading {}", self.spec.name(*key)),
            says: format!("{}, {} follow", counted_loads(state.loading(*key).0), number::count(state.following(*key))),
        };
        let hot = Row { what: format!("Key {}", self.spec.name(state.hot)), says: state.lines(state.hot).join(", ") };
        let levels = NAMES.into_iter().enumerate().map(level);
        levels.chain([hot]).chain(keys.iter().take(TOLD).map(loading)).collect()
    }

    fn sentence(&self, here: Here<'_, '_>, look: &Look<'_>) -> Option<String> {
        Some(format!("Served by {}", self.about(here, look).join("; ")))
    }

    fn term(&self, _: Here<'_, '_>, _: Option<&Worker<'_>>, row: &StationRow) -> Term {
        match row.kind {
            StationKind::Pool => Term::new(6, "following"),
            _ => Term::new(3, "asking"),
        }
    }

    fn words(&self, _: Here<'_, '_>) -> Option<&'static Words> {
        Some(&WORDS)
    }

    fn legend(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, edges: (f64, f64), y: f64) -> f64 {
        picture::legend(sheet, look, &self.state(here, look), edges, y)
    }
}

//! A pool of connections whose size follows its use: a cell for each connection that there may be, the use as the rule sees it between its thresholds,
//! when it stepped and until when it rests, and how the size and what is used of it have gone.

mod plot;

use super::face::{Face, Note, OnPhone, Room, step};
use super::{Here, Term};
use crate::number;
use crate::scene::{Arrangement, Frame, Look, Plan, first_fit, heading};
use crate::shape::{Ink, Sheet, bold_width, text_width};
use millrace_analysis::{LevelPoint, Prefix, Subject};
use millrace_spec::{self as spec, ConnectionState, GoesBy, PoolGauges, ScalerGauges};
use millrace_trace::{Gauge, StationKind, ledger::StationRow};

/// A pool whose size follows its use.
#[derive(Debug)]
pub struct Scaler<'a> {
    /// How its size is found.
    pub spec: &'a spec::Scaler,
}

const G: ScalerGauges = ScalerGauges::ALL;
const P: PoolGauges = PoolGauges::ALL;
/// The height of the strip of cells with its line below, and of the line over the chart of the use.
const STRIP: f64 = 40.0;
const LINE: f64 = 22.0;
/// A cell narrower than this cannot be told from the next one.
const CELL: f64 = 2.0;

/// The pool at the playhead.
struct State {
    /// How many there may be.
    size: u64,
    in_use: u64,
    idle: u64,
    opening: u64,
    waiting: u64,
}

impl State {
    fn of(here: Here<'_, '_>) -> State {
        let count = |which: ConnectionState| {
            let members = here.row().into_iter().flat_map(|_| here.scene.ledger.members(here.id()));
            let stands = |row: &StationRow| row.state.is_some_and(|word| here.scene.trace.name(word) == which.word());
            members.filter(|(_, row)| stands(row)).count() as u64
        };
        State {
            size: here.row().map_or(0, |row| row.capacity.into()),
            in_use: count(ConnectionState::InUse),
            idle: count(ConnectionState::Idle),
            opening: count(ConnectionState::Opening),
            waiting: here.row().map_or(0, |row| row.queue.len() as u64),
        }
    }

    /// "5 in use, 15 idle of 67, 3 waiting"
    fn line(&self) -> String {
        let told = [(self.in_use, "in use"), (self.opening, "opening"), (self.idle, "idle")];
        let told = told.into_iter().filter(|(n, word)| *n > 0 || *word == "in use");
        let told: Vec<String> = told.map(|(n, word)| format!("{} {word}", number::count(n))).collect();
        let waiting =
            if self.waiting > 0 { format!(", {} waiting", number::count(self.waiting)) } else { String::new() };
        format!("{} of {}{waiting}", told.join(", "), number::count(self.size))
    }
}

fn read(here: Here<'_, '_>, gauge: Gauge) -> i64 {
    here.row().map_or(0, |row| row.gauge(gauge))
}

/// Millionths as percent: "4.2", "80".
fn percent(millionths: i64) -> String {
    let text = format!("{:.1}", millionths as f64 / 1e4);
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// "1:50"
fn minutes(nanos: u64) -> String {
    let secs = nanos.div_ceil(1_000_000_000);
    format!("{}:{:02}", secs / 60, secs % 60)
}

impl Scaler<'_> {
    /// How long it still rests.
    fn rests(&self, here: Here<'_, '_>, look: &Look<'_>) -> Option<u64> {
        let until = u64::try_from(read(here, G.rests_until)).ok()?;
        Some(until.saturating_sub(look.now.0)).filter(|left| *left > 0)
    }

    /// When it may step, and to where: "rests for 1:50, then 143", "may step".
    fn when(&self, here: Here<'_, '_>, look: &Look<'_>) -> String {
        let size = here.row().map_or(0, |row| i64::from(row.capacity));
        let wish = Some(read(here, G.wish)).filter(|wish| *wish > 0 && *wish != size);
        let then = wish.map_or(String::new(), |wish| format!(", then {}", number::count(wish as u64)));
        match self.rests(here, look) {
            Some(left) => format!("rests for {}{then}", minutes(left)),
            None if self.spec.goes_by == GoesBy::Use => "goes where it fits".to_owned(),
            None => "may step".to_owned(),
        }
    }

    /// "5.8 % of use, grows above 0.8 %, shrinks below 0.3 %", and what it expects or tolerates beside that.
    fn rule(&self, here: Here<'_, '_>, look: Option<&Look<'_>>) -> String {
        let [mean, up, down] = [G.mean, G.up, G.down].map(|gauge| percent(read(here, gauge)));
        let goes_by = match &self.spec.goes_by {
            GoesBy::Mean | GoesBy::Use => format!("{mean} % of use"),
            GoesBy::Wanted => format!("{mean} % wanted"),
            GoesBy::Own { says, target } => format!("{says} is {mean} % of {target}"),
        };
        let more = self.more(here, look).map_or(String::new(), |more| format!("; {more}"));
        format!("{goes_by}, grows above {up} %, shrinks below {down} %{more}")
    }

    /// What it knows beside that: "150 expected in 2:30", "3.2 % waited, 1 % may".
    fn more(&self, here: Here<'_, '_>, look: Option<&Look<'_>>) -> Option<String> {
        if let Some(expects) = self.spec.expects {
            if here.scene.recent.gauge(here.id(), G.expected).next().is_some() {
                let expected = number::count(read(here, G.expected).max(0) as u64);
                return Some(format!("{expected} expected in {}", minutes(expects.ahead.0)));
            }
            let left = look.map(|look| expects.season.0.saturating_sub(look.now.0)).filter(|left| *left > 0);
            let left = left.map_or(String::new(), |left| format!(", {} left", minutes(left)));
            return Some(format!("learns a period{left}"));
        }
        let goal = percent((self.spec.goal? * 1e6) as i64);
        Some(format!("{} % waited, {goal} % may", percent(read(here, G.waited_share))))
    }

    /// What the chart of the use is of: its name, and what a hundred percent is.
    fn of(&self) -> (&'static str, String) {
        match &self.spec.goes_by {
            GoesBy::Mean => ("mean use", "size".to_owned()),
            GoesBy::Use => ("use", "size".to_owned()),
            GoesBy::Wanted => ("wanted", "size".to_owned()),
            GoesBy::Own { target, .. } => ("measure", target.to_string()),
        }
    }

    /// "21 openings in vain"
    fn refused(here: Here<'_, '_>) -> Option<String> {
        let refused = read(here, P.refused);
        (refused > 0).then(|| format!("{} openings in vain", number::count(refused as u64)))
    }

    /// Why its health is degraded, if it is: by the use there is, or by the highest that there ever was.
    fn amiss(&self, here: Here<'_, '_>) -> Option<String> {
        let (word, gauge) = if self.spec.trend { ("use", G.used) } else { ("peak", G.peak) };
        (read(here, G.degraded) > 0).then(|| format!("degraded: {word} {} %", percent(read(here, gauge))))
    }

    /// All of it, from top to bottom.
    fn body(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, frame: Frame) {
        let p = look.palette;
        let state = State::of(here);
        cells(sheet, look, &state, Frame { h: 9.0, ..frame });
        let line = frame.y + 28.0;
        let kept = format!("{} looks kept", number::count(read(here, G.kept).max(0) as u64));
        let refused = Scaler::refused(here).map(|refused| format!("{kept}, {refused}"));
        let trend = self.spec.trend.then(|| format!("{kept}, trend {}", trend(read(here, G.trend))));
        let below = refused.or(trend).unwrap_or_else(|| kept.clone());
        let own = || match &self.spec.goes_by {
            GoesBy::Own { says, .. } => Some(says.clone()),
            _ => None,
        };
        let more = self.more(here, Some(look)).or_else(own);
        let mut told = vec![below, kept];
        if let Some(more) = more {
            let all = told.iter().map(|told| format!("{more}, {told}")).collect::<Vec<_>>();
            told.splice(0..0, all.into_iter().chain([more]));
        }
        told.push(String::new());
        let mut room = frame.w;
        if let Some(says) = self.amiss(here) {
            room -= text_width(&says, 11.0, false) + 10.0;
            let ink = if self.spec.trend { p.blocked_ink } else { p.server_ink };
            sheet.text((frame.right(), line), says, Ink::new(ink).end());
        }
        sheet.text((frame.x, line), first_fit(&told, room), Ink::new(p.ink_3));
        let charts = Frame { y: frame.y + STRIP, h: frame.h - STRIP, ..frame };
        let use_high = if charts.h >= 240.0 { charts.h * 0.58 } else { charts.h };
        if charts.h < LINE {
            return;
        }
        self.cool_down(sheet, here, look, Frame { h: LINE, ..charts });
        let of_use = Frame { y: charts.y + LINE, h: use_high - LINE, ..charts };
        plot::draw_use(sheet, here, look, self.spec, of_use);
        if use_high < charts.h {
            let of_size = Frame { y: charts.y + use_high + 12.0, h: charts.h - use_high - 12.0, ..charts };
            plot::draw_size(sheet, here, look, self.spec, state.in_use + state.opening, of_size);
        }
    }

    /// The line over the chart of the use: what is drawn, and how long it still rests.
    fn cool_down(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, frame: Frame) {
        let p = look.palette;
        let base = frame.y + 13.0;
        let (name, whole) = self.of();
        sheet.text((frame.x, base), name, Ink::new(p.ink).bold());
        let after = frame.x + bold_width(name, 11.0) + 6.0;
        let when = self.when(here, look);
        let width = text_width(&when, 11.0, false);
        sheet.text((frame.right(), base), when, Ink::new(p.ink_2).end());
        let mut free = frame.right() - width - 8.0;
        if !self.spec.rests.is_zero() && free - after > 150.0 {
            let bar = Frame { x: free - 44.0, y: base - 6.0, w: 44.0, h: 4.0 };
            let share = self.rests(here, look).unwrap_or(0) as f64 / self.spec.rests.0.max(1) as f64;
            sheet.fill((bar.x, bar.y), (bar.w, bar.h), 2.0, p.line);
            sheet.fill((bar.x, bar.y), (bar.w * share.min(1.0), bar.h), 2.0, p.ink_2);
            free = bar.x - 8.0;
        }
        let whole = format!("% of {whole}");
        let every = [format!("{whole}, every {}", self.spec.every), whole, String::new()];
        sheet.text((after, base), first_fit(&every, free - after), Ink::new(p.ink_3));
    }
}

/// "+12 an hour"
fn trend(thousandths: i64) -> String {
    format!("{} an hour", number::signed(thousandths as f64 / 1e3, 1))
}

/// A cell for each connection that there may be, in the order in use, being opened, idle, not open; a bar where there are too many.
fn cells(sheet: &mut Sheet, look: &Look<'_>, state: &State, frame: Frame) {
    let p = look.palette;
    let size = state.size.max(state.in_use + state.opening + state.idle).max(1);
    let pitch = frame.w / size as f64;
    let runs = [(state.in_use, p.waiting), (state.opening, p.running), (state.idle, p.queued)];
    if pitch < CELL + 1.0 {
        sheet.frame((frame.x, frame.y), (frame.w, frame.h), 0.0, Some(p.sunken), p.line_2, 0.8);
        let mut x = frame.x;
        for (n, colour) in runs {
            sheet.fill((x, frame.y), (n as f64 * pitch, frame.h), 0.0, colour);
            x += n as f64 * pitch;
        }
        return;
    }
    let wide = (pitch - 1.0).min(14.0);
    let cell = |index: u64| [frame.x + index as f64 * pitch.min(15.0), frame.y, wide, frame.h].map(|part| part as f32);
    let mut from = 0;
    for (n, colour) in runs {
        sheet.boxes((from..from + n).map(cell).collect(), Some(colour), None);
        from += n;
    }
    sheet.boxes((from..size).map(cell).collect(), None, Some((p.line_3, 0.8)));
}

impl Face for Scaler<'_> {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Pool]
    }

    fn reads(&self) -> &'static str {
        "A cell for each connection that there may be. The thick line is the use that the rule goes by, the thin one each look; triangles are steps. Below stand the size and \
         what is used of it."
    }

    fn story(&self, here: Here<'_, '_>, so_far: &Prefix<'_>) -> Option<String> {
        let sizes = so_far.level(Subject::Gauge(here.id(), G.size));
        let (first, last) = (sizes.first()?.level, sizes.last()?.level);
        let changed = |pair: &&[LevelPoint]| matches!(pair, [a, b] if a.level != b.level);
        let steps = sizes.windows(2).filter(changed).count() as u64;
        let whole = |n: i64| number::count(n.max(0) as u64);
        Some(format!(
            "{}: it began with {}, changed {} and may have {} now; {}.",
            here.label(),
            whole(first),
            number::counted(steps, "time", "times"),
            whole(last),
            self.rule(here, None)
        ))
    }

    fn room(&self, _: Here<'_, '_>, level: usize) -> Room {
        Room::new(step([420.0, 360.0, 300.0, 260.0], level)).hungry(3.0)
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let spot = plan.spot(here.index());
        let state = State::of(here);
        let words = (spot.frame.x, spot.frame.w);
        heading(sheet, look, words, spot.cell, here.label(), &state.line(), state.waiting > 0);
        self.body(sheet, here, look, spot.frame);
    }

    fn on_phone(&self, _: Here<'_, '_>) -> OnPhone {
        OnPhone::Lead
    }

    fn strip(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, bar: Frame) -> Note {
        let state = State::of(here);
        cells(sheet, look, &state, bar);
        let [mean, up] = [G.mean, G.up].map(|gauge| percent(read(here, gauge)));
        let of = match self.spec.goes_by {
            GoesBy::Mean | GoesBy::Use => "of use",
            GoesBy::Wanted => "wanted",
            GoesBy::Own { .. } => "of target",
        };
        (format!("{mean} % {of}, {up} set"), state.waiting > 0)
    }

    fn full(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, arrangement: &Arrangement) {
        let area = arrangement.area;
        self.body(sheet, here, look, Frame { y: area.y + 4.0, h: area.h - 4.0, ..area });
    }

    fn over(&self, here: Here<'_, '_>, _: &Arrangement) -> String {
        format!("{}: {}", here.label(), State::of(here).line())
    }

    fn about(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<String> {
        let says = [State::of(here).line(), self.rule(here, Some(look)), self.when(here, look)];
        says.into_iter().chain(self.amiss(here)).chain(Scaler::refused(here)).collect()
    }

    fn sentence(&self, here: Here<'_, '_>, _: &Look<'_>) -> Option<String> {
        Some(format!("{}: {}", here.label(), State::of(here).line()))
    }

    fn term(&self, _: Here<'_, '_>, _: Option<&crate::scene::Worker<'_>>, row: &StationRow) -> Term {
        if row.kind == StationKind::Worker { Term::HOLDING } else { Term::WAITING }
    }

    fn legend(&self, sheet: &mut Sheet, _: Here<'_, '_>, look: &Look<'_>, (left, right): (f64, f64), y: f64) -> f64 {
        let p = look.palette;
        let mut x = left;
        for (word, fill) in [("in use", Some(p.waiting)), ("idle", Some(p.queued)), ("not open", None)] {
            let width = text_width(word, 11.0, false);
            if x + 13.0 + width > right {
                break;
            }
            sheet.frame((x, y - 4.5), (7.0, 9.0), 0.0, fill, fill.unwrap_or(p.line_3), 0.8);
            sheet.text((x + 13.0, y + 4.0), word, Ink::new(p.ink_2));
            x += 27.0 + width;
        }
        x
    }
}

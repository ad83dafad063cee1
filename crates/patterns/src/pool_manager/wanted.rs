//! How many connections are wanted, and from when on: as a list says, once or every day anew, or as a wave; and how far that strays by chance.

use millrace_engine::Env;
use millrace_parts::RateCurve;
use millrace_spec::{Choice, Field, Share, Values, entries, params, parse_entry};
use millrace_trace::{SimTime, Span};

const LOADS: &[&str] = &["20@0s", "20@0s;180@10m", "0@0s; 40@30s;5@1h"];
const SHAPES: &[Choice] = &[
    Choice { id: "script", label: "As written", help: "The list says it, and what it says last stays." },
    Choice { id: "repeated", label: "Daily", help: "The list says it, and begins anew with every period." },
    Choice { id: "day", label: "Wave", help: "A sine: from the one number to the other and back in every period." },
];
const WEEK: Span = Span::secs(7 * 86_400);
/// The most connections that may be wanted at once.
const MOST_WANTED: u32 = 1_000;
/// A wave changes so many times in a period, but no more often than every so many seconds.
const CHANGES: u64 = 288;
const AT_LEAST: u64 = 5_000_000_000;

/// Reads how many connections are wanted from when on, in the order of time; of several at one instant the last.
///
/// # Errors
/// What is wrong, and where.
fn read_load(text: &str) -> Result<Vec<(Span, u32)>, String> {
    let mut load: Vec<(Span, u32)> = Vec::new();
    for (number, at, entry) in entries(text, ';') {
        let wrong = |why: &str| format!("entry {number}, at character {at}: {why}");
        let unclear = || wrong("write how many are wanted from when on, as in 180@10m, up to 1,000");
        // What a script says of an entry that is no number at a time is of no use here: in a script there may be several.
        let (number, _) = entry.split_once('@').ok_or_else(unclear)?;
        let wanted = number.trim().parse().ok().filter(|n| *n <= MOST_WANTED).ok_or_else(unclear)?;
        load.push((parse_entry(entry).map_err(|why| wrong(&why))?.at, wanted));
    }
    if load.len() > 10_000 {
        return Err("10,000 entries are the most".to_owned());
    }
    millrace_trace::order::sort_by_key(&mut load, |(at, _)| *at);
    load.dedup_by(|later, earlier| {
        let same = later.0 == earlier.0;
        if same {
            *earlier = *later;
        }
        same
    });
    Ok(load)
}

fn check_load(text: &str) -> Result<(), String> {
    read_load(text).map(|_| ())
}

fn is(values: &Values, shape: &str) -> bool {
    values.word("arrivals") == shape
}

fn is_list(values: &Values) -> bool {
    !is(values, "day")
}

fn is_wave(values: &Values) -> bool {
    is(values, "day")
}

fn repeats(values: &Values) -> bool {
    !is(values, "script") || values.word("rule") == "forecast"
}

/// What begins anew has come to its end before.
fn within_a_period(values: &Values) -> Result<(), String> {
    let (load, period) = (read_load(values.word("load")).unwrap_or_default(), values.span("period"));
    match load.last().filter(|(at, _)| is(values, "repeated") && *at >= period) {
        Some((at, _)) => Err(format!("what is to come at {at} never does, as every {period} all begins anew")),
        None => Ok(()),
    }
}

/// What is forecast has to be seen several times in a period.
fn seen_in_a_period(values: &Values) -> Result<(), String> {
    within_a_period(values)?;
    let (period, every) = (values.span("period"), values.span("interval"));
    if values.word("rule") == "forecast" && period.0 < every.0.saturating_mul(2) {
        Err(format!("who looks every {every} sees nothing repeat itself every {period}"))
    } else {
        Ok(())
    }
}

params! {
    /// How many connections are wanted.
    pub struct Wanted {
        /// How many connections are wanted from when on: n@time joined by ;. Who finds none waits until the next look, and asks again.
        load: String => Field::text("load", "Load", "20@0s;180@10m", "n@time;…", check_load, LOADS).simple().when(is_list).fits(within_a_period),
        /// Whether the list is in force as it is written, or every day anew; or a wave in its place.
        arrivals: String => Field::choice("arrivals", "Repeats", "script", SHAPES).simple(),
        /// How many are wanted at the beginning of a period.
        rate: u32 => Field::count("rate", "At night", 20, 0..=u64::from(MOST_WANTED)).simple().when(is_wave),
        /// How many in its middle.
        to: u32 => Field::count("to", "At noon", 180, 0..=u64::from(MOST_WANTED)).simple().when(is_wave),
        /// How long a day is, after which the load repeats itself. A forecast takes it from here too.
        period: Span => Field::span("period", "Period", Span::secs(86_400), Span::secs(60)..=WEEK).simple().when(repeats).fits(seen_in_a_period),
        /// How far each number strays by chance, up or down.
        noise: Share => Field::share("noise", "Noise", 0.0, 1.0),
    }
}

/// From when on how many are wanted, in the order of time, for ever or until it stays as it is.
pub(super) struct Changes {
    env: Env,
    /// One period of it.
    list: Vec<(Span, u32)>,
    wave: Option<(RateCurve, Span)>,
    /// After how long it begins anew.
    period: Option<Span>,
    noise: f64,
    next: u64,
}

impl Wanted {
    pub(super) fn changes(&self, env: &Env) -> Changes {
        // The field takes no other text.
        let mut list = read_load(&self.load).unwrap_or_default();
        let is_wave = self.arrivals == "day";
        let wave = is_wave.then(|| {
            let (from, to, period) = (f64::from(self.rate), f64::from(self.to), self.period);
            (RateCurve::Day { from, to, period }, Span((period.0 / CHANGES).max(AT_LEAST)))
        });
        let period = (self.arrivals == "repeated").then_some(self.period);
        list.retain(|(at, _)| period.is_none_or(|period| *at < period));
        Changes { env: env.clone(), list, wave, period, noise: self.noise.0, next: 0 }
    }
}

impl Iterator for Changes {
    type Item = (SimTime, u32);

    fn next(&mut self) -> Option<(SimTime, u32)> {
        let number = self.next;
        let (at, wanted) = match &self.wave {
            Some((curve, step)) => {
                let at = Span(step.0.checked_mul(number)?);
                (at, curve.at(at.seconds()))
            }
            None => {
                let each = (self.list.len() as u64).max(1);
                let (day, entry) = (number / each, number % each);
                let (at, wanted) = self.list.get(usize::try_from(entry).ok()?)?;
                let begins = match self.period {
                    Some(period) => period.0.checked_mul(day)?,
                    None if day > 0 => return None,
                    None => 0,
                };
                (Span(begins.checked_add(at.0)?), f64::from(*wanted))
            }
        };
        self.next += 1;
        let strays = if self.noise > 0.0 {
            let draw = self.env.draw("load", number, 0).unit();
            1.0 + self.noise * (2.0 * draw - 1.0)
        } else {
            1.0
        };
        // No more than the form lets anybody want.
        let wanted = libm::round(wanted * strays).min(f64::from(MOST_WANTED)).max(0.0) as u32;
        Some((SimTime::ZERO + at, wanted))
    }
}

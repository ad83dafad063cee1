//! A bank in words: for those who do not see the canvas, and in the label box of whatever is pointed at.

use super::breaker::Breaker;
use super::floors::{arrival, waits};
use super::plan::number;
use super::state::{Call, Car, Landing, State, Way};
use crate::number as numbers;
use crate::scene::contact::Contact;
use crate::scene::{Look, Scene};
use crate::{Palette, Theme};

/// Up and down have other words where somebody is to go there.
const fn to_go(way: Way) -> &'static str {
    match way {
        Way::Up => "to go up",
        Way::Down => "to go down",
    }
}

fn some(n: u64, what: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{} {what}{s}", numbers::count(n))
}

/// "up", "at 14", "doors closed": where a car is and what it does.
fn motion(car: &Car<'_>) -> Vec<String> {
    let idle = if car.is_shut { "shut down" } else { "idle" };
    let mut words = vec![car.heading.map_or(idle, Way::word).to_owned()];
    words.extend(car.trouble.map(str::to_owned));
    let (below, above) = (libm::floor(car.place + 1e-3) as i32, libm::ceil(car.place - 1e-3) as i32);
    words.push(match below == above {
        true => format!("at {}", number(below)),
        false => format!("between {} and {}", number(below), number(above)),
    });
    words.push(format!("doors {}", if car.doors { "open" } else { "closed" }));
    words
}

fn load(car: &Car<'_>) -> String {
    let riders = numbers::count(car.riders.len() as u64);
    match car.capacity {
        Some(capacity) => format!("{riders} riding of {}", numbers::count(u64::from(capacity))),
        None => format!("{riders} riding"),
    }
}

fn breaker(breaker: &Breaker) -> String {
    let says = breaker.says().into_iter().next().unwrap_or_default();
    let what = if breaker.status == Contact::HalfOpen { format!("{says} the probe") } else { says };
    format!("breaker {}, {what}", breaker.status.word())
}

/// "up, at 14, doors closed, 7 riding of 12, breaker closed, 0 of 5 failures, 3 stops ahead".
fn car_row(car: &Car<'_>) -> String {
    let mut words = motion(car);
    words.push(load(car));
    words.extend(car.breaker.as_ref().map(breaker));
    words.push(format!("{} ahead", some(car.stops.len() as u64, "stop")));
    words.join(", ")
}

/// "3 waiting to go down, longest 63 s, car A".
fn call_words(state: &State<'_>, look: &Look<'_>, call: &Call) -> String {
    let car = state.car(call.via).map_or("no car".to_owned(), |car| format!("car {}", car.name));
    format!("{} waiting {}, longest {}, {car}", numbers::count(call.people), to_go(call.way), waits(look, call))
}

/// Who is at a landing and wants to go nowhere.
fn others(landing: &Landing<'_>) -> Option<String> {
    let going: u64 = landing.calls.iter().map(|call| call.people).sum();
    let others = (landing.people.len() as u64).saturating_sub(going);
    (others > 0).then(|| format!("{} there already", numbers::count(others)))
}

/// The look of those who do not look: only its time counts.
fn blind(scene: &Scene<'_>) -> Look<'static> {
    Look::new((0.0, 0.0), Palette::of(Theme::Light), scene.ledger.now)
}

/// A row for each car and for each landing where somebody is, and the sums.
pub fn rows(scene: &Scene<'_>, look: &Look<'_>, label: &str) -> Vec<(String, String)> {
    let Some(state) = State::of(scene, look) else { return Vec::new() };
    let mut rows: Vec<(String, String)> = state.cars.iter().map(|car| (car.name.to_owned(), car_row(car))).collect();
    for landing in state.landings.iter().rev().filter(|landing| !landing.people.is_empty()) {
        let words = landing.calls.iter().map(|call| call_words(&state, look, call)).chain(others(landing));
        rows.push((landing.name.to_owned(), words.collect::<Vec<_>>().join("; ")));
    }
    rows.push((label.to_owned(), sums(&state)));
    rows
}

/// So many calls are told of, those that wait longest.
const MOST: usize = 3;

/// Who waits where since when, and what the car does that is to come: a line for each call.
pub fn story(scene: &Scene<'_>) -> Option<String> {
    let state = State::of(scene, &blind(scene))?;
    let mut all: Vec<(&str, Call)> = Vec::new();
    for landing in &state.landings {
        all.extend(landing.calls.iter().map(|call| (landing.name, *call)));
    }
    millrace_trace::order::sort_by_key(&mut all, |(_, call)| std::cmp::Reverse(call.longest));
    let line = |(landing, call): &(&str, Call)| {
        let (n, verb) = (numbers::count(call.people), if call.people == 1 { "waits" } else { "wait" });
        let since = numbers::moment(scene.ledger.now.0.saturating_sub(call.longest.0));
        let comes = match state.car(call.via) {
            Some(car) => format!("car {} is to come: {}", car.name, motion(car).join(", ")),
            None => "no car is to come".to_owned(),
        };
        format!("{n} {verb} at {landing} {} since {since}, and {comes}.", to_go(call.way))
    };
    let told: Vec<String> = all.iter().take(MOST).map(line).collect();
    (!told.is_empty()).then(|| told.join("\n"))
}

fn sums(state: &State<'_>) -> String {
    let (people, calls) = state.waiting();
    format!(
        "{}, {} riding, {} waiting on {}",
        some(state.cars.len() as u64, "car"),
        numbers::count(state.riding()),
        numbers::count(people),
        some(calls, "call")
    )
}

/// A sentence: the sums, and the cars whose breakers are not closed or that are not in service.
pub fn description(scene: &Scene<'_>, label: &str) -> String {
    let Some(state) = State::of(scene, &blind(scene)) else { return label.to_owned() };
    let mut sentences = vec![format!("{label}: {}", sums(&state))];
    for car in &state.cars {
        let status = car.breaker.filter(|breaker| breaker.status != Contact::Closed);
        if status.is_some() || car.trouble.is_some() {
            let words = car.trouble.map(str::to_owned).into_iter().chain(status.as_ref().map(breaker));
            sentences.push(format!("Car {} {}", car.name, words.collect::<Vec<_>>().join(", ")));
        }
    }
    sentences.join(". ")
}

/// The lines of a car's label box.
pub fn about_car(state: &State<'_>, car: &Car<'_>) -> Vec<String> {
    let mut lines = vec![motion(car).join(", "), load(car)];
    lines.extend(car.breaker.as_ref().map(breaker));
    if let Some(first) = car.stops.first() {
        let stops: Vec<String> = car.stops.iter().take(12).map(|stop| number(stop.place)).collect();
        let more = if car.stops.len() > 12 { ", …" } else { "" };
        lines.push(format!("stops at {}{more}", stops.join(", ")));
        debug_assert!(car.stops.iter().all(|stop| stop.place >= first.place), "stops are in order");
    }
    let (up, down) = car.pending;
    if up + down > 0 {
        lines.push(format!("{} up and {} down to do", numbers::count(up), numbers::count(down)));
    }
    let room = state.spec.signals.1;
    if room > 0 || car.signals > 0 {
        lines.push(format!("{} of {} queued", numbers::count(car.signals), some(u64::from(room), "signal")));
    }
    if car.range != state.ends {
        lines.push(format!("serves {} to {}", number(car.range.0), number(car.range.1)));
    }
    lines
}

/// The lines of a landing's label box.
pub fn about_landing(state: &State<'_>, look: &Look<'_>, landing: &Landing<'_>) -> Vec<String> {
    if landing.people.is_empty() {
        return vec!["nobody waits".to_owned()];
    }
    let line = |call: &Call| {
        let when = arrival(state, look, landing, call, false);
        let when = if when.is_empty() || when == "—" { String::new() } else { format!(", {when}") };
        format!("{}{when}", call_words(state, look, call))
    };
    landing.calls.iter().map(line).chain(others(landing)).collect()
}

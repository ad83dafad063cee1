//! The text alternative of the stage: what the picture shows, as rows of a table and as a sentence.

use super::number;
use super::recent::Mode;
use super::scene::{Cell, Look, Reading, Scene, Worker, about, await_line, bank, census, conservation, outcomes};
use millrace_spec::{Place, Regulator};
use millrace_trace::{StationKind, UNLIMITED, ledger::StationRow};

/// One row: what it is about, and what there is to say.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// A worker, a channel, the server.
    pub what: String,
    /// State, request, elapsed, waiting line; or fill and capacity.
    pub says: String,
}

/// More workers than this are told by state.
const WORKERS: usize = 64;

/// A row for each place in the order of the flow, for each worker of a crew, and for the sum that must always hold. Crowds
/// and large crews are told by state.
pub fn rows(scene: &Scene<'_>, look: &Look<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut say = |what: &str, says: String| rows.push(Row { what: what.to_owned(), says });
    for place in &scene.spec.places {
        let (label, station) = (place.label(), place.station());
        match place {
            Place::Source { .. } => say(label, join(format!("{} sent", sent(scene)), waiting(scene, station))),
            Place::Channel { .. } => say(label, channel(scene, station)),
            Place::Crew { .. } => {
                let workers = Worker::crew(scene, station);
                if workers.len() > WORKERS {
                    say(label, states(&workers));
                    continue;
                }
                for worker in &workers {
                    say(scene.name(worker.row), about(scene, look, worker).join(", "));
                }
            }
            Place::Crowd { .. } => {
                for (cell, n) in by_word(census(scene)) {
                    say(&format!("{label}, {cell}"), number::count(n));
                }
            }
            Place::Bank { .. } => {
                bank::rows(scene, look, label).iter().for_each(|(what, says)| say(what, says.clone()))
            }
            Place::Breaker { gauges, .. } => {
                say(label, Reading::of(scene, station, gauges).says(look.now).join(", "));
            }
            Place::Server { .. } => say(label, server(scene, station)),
            Place::Sink { .. } => {
                let done = format!(
                    "{} of {} done",
                    number::count(scene.ledger.tally.departed()),
                    number::count(scene.total())
                );
                let ways: Vec<String> =
                    outcomes(scene).into_iter().map(|(_, word, n)| format!("{} {word}", number::count(n))).collect();
                say(label, join(format!("{done}: {}", ways.join(", ")), waiting(scene, station)));
            }
        }
    }
    if let Some(regulator) = &scene.spec.regulator {
        say(&regulator.label, regulated(scene, regulator));
    }
    say("Sum", conservation(scene).0);
    rows
}

/// A few sentences for people who do not see the canvas: the regulator, what is full, how many workers do what, what is done.
pub fn description(scene: &Scene<'_>) -> String {
    let mut sentences = Vec::new();
    if let Some(regulator) = &scene.spec.regulator {
        sentences.push(capital(&regulated(scene, regulator)));
    }
    for place in &scene.spec.places {
        let (label, station) = (place.label(), place.station());
        match place {
            Place::Channel { .. } => sentences.push(format!("{label} {}", channel(scene, station))),
            Place::Crew { .. } => {
                let workers = Worker::crew(scene, station);
                if !workers.is_empty() {
                    sentences.push(format!("{label}: {}", states(&workers)));
                }
            }
            Place::Crowd { .. } => {
                let states: Vec<String> = by_word(census(scene))
                    .into_iter()
                    .map(|(word, n)| format!("{} {word}", number::count(n)))
                    .collect();
                sentences.push(format!("{label}: {}", states.join(", ")));
            }
            Place::Server { .. } => sentences.push(format!("{label}: {}", server(scene, station))),
            Place::Sink { .. } => {
                let (done, total) = (scene.ledger.tally.departed(), scene.total());
                let failed = done.saturating_sub(scene.ledger.tally.served());
                let errors = match done {
                    0 => String::new(),
                    _ => format!(", {} percent errors", number::percent(failed as f64 / done as f64)),
                };
                sentences.push(format!("{label}: {} of {} done{errors}", number::count(done), number::count(total)));
            }
            Place::Bank { .. } => sentences.push(bank::description(scene, label)),
            Place::Breaker { gauges, .. } => {
                sentences.push(format!("{label}: {}", Reading::of(scene, station, gauges).summary()));
            }
            Place::Source { .. } => {}
        }
    }
    sentences.push(capital(&conservation(scene).0));
    format!("{}.", sentences.join(". "))
}

fn sent(scene: &Scene<'_>) -> String {
    number::count(scene.ledger.tally.offered)
}

fn join(text: String, more: Option<String>) -> String {
    more.map_or(text.clone(), |more| format!("{text}, {more}"))
}

/// At which line the first live task at a station waits.
fn waiting(scene: &Scene<'_>, station: &str) -> Option<String> {
    let (id, _) = scene.station(station)?;
    let task = scene.ledger.tasks.iter().map(|(_, t)| t).find(|t| t.station == id && t.is_live())?;
    await_line(scene, task).map(|line| format!("waits at {line}"))
}

fn channel(scene: &Scene<'_>, station: &str) -> String {
    let Some((_, row)) = scene.station(station) else { return "empty".to_owned() };
    let level = row.levels.present;
    let n = number::count(level);
    match row.capacity {
        UNLIMITED => format!("{n}, no limit"),
        0 => "hands over directly, no buffer".to_owned(),
        capacity if level >= u64::from(capacity) => format!("full, {n} of {}", number::count(u64::from(capacity))),
        capacity => format!("{n} of {}", number::count(u64::from(capacity))),
    }
}

fn server(scene: &Scene<'_>, station: &str) -> String {
    let Some((_, row)) = scene.station(station) else { return "idle".to_owned() };
    let mut text = slots(row);
    if let Some(mean) = scene.recent.recent_mean() {
        text = format!("{text}, recent calls took {} ms", number::millis(mean));
    }
    let faults: Vec<&str> = scene
        .spec
        .faults
        .iter()
        .filter(|f| !scene.ledger.standing(f.id, scene.trace).is_empty())
        .map(|f| f.label)
        .collect();
    if faults.is_empty() { text } else { format!("{text}, injected: {}", faults.join(", ")) }
}

fn slots(row: &StationRow) -> String {
    debug_assert!(row.kind == StationKind::Server, "only servers have slots");
    let n = number::count(row.levels.in_service);
    match row.capacity {
        UNLIMITED => format!("{n} calls under way"),
        slots => {
            let waiting = number::count(row.levels.waiting());
            format!("{n} of {} slots in use, {waiting} waiting for one", number::count(u64::from(slots)))
        }
    }
}

/// "1 idle, 6 waiting on the server, 5 blocked".
fn states(workers: &[Worker<'_>]) -> String {
    let of = |mode: Mode| workers.iter().filter(|w| w.mode == mode).count() as u64;
    let words = |mode: Mode| match mode {
        Mode::Waiting => "waiting on the server",
        mode => mode.word(),
    };
    let some = Mode::ALL.into_iter().filter(|mode| of(*mode) > 0);
    let all: Vec<String> = some.map(|mode| format!("{} {}", number::count(of(mode)), words(mode))).collect();
    all.join(", ")
}

fn by_word(census: Vec<(Cell, u64)>) -> Vec<(&'static str, u64)> {
    let mut words: Vec<(&'static str, u64)> = Vec::new();
    for (cell, n) in census {
        match words.iter_mut().find(|(word, _)| *word == cell.word()) {
            Some((_, sum)) => *sum += n,
            None => words.push((cell.word(), n)),
        }
    }
    words
}

/// "delay 35 ms of 50 ms; pressure 13 of 15, above the threshold of 10".
fn regulated(scene: &Scene<'_>, regulator: &Regulator) -> String {
    let row = scene.station(&regulator.station).map(|(_, row)| row);
    let pressure = row.map_or(0, |r| r.gauge(regulator.pressure).max(0) as u64);
    let delay = row.map_or(0, |r| r.gauge(regulator.delay).max(0) as u64);
    let level = if pressure > regulator.high {
        format!("above the threshold of {}", regulator.high)
    } else if pressure < regulator.low {
        format!("below the threshold of {}", regulator.low)
    } else {
        format!("between the thresholds of {} and {}", regulator.low, regulator.high)
    };
    let (delay, most) = (number::millis(delay), number::millis(regulator.delay_max));
    let (pressure, max) = (number::count(pressure), number::count(regulator.pressure_max));
    format!("delay {delay} ms of at most {most} ms; pressure {pressure} of {max}, {level}")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

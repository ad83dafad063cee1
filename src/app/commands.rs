//! Carrying out what a person asks for: on the experiment, and on what the page remembers.

use super::address_bar;
use super::front_door;
use super::lab::{Lab, Status};
use super::page::{Command, State, Tab};
use super::panels::title_of;
use super::scene::spec;
use super::side_runs::SideRuns;
use super::trying;
use crate::patterns;
use crate::platform::{clock, host};
use crate::session::{Scenario, Target, link};
use crate::spec::{Fidelity, Value, moved};
use crate::view::place;
use std::cell::RefCell;
use std::rc::Rc;

/// Carries out a wish. Whether the address must be written anew.
pub fn carry_out(wish: Command, shared: &Rc<RefCell<Lab>>, side_runs: &mut SideRuns, state: &mut State) -> bool {
    let lab = &mut *shared.borrow_mut();
    // Whatever is asked for of a run is to be seen.
    if !matches!(
        wish,
        Command::Cabinet(_)
            | Command::Drawers(_)
            | Command::Theme
            | Command::Help(_)
            | Command::Shortcuts(_)
            | Command::Offer(_)
            | Command::Dismiss
    ) {
        state.cabinet = false;
    }
    match wish {
        Command::Toggle if lab.wants_real() && !lab.playing => lab.start_real(Rc::downgrade(shared)),
        Command::Toggle => lab.toggle(),
        Command::Consent => {
            lab.consent();
            lab.start_real(Rc::downgrade(shared));
        }
        Command::Limits(limits) => lab.limits = limits,
        Command::Step => lab.step(),
        Command::StepBack => lab.step_back(),
        Command::Restart => {
            let idle = lab.status() == Status::Idle;
            lab.restart();
            if !idle && !lab.wants_real() {
                lab.play();
            }
        }
        Command::NewSeed => {
            let seed = (js_sys::Math::random() * 10_000.0) as u32;
            return edit(lab, state, &format!("Seed {seed:04}"), |s| s.seed = format!("{seed:04}"));
        }
        Command::Seed(seed) if seed.is_empty() => {}
        Command::Seed(seed) => {
            return edit(lab, state, &format!("Seed {seed}"), |s| s.seed = seed.chars().take(64).collect());
        }
        Command::Cancel => lab.cancel(),
        Command::Speed(speed) => lab.choose_speed(speed),
        Command::Seek(at) => lab.seek(at),
        Command::SeekEvent(event) => lab.seek_event(event),
        Command::GoLive => lab.go_live(),
        Command::Pattern(id) => return open_scenario(lab, state, id, ""),
        Command::Scenario(id, preset) => return open_scenario(lab, state, id, preset),
        Command::Preset(id) => {
            let preset = id.and_then(|id| lab.scenario().pattern.preset(id));
            let name = format!("Scenario {}", preset.unwrap_or(&lab.scenario().pattern.usual).label);
            return edit(lab, state, &name, |s| {
                s.preset = preset;
                s.fidelity = preset.and_then(|p| p.fidelity).unwrap_or(Fidelity::Documented);
                s.choose_nothing();
                s.card = None;
                // Another scenario has its own faults, and what stands beside it.
                s.interventions.clear();
                s.stand_as_written();
            });
        }
        Command::Fidelity(fidelity) => {
            return edit(lab, state, &format!("As {}", fidelity.id()), |s| s.fidelity = fidelity);
        }
        Command::Arrange(lifted) => lab.lifted = lifted,
        Command::PutDown => {
            let order = place::order(&spec(lab));
            let (Some((from, to)), Some((key, _))) = (lab.lifted.take(), order) else { return false };
            let Some(field) = lab.scenario().field(key).filter(|_| from != to) else { return false };
            let list = moved(lab.scenario().values().word(key), ',', from, to);
            return edit(lab, state, field.label, |s| s.choose(key, Value::Word(list.clone())));
        }
        Command::Choose(key, value) => {
            let Some(field) = lab.scenario().field(key) else { return false };
            if field.live && !lab.wants_real() && lab.status() != Status::Idle {
                lab.edit_live(key, &value);
                return true;
            }
            return edit(lab, state, &format!("{} {value}", field.label), |s| s.choose(key, value));
        }
        Command::Reset(key) => {
            let label = lab.scenario().field(key).map_or(key, |field| field.label);
            return edit(lab, state, &format!("{label} reset"), |s| s.reset(key));
        }
        Command::ResetAll => {
            return edit(lab, state, "All values reset", |s| s.changed().into_iter().for_each(|key| s.reset(key)));
        }
        Command::Configure(text) => {
            // Whoever asks has read it.
            let Ok(configured) = lab.asked().configured(&text) else { return false };
            return edit(lab, state, "Configuration", |s| *s = configured.scenario);
        }
        Command::Undo => {
            lab.undo();
            return said_nothing(state);
        }
        Command::Redo => {
            lab.redo();
            return said_nothing(state);
        }
        Command::DismissBefore => lab.dismiss_before(),
        Command::Fault(id, magnitude) => {
            lab.begin_fault(&id, magnitude);
            return true;
        }
        Command::Lift(id, magnitude) => {
            lab.lift_fault(&id, magnitude);
            return true;
        }
        Command::Beside(key, text) => {
            return stand(lab, &format!("Beside {key} {text}"), |s| {
                // Whoever asks has read it.
                let _fits = s.differ(&key, &text);
            });
        }
        Command::BesideAlso(key, text) => {
            return stand(lab, &format!("Also beside {key} {text}"), |s| {
                // Whoever asks has read it.
                let _fits = s.differ_also(&key, &text);
            });
        }
        Command::StandBeside(number) => return stand(lab, "Another beside", |s| s.stand_beside(number)),
        Command::BesideFidelity => {
            return stand(lab, "Beside the other fidelity", |s| s.differ_in_fidelity(s.fidelity.other()));
        }
        Command::Agree(key) => return stand(lab, &format!("{key} the same in both"), |s| s.agree(&key)),
        Command::Alone => {
            return stand(lab, "One run", |s| {
                s.versus.clear();
                s.card = None;
            });
        }
        Command::Reschedule(number, from, to) => {
            lab.replan(number, "moved", |s| s.reschedule(number, from, to));
            return true;
        }
        Command::Strengthen(number, magnitude) => {
            lab.replan(number, "of another size", |s| s.strengthen(number, magnitude));
            return true;
        }
        Command::Unplan(number) => {
            lab.replan(number, "taken away", |s| s.unplan(number));
            return true;
        }
        Command::Ask { .. } if lab.wants_real() => {}
        Command::Ask { method, path, body } => {
            lab.ask_system(method, path, body);
            return true;
        }
        Command::Hang(exchange) => {
            lab.hang_up(exchange);
            return true;
        }
        Command::Race(_) | Command::FindSeed(_) if lab.wants_real() => {}
        Command::Race(seeds) => side_runs.start_race(lab.scenario(), seeds),
        Command::CancelRace => side_runs.cancel_race(),
        Command::FindSeed(check) => side_runs.find_seed(lab.scenario(), check),
        Command::CancelSearch => side_runs.cancel_search(),
        Command::OnSeeds(path) => side_runs.run_pairs(lab.scenario(), path),
        Command::CancelSeeds => side_runs.cancel_pairs(),
        Command::OpenFound(check) => {
            let found = side_runs.search(check).and_then(|search| search.found()).cloned();
            return found.is_some_and(|scenario| replace(lab, state, scenario));
        }
        Command::Target(target) => {
            let name = if target == Target::Fetch { "Real endpoint" } else { "Simulated server" };
            return edit(lab, state, name, |s| s.target = target);
        }
        Command::Url(url) => {
            return edit(lab, state, "Address", |s| s.url = (!url.is_empty()).then_some(url));
        }
        Command::Try(number) => return trying::press(number, lab, state),
        Command::Question(number) => return front_door::answer(number, lab, state) && said_nothing(state),
        Command::HideLead => {
            state.lead = false;
            host::hide_lead();
        }
        Command::Origin => (state.tab, state.origin) = (Tab::Explain, Some(state.tick)),
        Command::Tab(tab) => (state.tab, state.origin) = (tab, None),
        Command::Advanced(advanced) => state.advanced = advanced,
        Command::Theme => state.dark = !state.dark,
        Command::Help(help) => state.help = help,
        Command::Compare(compare) => {
            lab.pause();
            state.compare = compare;
            if !compare {
                // What was pressed to leave goes with what it left; one goes on where one came in.
                clock::soon(|| host::focus("[data-testid=compare]"));
            }
        }
        Command::Cabinet(shown) => {
            lab.pause();
            (state.cabinet, state.compare) = (shown, false);
        }
        Command::Drawers(drawers) => (state.cabinet, state.drawers) = (true, drawers),
        Command::Solo(side) => state.solo = Some(side).filter(|side| state.solo != Some(*side)),
        Command::Lane(lane) => {
            if state.tab == Tab::Follow && lane.as_ref().is_none_or(|lane| !lane.starts_with('#')) {
                state.tab = Tab::Code;
            }
            state.lane = lane;
        }
        Command::Follow(Some(job)) => {
            (state.lane, state.tab) = (Some(title_of(job)), Tab::Follow);
        }
        Command::Follow(None) => (state.lane, state.tab) = (None, Tab::Code),
        Command::OpenLine(file, line) => {
            state.tab = Tab::Code;
            (state.look, state.line) = (None, Some((file, line)));
        }
        Command::Quiet => state.quiet = Some(lab.session().far_hash()),
        Command::Offer(link) => state.offered = Some(link),
        Command::Shortcuts(shortcuts) => state.shortcuts = shortcuts,
        Command::Dismiss => {
            state.notices.clear();
            state.offered = None;
            state.error = None;
        }
    }
    false
}

/// A scenario of a pattern, from its start.
fn open_scenario(lab: &mut Lab, state: &mut State, id: &str, preset: &str) -> bool {
    let Some(pattern) = patterns::find(id) else { return false };
    let mut scenario = Scenario::of(pattern, preset);
    // The seed stays, so that two patterns meet the same traffic.
    scenario.seed.clone_from(&lab.asked().seed);
    state.compare = false;
    front_door::leave(state);
    replace(lab, state, scenario)
}

/// Opens what stands in the address. What was ignored or clamped is said; a text that names no pattern changes nothing.
pub fn open(text: &str, lab: &mut Lab, state: &mut State) {
    match link::decode(text) {
        Ok(decoded) => {
            front_door::leave(state);
            (state.look, state.line) = (None, None);
            (state.cabinet, state.solo, state.error) = (false, None, None);
            let mut notices = decoded.notices;
            address_bar::open(decoded.scenario, &mut notices, lab, state);
            state.notices = notices;
        }
        Err(message) => {
            state.error = Some(format!("This link cannot be opened: {message}. What was there before is still here."))
        }
    }
}

/// The scenario with a change, as a step with a name that can be undone. What was done to the run keeps its time; what has no place in the
/// changed one is said.
pub fn edit(lab: &mut Lab, state: &mut State, name: &str, change: impl FnOnce(&mut Scenario)) -> bool {
    let mut scenario = lab.asked().clone();
    change(&mut scenario);
    let left_out = scenario.keep_by_time();
    lab.edit(name, scenario);
    said_nothing(state);
    state.notices = left_out;
    true
}

/// Another run stands beside this one, or none: this one stays as it is.
fn stand(lab: &mut Lab, name: &str, change: impl FnOnce(&mut Scenario)) -> bool {
    let mut scenario = lab.asked().clone();
    change(&mut scenario);
    lab.edit(name, scenario);
    true
}

/// What was said before is about something that is no more.
fn said_nothing(state: &mut State) -> bool {
    state.error = None;
    state.offered = None;
    state.notices.clear();
    true
}

fn replace(lab: &mut Lab, state: &mut State, scenario: Scenario) -> bool {
    state.look = None;
    (state.lane, state.line, state.solo) = (None, None, None);
    lab.open(scenario);
    said_nothing(state)
}

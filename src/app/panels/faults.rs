//! Faults: switches with their magnitudes. On means injected now.

use crate::app::entry::Entry;
use crate::app::family;
use crate::app::held::use_held;
use crate::app::markup::{classes, html};
use crate::app::page::{Command, Page, use_page};
use crate::spec::{FaultSpec, FaultUnit};
use std::rc::Rc;
use yew::prelude::*;

/// The faults that the pattern's scene offers.
pub fn faults(page: &Page) -> Html {
    let lab = page.lab();
    let scenario = lab.scenario();
    let scene = (scenario.pattern.scene)(&scenario.values(), scenario.fidelity);
    if lab.wants_real() {
        return kept(scenario.interventions.len());
    }
    if scene.faults.is_empty() {
        return Html::default();
    }
    let standing = |id: &str| lab.standing(id);
    let members = (family::of(&scene).members)(&lab);
    html! {
        <section class="sec" aria-labelledby="h-faults">
            <header><h2 id="h-faults">{ "Faults" }</h2><span class="note" data-testid="planned">{ planned_note(scenario.planned().len()) }</span></header>
            // Where there are several servers, each has its own under its name.
            { for scene.faults.chunk_by(|a, b| a.whose == b.whose).map(|group| {
                let whose = group.first().and_then(|fault| fault.whose.clone());
                html! {
                    <div role={whose.as_ref().map(|_| "group")} aria-label={whose.clone()} key={whose.clone().unwrap_or_default()}>
                        if let Some(whose) = whose {
                            <h3 class="whose">{ whose }</h3>
                        }
                        <div class="fl">
                            { for group.iter().map(|fault| {
                                let standing = standing(&fault.name());
                                let key = format!("{}/{}", scenario.pattern.id, fault.name());
                                html! { <Fault {key} fault={fault.clone()} {standing} members={members.clone()} /> }
                            }) }
                        </div>
                    </div>
                }
            }) }
        </section>
    }
}

/// What is said of the faults where the requests go to a real endpoint.
fn kept(count: usize) -> Html {
    if count == 0 {
        return Html::default();
    }
    html! {
        <section class="sec" aria-labelledby="h-faults">
            <header><h2 id="h-faults">{ "Faults" }</h2></header>
            <p class="note kept" data-testid="kept">{ "What is planned stays in the scenario and its link. None of it acts in a run against a real endpoint." }</p>
        </section>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct FaultProps {
    fault: FaultSpec,
    /// The magnitudes with which it stands.
    standing: Vec<i64>,
    /// The names of the members, in the order of their numbers, where they have names of their own.
    members: Option<Rc<[String]>>,
}

/// A switch, and the magnitude with which it switches on. Where the magnitude is a member, each member is switched for itself: the
/// switch is that of the member in the field, and others that are off their work have a row each.
#[component]
fn Fault(props: &FaultProps) -> Html {
    let page = use_page();
    let FaultSpec { help, unit, default, min, max, .. } = props.fault;
    let (name, label) = (props.fault.name(), props.fault.full_label());
    let chosen = use_held(|| default);
    let problem = use_held(|| None::<String>);
    let of_members = unit == FaultUnit::Member;
    let strongest = props.standing.iter().copied().max();
    let active = if of_members { props.standing.iter().copied().find(|m| *m == *chosen) } else { strongest };
    let magnitude = active.unwrap_or(*chosen);
    let lift = |magnitude: i64| Command::Lift(name.clone(), of_members.then_some(magnitude));
    let onclick = page.asks(if active.is_some() { lift(magnitude) } else { Command::Fault(name.clone(), magnitude) });
    let others = props.standing.iter().copied().filter(|m| of_members && *m != magnitude);
    let commit = {
        let (page, problem, members) = (page.clone(), problem.clone(), props.members.clone());
        let (name, label) = (name.clone(), label.clone());
        Callback::from(move |text: String| {
            match read(unit, &text, members.as_deref()).filter(|m| (min..=max).contains(m)) {
                Some(new) => {
                    problem.set(None);
                    chosen.set(new);
                    if !of_members && active.is_some_and(|old| old != new) {
                        page.ask(Command::Fault(name.clone(), new));
                    }
                    true
                }
                None => {
                    let write = |magnitude| written(unit, magnitude, members.as_deref());
                    let from = if min == 0 { "0".to_owned() } else { write(min) };
                    let (to, now) = (write(max), write(magnitude));
                    let doing = if active.is_some() { "Injecting" } else { "Staying with" };
                    problem.set(Some(format!("{label}: enter {from}–{to}. {doing} {now}.")));
                    false
                }
            }
        })
    };
    let (switch, error_id) = (format!("fault-{name}-switch"), format!("fault-{name}-error"));
    html! {
        <>
            <div class="fault" title={help}>
                <button type="button" id={switch.clone()} class={classes!("sw", active.map(|_| "on"))} role="switch" aria-checked={active.is_some().to_string()}
                    data-testid={format!("fault-{name}")} aria-label={label.to_string()} aria-description={help} {onclick}></button>
                <label for={switch}>{ props.fault.label }</label>
                <Entry value={written(unit, magnitude, props.members.as_deref())} label={format!("{label}, magnitude")} testid={format!("fault-{name}-magnitude")}
                    bad={problem.is_some()} described={problem.as_ref().map(|_| error_id.clone())} {commit} />
            </div>
            { for others.map(|member| {
                let who = format!("{label}: {}", written(unit, member, props.members.as_deref()));
                html! {
                    <div class="fault" key={member}>
                        <button type="button" class="sw on" role="switch" aria-checked="true" data-testid={format!("fault-{name}-{member}")}
                            aria-label={who.clone()} onclick={page.asks(lift(member))}></button>
                        <span>{ who }</span>
                    </div>
                }
            }) }
            if let Some(message) = &*problem {
                <p class="err" role="alert" id={error_id}>{ message }</p>
            }
        </>
    }
}

/// How many faults there are on the timeline.
fn planned_note(count: usize) -> String {
    match count {
        0 => "injected in virtual time".to_owned(),
        count => format!("{count} on the timeline, kept when values change"),
    }
}

/// A magnitude in words. Members are known by their names, where they have some, and else as the crew's picture numbers them.
fn written(unit: FaultUnit, magnitude: i64, members: Option<&[String]>) -> String {
    let name = members.and_then(|all| all.get(usize::try_from(magnitude).ok()?.checked_sub(1)?));
    match (unit, name) {
        (FaultUnit::Member, Some(name)) => name.clone(),
        (FaultUnit::Member, None) if members.is_none() => format!("w{magnitude:02}"),
        _ => unit.written(magnitude),
    }
}

fn read(unit: FaultUnit, text: &str, members: Option<&[String]>) -> Option<i64> {
    let named = members.and_then(|all| all.iter().position(|name| name == text.trim()));
    match (unit, named) {
        (FaultUnit::Member, Some(index)) => i64::try_from(index + 1).ok(),
        _ => unit.read(text),
    }
}

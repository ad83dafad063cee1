//! Faults: switches with their magnitudes. On means injected now.

use crate::app::entry::Entry;
use crate::app::family;
use crate::app::page::{Command, use_page};
use crate::spec::{FaultSpec, FaultUnit};
use crate::trace::Span;
use std::rc::Rc;
use yew::prelude::*;

/// The faults that the pattern's scene offers.
#[component]
pub fn Faults() -> Html {
    let page = use_page();
    let lab = page.lab();
    let scenario = lab.scenario();
    let scene = (scenario.pattern.scene)(&scenario.values(), scenario.fidelity);
    if scene.faults.is_empty() || lab.wants_real() {
        return Html::default();
    }
    let trace = lab.session().run().trace();
    let standing = |id: &str| lab.ledger().standing(id, &trace).to_vec();
    let members = (family::of(&scene).members)(&lab);
    html! {
        <section class="sec" aria-labelledby="h-faults">
            <header><h2 id="h-faults">{ "Faults" }</h2><span class="note">{ "injected in virtual time" }</span></header>
            <div class="fl">
                { for scene.faults.into_iter().map(|fault| {
                    let standing = standing(fault.id);
                    let key = format!("{}/{}", scenario.pattern.id, fault.id);
                    let members = members.clone();
                    html! { <Fault {key} {fault} {standing} {members} /> }
                }) }
            </div>
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
    let FaultSpec { id, label, help, unit, default, min, max } = props.fault;
    let chosen = use_state(|| default);
    let problem = use_state(|| None::<String>);
    let of_members = unit == FaultUnit::Member;
    let strongest = props.standing.iter().copied().max();
    let active = if of_members { props.standing.iter().copied().find(|m| *m == *chosen) } else { strongest };
    let magnitude = active.unwrap_or(*chosen);
    let lift = |magnitude: i64| Command::Lift(id, of_members.then_some(magnitude));
    let onclick = page.asks(if active.is_some() { lift(magnitude) } else { Command::Fault(id, magnitude) });
    let others = props.standing.iter().copied().filter(|m| of_members && *m != magnitude);
    let commit = {
        let (page, problem, members) = (page.clone(), problem.clone(), props.members.clone());
        Callback::from(move |text: String| {
            match read(unit, &text, members.as_deref()).filter(|m| (min..=max).contains(m)) {
                Some(new) => {
                    problem.set(None);
                    chosen.set(new);
                    if !of_members && active.is_some_and(|old| old != new) {
                        page.ask(Command::Fault(id, new));
                    }
                    true
                }
                None => {
                    let write = |magnitude| written(unit, magnitude, members.as_deref());
                    let (from, to, now) = (write(min), write(max), write(magnitude));
                    let doing = if active.is_some() { "Injecting" } else { "Staying with" };
                    problem.set(Some(format!("{label}: enter {from}–{to}. {doing} {now}.")));
                    false
                }
            }
        })
    };
    let error_id = format!("fault-{id}-error");
    html! {
        <>
            <div class="fault" title={help}>
                <button type="button" class={classes!("sw", active.map(|_| "on"))} role="switch" aria-checked={active.is_some().to_string()}
                    data-testid={format!("fault-{id}")} aria-label={label} aria-description={help} {onclick}></button>
                <span>{ label }</span>
                <Entry value={written(unit, magnitude, props.members.as_deref())} label={format!("{label}, magnitude")} testid={format!("fault-{id}-magnitude")}
                    bad={problem.is_some()} described={problem.as_ref().map(|_| error_id.clone())} {commit} />
            </div>
            { for others.map(|member| {
                let name = format!("{label}: {}", written(unit, member, props.members.as_deref()));
                html! {
                    <div class="fault" key={member}>
                        <button type="button" class="sw on" role="switch" aria-checked="true" data-testid={format!("fault-{id}-{member}")}
                            aria-label={name.clone()} onclick={page.asks(lift(member))}></button>
                        <span>{ name }</span>
                    </div>
                }
            }) }
            if let Some(message) = &*problem {
                <p class="err" role="alert" id={error_id}>{ message }</p>
            }
        </>
    }
}

fn written(unit: FaultUnit, magnitude: i64, members: Option<&[String]>) -> String {
    let name = members.and_then(|all| all.get(usize::try_from(magnitude).ok()?.checked_sub(1)?));
    match unit {
        FaultUnit::Times => format!("×{magnitude}"),
        FaultUnit::Percent => format!("{magnitude} %"),
        FaultUnit::Lasts => Span(magnitude.max(0) as u64).to_string(),
        FaultUnit::Member if members.is_some() => name.map_or(format!("No. {magnitude}"), String::clone),
        FaultUnit::Member => format!("w{magnitude:02}"),
    }
}

fn read(unit: FaultUnit, text: &str, members: Option<&[String]>) -> Option<i64> {
    let named = members.and_then(|all| all.iter().position(|name| name == text.trim()));
    match (unit, named) {
        (FaultUnit::Member, Some(index)) => return i64::try_from(index + 1).ok(),
        (FaultUnit::Member, None) if members.is_some() => {
            return text.trim().trim_start_matches("No.").trim().parse().ok();
        }
        _ => {}
    }
    match unit {
        FaultUnit::Lasts => {
            crate::spec::parse_span(text, Span::secs(1)).ok().and_then(|span| i64::try_from(span.0).ok())
        }
        _ => text.trim().trim_start_matches(['×', 'x', 'w']).trim_end_matches('%').trim().parse().ok(),
    }
}

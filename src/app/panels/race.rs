//! The choice that a pattern's alternatives can be raced in: a card for each with its figure, the race, and what came of it.
//!
//! Figures stand only where they are about the scenario on the stage. A race of an earlier one stays to be read, and is
//! marked as old.

mod result;

use super::param_row::SameKey;
use crate::app::entry::Entry;
use crate::app::held::use_held;
use crate::app::icon::{IconName, icon_of};
use crate::app::markup::{classes, html};
use crate::app::page::{Command, use_page};
use crate::app::side_runs::Race;
use crate::export::race::{Line, RaceRun, seconds};
use crate::spec::{Choice, Field, Kind};
use result::RaceResult;
use yew::prelude::*;

/// The most seeds that a race is run over.
const MOST_SEEDS: usize = 50;

/// Properties of the section.
#[derive(Clone, PartialEq, Properties)]
pub struct RacedProps {
    /// The field.
    pub field: SameKey,
    /// The id of what is chosen.
    pub chosen: AttrValue,
}

/// The section.
#[component]
pub fn RacedChoice(props: &RacedProps) -> Html {
    let page = use_page();
    let field: &Field = &props.field.0;
    let Kind::Choice(choices) = field.kind else { return Html::default() };
    let side_runs = page.side_runs();
    let race = side_runs.race();
    let note = race.filter(|race| !race.is_old() && race.lines().iter().any(|l| l.mean.is_some())).map(|race| {
        let measure = race.run().words().measure;
        match (race.run().compared(), race.run().seeds().len()) {
            (_, 1) | (0, _) => format!("{measure}, this seed"),
            (n, all) if n == all => format!("{measure}, {n} seeds"),
            (n, all) => format!("{measure}, {n} of {all} seeds"),
        }
    });
    html! {
        <section class="sec raced" aria-labelledby="h-raced">
            <header><h2 id="h-raced">{ field.label }</h2><span class="note">{ note }</span></header>
            <Cards field={props.field.clone()} {choices} chosen={props.chosen.clone()} figures={figures(race, choices)} />
            if !page.lab().wants_real() {
                <Controls choices={choices.len()} />
                if let Some(race) = race {
                    <RaceResult race={result::table(race, &props.chosen)} />
                }
            }
        </section>
    }
}

/// The figure on each card, and whether it is the least.
fn figures(race: Option<&Race>, choices: &[Choice]) -> Vec<Option<(String, bool)>> {
    let lines: &[Line] = race.filter(|race| !race.is_old()).map_or(&[], Race::lines);
    let done = race.is_some_and(Race::is_settled);
    let best = crate::export::race::best(lines).filter(|_| done).map(|line| line.choice.id);
    let of = |choice: &Choice| {
        let line = lines.iter().find(|line| line.choice.id == choice.id)?;
        Some((seconds(line.mean?), best == Some(choice.id)))
    };
    choices.iter().map(of).collect()
}

#[derive(Clone, PartialEq, Properties)]
struct CardsProps {
    field: SameKey,
    choices: Same,
    chosen: AttrValue,
    figures: Vec<Option<(String, bool)>>,
}

/// Alternatives as a property: a field's are always the same.
#[derive(Clone, Copy, Debug)]
struct Same(&'static [Choice]);

impl PartialEq for Same {
    fn eq(&self, other: &Same) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl yew::html::IntoPropValue<Same> for &'static [Choice] {
    fn into_prop_value(self) -> Same {
        Same(self)
    }
}

/// The alternatives: radio buttons of the browser's own, so that the arrow keys choose.
#[component]
fn Cards(props: &CardsProps) -> Html {
    let page = use_page();
    let field = &props.field.0;
    let card = |(choice, figure): (&Choice, &Option<(String, bool)>)| {
        let (key, id) = (field.key, choice.id);
        let on = *props.chosen == *id;
        let onchange = {
            let (page, value) = (page.clone(), field.read(id).ok());
            Callback::from(move |_: Event| {
                if let Some(value) = value.clone() {
                    page.ask(Command::Choose(key, value));
                }
            })
        };
        html! {
            <label class={classes!("card", on.then_some("on"))} title={choice.help}>
                <input type="radio" name={format!("raced-{key}")} value={id} checked={on} data-testid={format!("param-{key}-{id}")} {onchange} />
                <span>{ choice.label }</span>
                if let Some((figure, best)) = figure {
                    <b class={best.then_some("best")}>{ figure }</b>
                }
                if !on {
                    <button type="button" class="vary" data-testid={format!("vary-{key}-{id}")} title={format!("{} beside the chosen one, under one playhead", choice.label)}
                        aria-label={format!("{} beside the chosen one, under one playhead", choice.label)}
                        onclick={page.asks(Command::Beside(key.to_owned(), id.to_owned()))}>{ icon_of(IconName::Beside) }</button>
                }
            </label>
        }
    };
    html! {
        <div class="cards" role="radiogroup" aria-labelledby="h-raced" data-testid={format!("param-{}", field.key)} data-value={props.chosen.clone()}>
            { for props.choices.0.iter().zip(&props.figures).map(card) }
        </div>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct ControlsProps {
    choices: usize,
}

/// Start or cancel, one button so that the focus stays where it is; over how many seeds; how far it is.
#[component]
fn Controls(props: &ControlsProps) -> Html {
    let page = use_page();
    let side_runs = page.side_runs();
    let race = side_runs.race();
    let seeds = use_held(|| race.map_or(1, |race| race.run().seeds().len()));
    let running = race.filter(|race| race.is_running());
    let refused = use_held(|| false);
    let commit = {
        let (seeds, refused) = (seeds.clone(), refused.clone());
        Callback::from(move |text: String| {
            let read = text.trim().parse().ok().filter(|n| (1..=MOST_SEEDS).contains(n));
            refused.set(read.is_none());
            read.map(|n| seeds.set(n)).is_some()
        })
    };
    let (handle, label, wish) = match running {
        Some(_) => ("race-cancel", "Cancel".to_owned(), Command::CancelRace),
        None => ("race-start", format!("Race all {}", props.choices), Command::Race(*seeds)),
    };
    let left_out = RaceRun::leaves_out(page.lab().scenario());
    html! {
        <>
            <div class="racing">
                <button type="button" class="btn bd" data-testid={handle} title="Each alternative on the same seed and the same traffic"
                    onclick={page.asks(wish)}>{ label }</button>
                if let Some(race) = running {
                    <progress max="1" value={format!("{:.3}", race.run().progress())} data-testid="race-progress" aria-label="Computed"></progress>
                    <span class="note">{ under_way(race) }</span>
                } else {
                    <label>{ "over" }<Entry value={seeds.to_string()} {commit} testid="race-seeds" inputmode="numeric" bad={*refused} described={refused.then_some("race-seeds-error")} />
                        { if *seeds == 1 { "seed" } else { "seeds" } }</label>
                    if let Some(race) = race.filter(|race| race.is_cancelled()) {
                        <span class="note">{ given_up(race) }</span>
                    }
                }
            </div>
            if *refused && running.is_none() {
                <p class="err" role="alert" id="race-seeds-error">{ format!("Enter 1–{MOST_SEEDS}. Racing over {}.", *seeds) }</p>
            }
            if left_out > 0 {
                <p class="note">{ "What was asked of the running system is not repeated in a race." }</p>
            }
        </>
    }
}

/// "Cancelled after 15 of 60 runs. Compared on the 2 seeds that all finished."
fn given_up(race: &Race) -> String {
    let run = race.run();
    let over = match (run.compared(), run.seeds().len()) {
        (_, 1) => String::new(),
        (1, _) => " Compared on the one seed that all finished.".to_owned(),
        (n, _) => format!(" Compared on the {n} seeds that all finished."),
    };
    format!("Cancelled after {} of {} runs.{over}", run.rows().len(), run.runs())
}

/// "SCAN, 3 of 6".
fn under_way(race: &Race) -> String {
    let name = race.run().computing().map_or("", |choice| choice.label);
    format!("{name}, {} of {}", (race.run().rows().len() + 1).min(race.run().runs()), race.run().runs())
}

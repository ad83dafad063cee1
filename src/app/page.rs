//! What changes seldom, in one reducer, and the context that components reach everything through.
//!
//! Components read the experiment from [`Page::lab`] while they render, and render again when [`State::tick`] counts on,
//! which it does at most five times a second. They ask for something by [`Page::ask`].

use super::address_bar;
use super::lab::{Lab, Side};
use super::side_runs::SideRuns;
use super::trying::Look;
use crate::session::{Drawers, Scenario, Target};
use crate::spec::{Fidelity, Value};
use crate::trace::{JobId, SimTime, TraceHash};
use crate::upstream::Limits;
use std::borrow::Cow;
use std::cell::{Ref, RefCell};
use std::rc::Rc;
use yew::prelude::*;

use super::lab::Speed;

/// What a person asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Run or pause.
    Toggle,
    /// One event on.
    Step,
    /// One event back.
    StepBack,
    /// From the start, with the same seed.
    Restart,
    /// From the start, with another seed.
    NewSeed,
    /// Give up a seek or a computation.
    Cancel,
    /// Play at this speed.
    Speed(Speed),
    /// Move the playhead.
    Seek(SimTime),
    /// Move the playhead to right after the event of this number.
    SeekEvent(u64),
    /// To the far end of what is computed.
    GoLive,
    /// Another pattern.
    Pattern(&'static str),
    /// A scenario of a pattern: a preset by its id, or with an empty one that of the defaults.
    Scenario(&'static str, &'static str),
    /// A preset, or none.
    Preset(Option<&'static str>),
    /// Documented or shipped.
    Fidelity(Fidelity),
    /// A parameter's value, known to be good.
    Choose(&'static str, Value),
    /// Lift an item of the stage out of its order, by its place, to the place that it would get; or put it back.
    Arrange(Option<(usize, usize)>),
    /// Leave the lifted item where it is held: the list that has the order is another one.
    PutDown,
    /// A parameter as the scenario has it.
    Reset(&'static str),
    /// All parameters as the scenario has them.
    ResetAll,
    /// The parameters as some lines of an environment have them, if those are good.
    Configure(String),
    /// Take the last step back.
    Undo,
    /// Take the step again that was undone last.
    Redo,
    /// Look no more at the run before the last change.
    DismissBefore,
    /// Another seed.
    Seed(String),
    /// Begin a fault, with its magnitude.
    Fault(Cow<'static, str>, i64),
    /// Switch a fault off: the earliest of its kind, or the one of a magnitude.
    Lift(Cow<'static, str>, Option<i64>),
    /// Let a run stand beside this one that differs in a value, as somebody wrote it.
    Beside(String, String),
    /// Let one more be there to stand beside this one, which differs in a value, and do so.
    BesideAlso(String, String),
    /// Of those that may stand beside this one, let the one of this number do so.
    StandBeside(usize),
    /// Let the run of the other fidelity stand beside this one.
    BesideFidelity,
    /// Let the run beside this one not differ in a value any more.
    Agree(String),
    /// Let no run stand beside this one.
    Alone,
    /// Let a planned fault begin and end at other times; it has no end where none is said.
    Reschedule(usize, SimTime, Option<SimTime>),
    /// Give a planned fault another magnitude.
    Strengthen(usize, i64),
    /// Take a planned fault away.
    Unplan(usize),
    /// Ask the running system for something, over its own interface.
    Ask {
        /// The method.
        method: String,
        /// The path.
        path: String,
        /// The body as it was typed.
        body: String,
    },
    /// Hang up on an exchange that streams.
    Hang(u32),
    /// Race the alternatives of a choice, over so many seeds.
    Race(usize),
    /// Give the race up.
    CancelRace,
    /// Look for a seed that breaks the check of this number, or go on looking.
    FindSeed(usize),
    /// Stop looking.
    CancelSearch,
    /// Open what was found for the check of this number.
    OpenFound(usize),
    /// Run the two runs of a card on other seeds too: the figure that is wanted stands at this path of a report.
    OnSeeds(&'static str),
    /// Run them on no more.
    CancelSeeds,
    /// The simulated server or a real endpoint.
    Target(Target),
    /// The endpoint's address.
    Url(String),
    /// What is allowed against a real endpoint.
    Limits(Limits),
    /// Requests to the host that was asked about may be sent.
    Consent,
    /// Do what the scenario's trial of this number does, or take it back.
    Try(usize),
    /// Open the scenario that answers the front door's question of this number.
    Question(usize),
    /// Take the sentence that says what Millrace is away, for good.
    HideLead,
    /// Show where the pattern comes from.
    Origin,
    /// Show a tab.
    Tab(Tab),
    /// Show a line of a file in the code pane.
    OpenLine(&'static str, u32),
    /// Say no more that this run cannot go on.
    Quiet,
    /// The simple or the advanced form.
    Advanced(bool),
    /// Light or dark.
    Theme,
    /// Show or hide the keyboard map.
    Help(bool),
    /// Show the suite's comparison, or the workbench.
    Compare(bool),
    /// Show the bug cabinet, or the workbench.
    Cabinet(bool),
    /// Show those cards of the cabinet that are chosen, in the order that is.
    Drawers(Drawers),
    /// Show one of two runs alone, or both again.
    Solo(Side),
    /// Follow a request, or none.
    Follow(Option<JobId>),
    /// Point at a lane of the stage, or at none.
    Lane(Option<String>),
    /// Show a link that could not be copied.
    Offer(String),
    /// Let the single-key shortcuts work, or not.
    Shortcuts(bool),
    /// Take away a notice.
    Dismiss,
}

/// The tabs of the lower region, and on narrow screens those of the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// The questions of the front door.
    Start,
    /// The source that runs.
    Code,
    /// The journal.
    Log,
    /// The explanation.
    Explain,
    /// The report.
    Report,
    /// The checks.
    Checks,
    /// The interface of the running system, where it has one.
    Api,
    /// The request that is followed.
    Follow,
    /// The parameters, on narrow screens.
    Params,
    /// The charts, on narrow screens.
    Charts,
}

impl Tab {
    /// All of them.
    const ALL: [Tab; 10] = [
        Tab::Start,
        Tab::Code,
        Tab::Log,
        Tab::Explain,
        Tab::Report,
        Tab::Checks,
        Tab::Api,
        Tab::Follow,
        Tab::Params,
        Tab::Charts,
    ];

    /// The tab with an id.
    pub fn from_id(id: &str) -> Option<Tab> {
        Tab::ALL.into_iter().find(|tab| tab.id() == id)
    }

    /// The id in `tab-<id>`.
    pub const fn id(self) -> &'static str {
        match self {
            Tab::Start => "start",
            Tab::Code => "code",
            Tab::Log => "log",
            Tab::Explain => "explain",
            Tab::Report => "report",
            Tab::Checks => "checks",
            Tab::Api => "api",
            Tab::Follow => "follow",
            Tab::Params => "params",
            Tab::Charts => "charts",
        }
    }
}

/// What changes seldom.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Counts on when there is something new to see, at most five times a second, and with every wish.
    pub tick: u64,
    /// Counts on with every wish.
    pub wishes: u64,
    /// Which tab is shown.
    pub tab: Tab,
    /// The line that the code pane was asked for: file and number.
    pub line: Option<(&'static str, u32)>,
    /// The run of which nobody wants to be told any more that it cannot go on.
    pub quiet: Option<TraceHash>,
    /// The name of the lane, or of whatever else of the stage, that is pointed at for good.
    pub lane: Option<String>,
    /// Whether the form shows all parameters.
    pub advanced: bool,
    /// Whether the page is dark.
    pub dark: bool,
    /// Whether the keyboard map is shown.
    pub help: bool,
    /// Whether the suite's comparison is shown.
    pub compare: bool,
    /// Whether the bug cabinet is shown.
    pub cabinet: bool,
    /// Which cards of it are chosen: those that one comes back to, and goes on through from an opened one.
    pub drawers: Drawers,
    /// The one of two runs that is shown alone.
    pub solo: Option<Side>,
    /// Whether single-key shortcuts work.
    pub shortcuts: bool,
    /// Whether the page stands at its front door: nobody has chosen anything yet, so that the address says nothing either.
    pub door: bool,
    /// Whether the sentence that says what Millrace is stands over that of the scenario.
    pub lead: bool,
    /// The tick at which somebody last asked where the pattern comes from; none since another tab was chosen.
    pub origin: Option<u64>,
    /// Where a trial led that changed nothing of the run.
    pub look: Option<Look>,
    /// What the page has to say: ignored or clamped parts of a link, a copied link.
    pub notices: Vec<String>,
    /// A link that could not be copied, to be copied by hand.
    pub offered: Option<String>,
    /// What went wrong, and what is kept.
    pub error: Option<String>,
}

/// A change of [`State`].
#[derive(Clone, Debug)]
pub enum Change {
    /// There is something new to see.
    Tick,
    /// Another state.
    Set(Box<State>),
}

impl Reducible for State {
    type Action = Change;

    fn reduce(self: Rc<Self>, change: Change) -> Rc<Self> {
        match change {
            Change::Tick => Rc::new(State { tick: self.tick + 1, ..(*self).clone() }),
            Change::Set(state) => Rc::new(State { tick: self.tick + 1, wishes: self.wishes + 1, ..*state }),
        }
    }
}

/// The way from components to everything.
#[derive(Clone)]
pub struct Page {
    /// What changes seldom.
    pub state: Rc<State>,
    /// Where the playhead stood when this was rendered: what shows the time at the same pace must not look at it at different instants.
    pub at: SimTime,
    lab: Rc<RefCell<Lab>>,
    side_runs: Rc<RefCell<SideRuns>>,
    ask: Callback<Command>,
    drafts: Drafts,
}

/// A request that is being written, and the pattern whose system it is for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// The pattern's id.
    pub pattern: &'static str,
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The body.
    pub body: String,
}

/// What was being written last. It outlives the pane it was written in, and no keystroke renders the page.
pub type Drafts = Rc<RefCell<Option<Draft>>>;

impl PartialEq for Page {
    fn eq(&self, other: &Page) -> bool {
        self.state == other.state
    }
}

impl Page {
    /// A page over an experiment, and over what is computed beside it.
    pub fn new(
        state: Rc<State>,
        (lab, side_runs): (Rc<RefCell<Lab>>, Rc<RefCell<SideRuns>>),
        ask: Callback<Command>,
        drafts: Drafts,
    ) -> Page {
        let at = lab.borrow().playhead();
        Page { state, at, lab, side_runs, ask, drafts }
    }

    /// The experiment, to be read while rendering and let go at once.
    pub fn lab(&self) -> Ref<'_, Lab> {
        self.lab.borrow()
    }

    /// What is computed beside the experiment, to be read while rendering and let go at once.
    pub fn side_runs(&self) -> Ref<'_, SideRuns> {
        self.side_runs.borrow()
    }

    /// The request that was being written, if it is for this pattern's system.
    pub fn draft(&self, pattern: &str) -> Option<Draft> {
        self.drafts.borrow().clone().filter(|draft| draft.pattern == pattern)
    }

    /// Keeps the request that is being written.
    pub fn keep_draft(&self, draft: Draft) {
        self.drafts.replace(Some(draft));
    }

    /// The scenario.
    pub fn scenario(&self) -> Scenario {
        self.lab.borrow().asked().clone()
    }

    /// A link, to this moment or to the run from its start; and how much of the run has passed, where the link says it.
    pub fn link(&self, moment: bool) -> (String, Option<SimTime>) {
        let lab = &mut *self.lab.borrow_mut();
        if !moment {
            return (address_bar::link_to_start(lab, &self.state), None);
        }
        let link = address_bar::link_to_moment(lab, &self.state);
        (link, lab.moment().at.map(|at| SimTime(at.0)))
    }

    /// Asks for something.
    pub fn ask(&self, wish: Command) {
        self.ask.emit(wish);
    }

    /// A callback that asks for something, whatever the event.
    pub fn asks<E>(&self, wish: Command) -> Callback<E> {
        let ask = self.ask.clone();
        Callback::from(move |_| ask.emit(wish.clone()))
    }
}

/// The page, for components. They stand inside its provider; anywhere else is a mistake of the page's own code.
#[hook]
pub fn use_page() -> Page {
    use_context::<Page>().expect("components stand inside the page's provider")
}

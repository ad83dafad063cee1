//! All that determines a run.

use super::{Differences, Moment};
use millrace_engine::{Action, Clock, Env, Intervention, Order, Ordinal, Run, Seed, Setup, Upstream};
use millrace_patterns as patterns;
use millrace_spec::{
    FaultSpec, Fidelity, Field, Measure, Pattern, Preset, Problem, Role, SCHEDULE, SHUFFLED, Value, Values,
};
use millrace_trace::{SimTime, Span};
use std::rc::Rc;

/// The seed of a scenario that names none.
pub const DEFAULT_SEED: &str = "otis";

/// As many jobs show the structure of a run.
const FEW: u64 = 64;

/// Whom the requests go to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// The simulated server, in virtual time.
    #[default]
    Sim,
    /// A real endpoint, in real time.
    Fetch,
}

/// A scenario: everything that determines a run, and how it is looked at.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The pattern.
    pub pattern: &'static Pattern,
    /// The documents' system or the code's.
    pub fidelity: Fidelity,
    /// The preset that the values start from.
    pub preset: Option<&'static Preset>,
    /// Values that somebody chose, by key; the others follow from preset, fidelity and each other.
    given: Vec<(&'static str, Value)>,
    /// The word that all randomness derives from.
    pub seed: String,
    /// The number of the shuffled schedule that its tasks go by, whatever the parameters say. A link does not carry it: 0 is the
    /// one that the parameter `schedule` asks for, and who tries others tells their numbers.
    pub schedule: Option<u64>,
    /// What people did to the run.
    pub interventions: Vec<Intervention>,
    /// Whom the requests go to.
    pub target: Target,
    /// The real endpoint's address.
    pub url: Option<String>,
    /// The horizon: the run is not looked at beyond it.
    pub until: Option<Span>,
    /// Where the playhead stands when the scenario is opened, and what is looked at.
    pub moment: Moment,
    /// How those differ that stand beside it, under the same playhead.
    pub versus: Vec<Differences>,
    /// Whether the page shows the stage alone.
    pub embed: bool,
    /// The card of the bug cabinet that it was opened from.
    pub card: Option<String>,
}

impl Scenario {
    /// A pattern as it is by default.
    pub fn new(pattern: &'static Pattern) -> Scenario {
        Scenario {
            pattern,
            fidelity: Fidelity::Documented,
            preset: None,
            given: Vec::new(),
            seed: DEFAULT_SEED.to_owned(),
            schedule: None,
            interventions: Vec::new(),
            target: Target::Sim,
            url: None,
            until: None,
            moment: Moment::default(),
            versus: Vec::new(),
            embed: false,
            card: None,
        }
    }

    /// A scenario of a pattern: a preset by its id, or with an empty one that of the defaults.
    pub fn of(pattern: &'static Pattern, preset: &str) -> Scenario {
        let mut scenario = Scenario::new(pattern);
        scenario.preset = pattern.preset(preset);
        scenario.fidelity = scenario.began_as().fidelity.unwrap_or_default();
        scenario.stand_as_written();
        scenario
    }

    /// The first pattern of the catalogue, as it is by default.
    pub fn first() -> Option<Scenario> {
        patterns::ALL.first().map(|p| Scenario::new(p))
    }

    /// What the page opens with: the answer to the first question of the front door, or else the first pattern of the catalogue.
    pub fn at_the_door() -> Option<Scenario> {
        let asked = patterns::questions().into_iter().next();
        asked.map(|(pattern, question)| Scenario::of(pattern, question.preset)).or_else(Scenario::first)
    }

    /// The values of all parameters.
    pub fn values(&self) -> Values {
        self.pattern.values(self.fidelity, self.preset, |field| self.given(field.key))
    }

    /// The pattern's scenario that this one began as: a preset, or that of the defaults.
    pub fn began_as(&self) -> &'static Preset {
        self.preset.unwrap_or(&self.pattern.usual)
    }

    /// The value that somebody chose for a key.
    pub fn given(&self, key: &str) -> Option<Value> {
        self.given.iter().find(|(k, _)| *k == key).map(|(_, v)| v.clone())
    }

    /// The parameters that differ from what they would be if nobody had chosen them, in the order of the form.
    pub fn chosen(&self) -> Vec<(&'static str, Value)> {
        let values = self.values();
        let of = |field: &Field| {
            self.given(field.key)?;
            let value = values.get(field.key)?;
            (self.unchosen(field.key).as_ref() != Some(value)).then(|| (field.key, value.clone()))
        };
        (self.pattern.fields)().iter().filter_map(of).collect()
    }

    /// The values that are not those of the scenario as it was written: chosen, or changed while the run goes on; in the order of the form.
    pub fn changed(&self) -> Vec<&'static str> {
        let chosen: Vec<_> = self.chosen().into_iter().map(|(key, _)| key).collect();
        let live = |key: &str| {
            self.interventions.iter().any(|i| matches!(&i.action, Action::Live { key: edited, .. } if edited == key))
        };
        let keys = (self.pattern.fields)().into_iter().map(|field| field.key);
        keys.filter(|key| chosen.contains(key) || live(key)).collect()
    }

    /// Whether it is another than the one that was written: by a value, by what is done to its run, or by its fidelity.
    pub fn is_changed(&self) -> bool {
        let usual = self.preset.and_then(|preset| preset.fidelity).unwrap_or_default();
        self.fidelity != usual || !self.interventions.is_empty() || !self.chosen().is_empty()
    }

    /// What a value would be if nobody had chosen it.
    pub fn unchosen(&self, key: &str) -> Option<Value> {
        let given = |field: &Field| if field.key == key { None } else { self.given(field.key) };
        self.pattern.values(self.fidelity, self.preset, given).get(key).cloned()
    }

    /// Makes a value what it is unless somebody chooses it, from the start of the run to its end.
    pub fn reset(&mut self, key: &str) {
        self.given.retain(|(k, _)| *k != key);
        self.interventions.retain(|i| !matches!(&i.action, Action::Live { key: edited, .. } if edited == key));
    }

    /// Whether its jobs call a server that a real endpoint can stand in for: the default one, whose parameters have no prefix. Where there
    /// are others beside it, those stay simulated.
    pub fn calls_server(&self) -> bool {
        self.field_with(Role::Server).is_some_and(|field| field.prefix.is_empty())
    }

    /// What is measured beside calls and responses: what its pattern declares, and with a real endpoint the wait before a request is sent.
    pub fn measures(&self) -> Vec<Measure> {
        let mut measures = (self.pattern.measures)(&self.values());
        measures.extend((self.target == Target::Fetch).then(Measure::held));
        measures
    }

    /// How many jobs there are to be in all, where the parameters or the picture say.
    pub fn expects(&self) -> Option<u64> {
        let values = self.values();
        values.jobs().or_else(|| (self.pattern.scene)(&values, self.fidelity).expects())
    }

    /// A field of the pattern.
    pub fn field(&self, key: &str) -> Option<Field> {
        (self.pattern.fields)().into_iter().find(|f| f.key == key)
    }

    /// The first field of the pattern with a role; one of a group without a prefix before all others.
    pub fn field_with(&self, role: Role) -> Option<Field> {
        (self.pattern.fields)().into_iter().filter(|f| f.role == Some(role)).min_by_key(|f| !f.prefix.is_empty())
    }

    /// Chooses a value that is known to be good.
    pub fn choose(&mut self, key: &'static str, value: Value) {
        self.given.retain(|(k, _)| *k != key);
        self.given.push((key, value));
    }

    /// Chooses a value as somebody wrote it.
    ///
    /// # Errors
    /// What is wrong with it, by itself or beside the others; nothing is changed then. An unknown key is a [`Problem::Form`] too.
    pub fn set(&mut self, key: &str, text: &str) -> Result<(), Problem> {
        let before = self.given.clone();
        self.set_one_of_several(key, text)?;
        let misfit = self.misfits().into_iter().find(|(misfit, _)| *misfit == key);
        misfit.map_or(Ok(()), |(_, message)| {
            self.given = before;
            Err(Problem::Form(message))
        })
    }

    /// Chooses one of several values, which only together need to fit: whoever has chosen the last looks at [`Scenario::misfits`].
    ///
    /// # Errors
    /// What is wrong with it by itself; nothing is changed then. An unknown key is a [`Problem::Form`] too.
    pub fn set_one_of_several(&mut self, key: &str, text: &str) -> Result<(), Problem> {
        let field =
            self.field(key).ok_or_else(|| Problem::Form(format!("{} has no parameter \"{key}\"", self.pattern.id)))?;
        let value = field.read(text)?;
        self.choose(field.key, value);
        Ok(())
    }

    /// The parameters whose values cannot stand beside the others', and why; none as a pattern is written.
    pub fn misfits(&self) -> Vec<(&'static str, String)> {
        let fields = (self.pattern.fields)();
        if fields.iter().all(|field| field.fits.is_none()) {
            return Vec::new();
        }
        let values = self.values();
        fields.iter().filter_map(|field| Some((field.key, field.misfit(&values)?))).collect()
    }

    /// Of chosen values that cannot stand together, the one to go, and why: the last in the form without which all others can, or else the
    /// first. What depends on another stands behind it: a jitter behind its lifetime, how many are idle behind how many there may be.
    pub fn misfit_to_go(&self) -> Option<(&'static str, String)> {
        let mut chosen: Vec<_> = self.misfits().into_iter().filter(|(key, _)| self.given(key).is_some()).collect();
        let suffices = |key: &str| {
            let mut without = self.clone();
            without.reset(key);
            without.misfits().is_empty()
        };
        let place = chosen.iter().rposition(|(key, _)| suffices(key)).unwrap_or(0);
        (place < chosen.len()).then(|| chosen.swap_remove(place))
    }

    /// Forgets all choices: the values are those of the preset, or the defaults.
    pub fn choose_nothing(&mut self) {
        self.given.clear();
    }

    /// A run of this scenario that has not started. With an endpoint it is in real time and calls that; nothing is done to it then, because
    /// what was done to a run in virtual time has no place in that one. The scenario keeps it.
    pub fn run(&self, endpoint: Option<Rc<dyn Upstream>>) -> Run {
        self.start(if endpoint.is_some() { Clock::Real } else { Clock::Virtual }, endpoint)
    }

    /// A run that has not started and opens the stations that this scenario's does, for whoever wants to see no more than those: with few
    /// jobs, because there are programs that make all of theirs at once.
    pub fn structure(&self) -> Run {
        let (values, mut few) = (self.values(), self.clone());
        for field in (self.pattern.fields)() {
            let jobs = field.role == Some(Role::Jobs);
            match values.get(field.key) {
                Some(Value::Count(n)) if jobs => few.choose(field.key, Value::Count((*n).min(FEW))),
                Some(value) => few.choose(field.key, value.clone()),
                None => {}
            }
        }
        few.run(None)
    }

    /// A run of this scenario in real time that has not started, with its own simulated servers: a system for others to use.
    pub fn live(&self) -> Run {
        self.start(Clock::Real, None)
    }

    fn start(&self, clock: Clock, endpoint: Option<Rc<dyn Upstream>>) -> Run {
        let values = self.values();
        let setup = Setup {
            seed: Seed::from_word(&self.seed),
            clock,
            order: match self.schedule {
                Some(number) => Order::Shuffled(number),
                None if values.word(SCHEDULE) == SHUFFLED => Order::Shuffled(0),
                None => Order::Fifo,
            },
            interventions: if endpoint.is_some() { Vec::new() } else { self.interventions.clone() },
            endpoint,
        };
        let (pattern, fidelity) = (self.pattern, self.fidelity);
        Run::boxed(setup, pattern.home, move |env: Env| (pattern.run)(env, &values, fidelity))
    }

    /// Does something at a place of the run. What was done later stays, at its time alone: the run is another one from here on. Only what
    /// was asked of the running system later does not, when something else is asked: the numbers of those exchanges are others'.
    pub fn intervene(&mut self, at: SimTime, ordinal: Ordinal, actions: impl IntoIterator<Item = Intervention>) {
        let actions: Vec<_> = actions.into_iter().collect();
        let asks = |i: &Intervention| matches!(i.action, Action::Ask { .. } | Action::Hang { .. });
        let asked = actions.iter().any(asks);
        self.interventions.retain(|i| (i.at, i.ordinal) <= (at, ordinal) || !(asked && asks(i)));
        for later in self.interventions.iter_mut().filter(|i| i.at > at) {
            later.ordinal = Ordinal::ByTime;
        }
        self.interventions.extend(actions);
        millrace_trace::order::sort_by_key(&mut self.interventions, |i| (i.at, i.ordinal));
    }

    /// A fault of the pattern's scene, by its name: `outage.l2`. A kind of fault alone, `outage`, means the first server that has it, and
    /// the default server may be named too.
    pub fn fault(&self, name: &str) -> Option<FaultSpec> {
        let faults = (self.pattern.scene)(&self.values(), self.fidelity).faults;
        let named = |fault: &&FaultSpec| match (fault.server, name.split_once('.')) {
            (Some(server), Some((id, of))) => fault.id == id && server.as_str() == of,
            (_, None) => fault.id == name,
            (None, Some(_)) => false,
        };
        faults.iter().find(|fault| fault.name() == name).or_else(|| faults.iter().find(named)).cloned()
    }

    /// What begins a fault with a magnitude; nothing if the scene does not have it.
    pub fn begin_fault(&self, name: &str, magnitude: i64) -> Option<Action> {
        let fault = self.fault(name)?;
        Some(Action::Fault { id: fault.name().into_owned(), onset: fault.onset(magnitude, None) })
    }
}

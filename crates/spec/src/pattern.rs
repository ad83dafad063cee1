//! A pattern, as the registry lists it.

use super::{
    Check, Claims, Console, Environment, Field, Flow, Measure, NewDetail, Practice, Preset, Question, SceneSpec, Value,
    Values,
};
use millrace_engine::Env;
use millrace_trace::StationKind;
use std::future::Future;
use std::pin::Pin;

/// A pattern's program, boxed.
pub type ProgramFuture = Pin<Box<dyn Future<Output = ()>>>;

/// Everything there is to know about a pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// Its id in links.
    pub id: &'static str,
    /// Its name in the catalogue.
    pub name: &'static str,
    /// Its name over the stage.
    pub title: &'static str,
    /// The heading it stands under in the catalogue.
    pub group: &'static str,
    /// The word for its glyph.
    pub glyph: &'static str,
    /// Its parameters.
    pub fields: fn() -> Vec<Field>,
    /// Its picture with some values.
    pub scene: fn(&Values, Fidelity) -> SceneSpec,
    /// What it measures beside calls and responses. What is most worth knowing comes first: a race compares that.
    pub measures: fn(&Values) -> Vec<Measure>,
    /// The scenario that the defaults are: its name, what it shows, what to try. It has no id and no values of its own.
    pub usual: Preset,
    /// Other scenarios worth seeing: see [`Pattern::presets`].
    pub presets: fn() -> &'static [Preset],
    /// Those of them whose runs get stuck or panic, with work left undone, because that is what there is to see.
    pub gets_stuck: &'static [&'static str],
    /// What the page asks on its front door, if one of the scenarios answers it at a glance.
    pub question: Option<Question>,
    /// What should hold: see [`Pattern::checks`].
    pub checks: fn() -> &'static [Check],
    /// The practices that its document lists, if it lists some.
    pub practices: &'static [Practice],
    /// What its code did where its document promises otherwise, if it did: what goes on "there …", in at most [`Pattern::SHORT`]
    /// characters.
    pub shipped: &'static str,
    /// What the documents and the code disagree about and where to look, if they do.
    pub disagreement: Option<&'static str>,
    /// The file it begins in, `file!()`, whose module docs are its words: they have the headings *Problem*, *Idea*, *Watch*, *Choose*,
    /// *Primitives* and *Origin*; tests hold that each is there.
    pub file: &'static str,
    /// The station that its main task is at home at, kind and name: what that task receives is there. Where it collects the
    /// results, that is the sink of the scene; a test holds that they are one station.
    pub home: (StationKind, &'static str),
    /// The suite it belongs to, if it does.
    pub suite: Option<Suite>,
    /// The total time that follows from the parameters in closed form, where one does, in seconds, and the formula.
    pub ideal: fn(&Values, Fidelity) -> Option<Ideal>,
    /// The rate that no run can exceed for long, where it follows from the parameters.
    pub ceiling: fn(&Values, Fidelity) -> Option<Ceiling>,
    /// The interface that the running system has of its own, if it has one.
    pub console: Option<&'static Console>,
    /// The variables that its system is configured by, if it has some.
    pub environment: Option<&'static Environment>,
    /// A choice whose alternatives can be raced on the same traffic, if there is one.
    pub race: Option<Race>,
    /// What this pattern alone reports, if it does: a fold that runs along.
    pub detail: Option<NewDetail>,
    /// The program.
    pub run: fn(Env, &Values, Fidelity) -> ProgramFuture,
}

/// A figure in closed form.
#[derive(Clone, Debug, PartialEq)]
pub struct Ideal {
    /// The total time in seconds.
    pub seconds: f64,
    /// The sum: "7,500 × 20 ms ÷ 15".
    pub formula: String,
}

/// A rate that nobody can exceed for long.
#[derive(Clone, Debug, PartialEq)]
pub struct Ceiling {
    /// Calls a second.
    pub per_second: f64,
    /// The sum: "4 slots ÷ 20 ms".
    pub formula: String,
}

/// A choice whose alternatives are raced: each on the same seed and the same traffic.
#[derive(Clone, Copy, Debug)]
pub struct Race {
    /// The field.
    pub key: &'static str,
    /// What is compared, in words: "mean wait".
    pub measure: &'static str,
    /// Plural noun for the jobs, for sentences: "passengers".
    pub who: &'static str,
}

/// The documents' system, or the code's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fidelity {
    /// As the documents promise it.
    #[default]
    Documented,
    /// As the code does it, bugs included.
    Shipped,
}

impl Fidelity {
    /// Its id in links.
    pub const fn id(self) -> &'static str {
        match self {
            Fidelity::Documented => "documented",
            Fidelity::Shipped => "shipped",
        }
    }

    /// The other one.
    pub const fn other(self) -> Fidelity {
        match self {
            Fidelity::Documented => Fidelity::Shipped,
            Fidelity::Shipped => Fidelity::Documented,
        }
    }

    /// The fidelity with this id.
    pub fn from_id(id: &str) -> Option<Fidelity> {
        [Fidelity::Documented, Fidelity::Shipped].into_iter().find(|f| f.id() == id)
    }
}

/// A pattern's place in a suite of patterns that are run on one seed and compared.
#[derive(Clone, Copy, Debug)]
pub struct Suite {
    /// The suite's name.
    pub name: &'static str,
    /// Its place in the suite, from 0; the first is what the others are measured against.
    pub place: u32,
    /// What the documents claim.
    pub claims: Claims,
}

impl Pattern {
    /// What most patterns have in common, to be written after what is a pattern's own: `Pattern { id, …, ..Pattern::BASE }`. It has no
    /// name, no words and no program; tests say what a pattern forgot.
    pub const BASE: Pattern = Pattern {
        id: "",
        name: "",
        title: "",
        group: "",
        glyph: "",
        fields: Vec::new,
        scene: |_, _| SceneSpec::new(Flow::Row(Vec::new()), []),
        measures: |_| Vec::new(),
        usual: Preset::BASE,
        presets: || &[],
        gets_stuck: &[],
        question: None,
        checks: || &[],
        practices: &[],
        shipped: "",
        disagreement: None,
        file: "",
        home: (StationKind::Sink, "results"),
        suite: None,
        ideal: |_, _| None,
        ceiling: |_, _| None,
        console: None,
        environment: None,
        race: None,
        detail: None,
        run: |_, _, _| Box::pin(std::future::ready(())),
    };

    /// The most characters of [`Pattern::shipped`]: with what is said before it, two lines beside the stage.
    pub const SHORT: usize = 42;

    /// Other scenarios worth seeing than that of the defaults. A function gives them, as it does the checks: so their words, half of what
    /// all patterns have, need not be there before somebody asks for them (`scripts/split-wasm.mjs`).
    pub fn presets(&self) -> &'static [Preset] {
        (self.presets)()
    }

    /// What should hold.
    pub fn checks(&self) -> &'static [Check] {
        (self.checks)()
    }

    /// A preset by id.
    pub fn preset(&self, id: &str) -> Option<&'static Preset> {
        self.presets().iter().find(|p| p.id == id)
    }

    /// All scenarios: that of the defaults, and the presets.
    pub fn scenarios(&'static self) -> impl Iterator<Item = &'static Preset> {
        std::iter::once(&self.usual).chain(self.presets())
    }

    /// The values of a preset, or the defaults, where `given` does not say otherwise.
    pub fn values(
        &self,
        fidelity: Fidelity,
        preset: Option<&Preset>,
        given: impl Fn(&Field) -> Option<Value>,
    ) -> Values {
        Values::resolve(&(self.fields)(), fidelity, |field| {
            given(field).or_else(|| {
                let text = preset?.values.iter().find(|(key, _)| *key == field.key)?.1;
                field.read(text).ok()
            })
        })
    }
}

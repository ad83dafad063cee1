//! The stage: what is drawn follows the ledger, stays on the canvas, can be read, and stays small however large the run.

use millrace::engine::{Action, Intervention, Run, Seed, Setup};
use millrace::patterns;
use millrace::spec::{Fidelity, Pattern, Preset, SceneSpec, Values};
use millrace::trace::{Cursor, SimTime};
use millrace::view::scene::{Look, Scene, draw};
use millrace::view::{Palette, Picture, Shape, Theme, svg};

/// A pattern's run, and the picture at an instant of it.
struct Experiment {
    spec: SceneSpec,
    values: Values,
    run: Run,
}

impl Experiment {
    fn new(pattern: &Pattern, preset: Option<&Preset>, fidelity: Fidelity, given: &[(&str, &str)]) -> Experiment {
        let values = pattern.values(fidelity, preset, |field| {
            given.iter().find(|(key, _)| *key == field.key).and_then(|(_, text)| field.read(text).ok())
        });
        let setup = Setup::new(Seed::from_word("otis"));
        Experiment::with(pattern, values, fidelity, setup)
    }

    fn with(pattern: &Pattern, values: Values, fidelity: Fidelity, setup: Setup) -> Experiment {
        let spec = (pattern.scene)(&values, fidelity);
        let run = Run::new(setup, pattern.home, |env| (pattern.run)(env, &values, fidelity));
        Experiment { spec, values, run }
    }

    fn at(&mut self, at: SimTime) -> Picture {
        self.run.advance(at, u64::MAX);
        let (mut cursor, mut picture) = (Cursor::new(), Picture::default());
        while cursor.step(&self.run.trace(), at, &mut picture) {}
        picture
    }

    fn shapes(&self, picture: &Picture, look: &Look<'_>) -> Vec<Shape> {
        let trace = self.run.trace();
        let scene = Scene {
            spec: &self.spec,
            values: &self.values,
            ledger: &picture.ledger,
            stage: &picture.stage,
            trace: &trace,
        };
        draw(&scene, look)
    }
}

fn look(size: (f64, f64), now: SimTime, theme: Theme) -> Look<'static> {
    Look::new(size, Palette::of(theme), now)
}

const MS: u64 = 1_000_000;

/// Pictures to be looked at: `MILLRACE_LOOK=/some/folder cargo test --test native -- --ignored pictures_to_look_at`.
#[test]
#[ignore = "writes pictures into the folder that MILLRACE_LOOK names"]
fn pictures_to_look_at() {
    let Ok(folder) = std::env::var("MILLRACE_LOOK") else { return };
    let fault = |at: u64, id: &str, magnitude: i64| Intervention {
        at: SimTime(at * MS),
        ordinal: 0,
        action: Action::Fault { id: id.to_owned(), magnitude: Some(magnitude) },
    };
    type Given = &'static [(&'static str, &'static str)];
    let cases: &[(&str, &str, &str, Fidelity, Given, u64, Vec<Intervention>)] = &[
        ("pool", "worker-pool", "", Fidelity::Documented, &[], 4_480, vec![]),
        ("pool-start", "worker-pool", "", Fidelity::Documented, &[], 0, vec![]),
        ("pool-shipped", "worker-pool", "", Fidelity::Shipped, &[], 2_000, vec![]),
        ("pool-small", "worker-pool", "new-config", Fidelity::Documented, &[], 15, vec![]),
        ("pool-open", "worker-pool", "open", Fidelity::Documented, &[], 3_000, vec![]),
        ("pool-100", "worker-pool", "", Fidelity::Documented, &[("workers", "100")], 700, vec![]),
        ("pool-1000", "worker-pool", "", Fidelity::Documented, &[("workers", "1000")], 120, vec![]),
        (
            "pool-26",
            "worker-pool",
            "",
            Fidelity::Documented,
            &[("workers", "26"), ("request-buffer", "0")],
            900,
            vec![],
        ),
        (
            "pressure",
            "backpressure",
            "",
            Fidelity::Documented,
            &[("server", "general"), ("mean", "20ms"), ("errors", "0.06")],
            6_480,
            vec![],
        ),
        (
            "pressure-fault",
            "backpressure",
            "",
            Fidelity::Documented,
            &[("server", "general"), ("mean", "20ms"), ("errors", "0.06")],
            3_480,
            vec![fault(2_900, "kill-worker", 9), fault(3_000, "error-burst", 30)],
        ),
        ("pressure-bang", "backpressure", "bang-bang", Fidelity::Documented, &[], 3_480, vec![]),
        ("pressure-hard", "backpressure", "hard-cap", Fidelity::Shipped, &[], 3_480, vec![]),
        (
            "slots",
            "worker-pool",
            "",
            Fidelity::Documented,
            &[("server", "general"), ("slots", "5")],
            1_480,
            vec![fault(900, "slow-server", 3)],
        ),
        ("group-7500", "wait-group", "", Fidelity::Documented, &[], 12, vec![]),
        ("group-late", "wait-group", "", Fidelity::Shipped, &[("server", "shipped")], 12_000, vec![]),
        ("group-10", "wait-group", "new-config", Fidelity::Documented, &[], 12, vec![]),
        (
            "group-200",
            "wait-group",
            "",
            Fidelity::Documented,
            &[("requests", "200"), ("server", "general"), ("errors", "0.1")],
            22,
            vec![],
        ),
        (
            "group-200000",
            "wait-group",
            "",
            Fidelity::Documented,
            &[("requests", "200000"), ("server", "general"), ("errors", "0.1")],
            10,
            vec![],
        ),
        (
            "group-open",
            "wait-group",
            "",
            Fidelity::Documented,
            &[("requests", "5000"), ("arrivals", "poisson"), ("rate", "600"), ("server", "general")],
            3_000,
            vec![],
        ),
        (
            "sequential",
            "sequential",
            "",
            Fidelity::Documented,
            &[("server", "general"), ("errors", "0.06")],
            42_000,
            vec![],
        ),
        (
            "sequential-open",
            "sequential",
            "",
            Fidelity::Documented,
            &[("arrivals", "poisson"), ("rate", "60"), ("server", "general")],
            12_000,
            vec![],
        ),
        ("pipeline", "pipeline", "", Fidelity::Documented, &[], 3_000, vec![]),
        ("pipeline-square", "pipeline", "square-double", Fidelity::Documented, &[], 0, vec![]),
        ("pipeline-neck", "pipeline", "bottleneck", Fidelity::Documented, &[], 1_500, vec![]),
        ("pipeline-leak", "pipeline", "leak", Fidelity::Shipped, &[], 9_000, vec![]),
        (
            "pipeline-8",
            "pipeline",
            "",
            Fidelity::Documented,
            &[("stages", "fetch:2:10,decode:4:20,resize:8:20,tag:3:10,call:11:100,score:4:300,pack:2:0,store:40:50")],
            1_500,
            vec![],
        ),
    ];
    for (name, id, preset, fidelity, given, at, faults) in cases {
        let pattern = patterns::find(id).expect("a pattern");
        let values = pattern.values(*fidelity, pattern.preset(preset), |field| {
            given.iter().find(|(key, _)| *key == field.key).and_then(|(_, text)| field.read(text).ok())
        });
        let mut setup = Setup::new(Seed::from_word("otis"));
        setup.interventions = faults.clone();
        let mut experiment = Experiment::with(pattern, values, *fidelity, setup);
        let now = SimTime(at * MS);
        let picture = experiment.at(now);
        for (suffix, size) in [("", (880.0, 430.0)), ("-phone", (390.0, 368.0))] {
            for theme in [Theme::Light, Theme::Dark] {
                let look = look(size, now, theme);
                let shapes = experiment.shapes(&picture, &look);
                let dark = if theme == Theme::Dark { "-dark" } else { "" };
                let text = svg::svg(&shapes, size, look.palette);
                std::fs::write(format!("{folder}/{name}{suffix}{dark}.svg"), text).expect("the folder is there");
            }
        }
    }
}

//! A few desks and one line.
//!
//! # Problem
//! Visitors come when they come, and each needs a desk for a while.
//!
//! # Idea
//! One line for all desks: whoever is at its head goes to the first desk that is free.
//!
//! # Watch
//! At 120 visitors a second three desks are busy most of the time, and the line is empty now and long then. With one desk it grows
//! until everybody has come.
//!
//! # Choose
//! Where it matters that nobody waits at one desk while another is free.
//!
//! # Primitives
//! Channels. Tasks.
//!
//! # Origin
//! Written for the guide.

use millrace_engine::{Env, Job};
use millrace_parts::{Crew, Rx, channel};
use millrace_spec::{
    Check, Deed, Fidelity, Field, FieldGroup, Flow, Pattern, Place, Preset, SceneSpec, Trial, Values, Wire, params,
};
use millrace_trace::StationKind;
use millrace_upstream::{self as upstream, Load, ServerParams};

params! {
    /// The parameters of the desks.
    pub struct Params {
        // Groups that several patterns share, here with other defaults than elsewhere.
        ..load: Load { requests: 600, arrivals: "poisson", rate: 120.0 },
        /// How many desks are open.
        desks: u32 => Field::count("desks", "Desks", 3, 1..=64).simple(),
        ;
        ..server: ServerParams { server: "general" },
    }
}

/// The desks, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "template",
    name: "Template",
    title: "A few desks and one line",
    group: "Request patterns",
    glyph: "pool",
    fields: Params::fields,
    scene,
    usual: Preset {
        label: "Three desks",
        says: "Visitors come by chance, and whoever is at the head of the line goes to the first free desk.",
        tries: &[Trial::at(2_000, "Slow the server ×3 for 1 s", &[Deed::fault_for("slow-server", 2_000, 3, 1_000)])],
        ..Preset::BASE
    },
    presets: || PRESETS,
    checks: || CHECKS,
    file: file!(),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const PRESETS: &[Preset] = &[Preset {
    id: "one-desk",
    label: "One desk",
    says: "One desk can serve 50 a second and 120 come: the line grows until everybody has come.",
    tries: &[Trial::at(2_000, "Open a second desk", &[Deed::Value("desks", "2")])],
    values: &[("desks", "1")],
    ..Preset::BASE
}];

const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::SLOTS_KEPT,
    Check::sometimes("somebody stood in line", |l, t| {
        l.find("line", t).is_some_and(|(_, line)| line.levels.present > 0)
    }),
    Check::ALL_LEFT,
];

fn scene(_: &Values, _: Fidelity) -> SceneSpec {
    let places = [
        Place::source("visitors", "Visitors"),
        Place::channel("line", "Line"),
        Place::crew("desks", "Desks"),
        Place::server("server", "Server"),
        Place::sink("results", "Results"),
    ];
    let wires =
        [Wire::new("visitors", "line"), Wire::new("line", "desks"), Wire::new("desks", "results").through(["server"])];
    let backlog = Some("backlog".to_owned());
    SceneSpec { backlog, faults: upstream::faults_with_crew(), ..SceneSpec::new(Flow::row(places), wires) }
}

async fn run(env: Env, p: Params) {
    upstream::open(&env, &p.server);
    let visitors = env.open_plain(StationKind::Source, "visitors");
    let (tx, line) = channel::<Job>(&env, "line", 1_000);
    let inner = env.clone();
    let desks = Crew::start(&env, "desks", "desk", p.desks, move |_| serve(inner.clone(), line.clone()));
    let visitors = env.spawn_at("visitors", visitors, p.load.produce(&env, tx));
    desks.join().await;
    drop(visitors);
}

async fn serve(env: Env, line: Rx<Job>) {
    while let Some(job) = line.recv().await {
        let reply = env.call(&job).await;
        job.leave(reply.answer.outcome());
        env.sleep(reply.retry_after).await;
    }
}

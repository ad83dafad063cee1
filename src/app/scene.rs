//! The scene at the playhead, for the stage and for whatever stands beside it in words.

use super::lab::{Experiment, Lab, Speed, Status};
use crate::analysis::Way;
use crate::platform::host;
use crate::spec::SceneSpec;
use crate::trace::SimTime;
use crate::view::scene::{Detail, Lens, Look, Scene};
use crate::view::{Palette, Picture, Theme};

/// Polls in which a program opens its stations.
const REHEARSAL: u64 = 64;

/// The scene as the scenario's values make it.
pub fn spec(lab: &Lab) -> SceneSpec {
    let scenario = lab.scenario();
    (scenario.pattern.scene)(&scenario.values(), scenario.fidelity)
}

/// Whether the picture has the room of the lower region: a tall one, or two above each other of which each is stacked itself.
pub fn has_the_room(lab: &Lab) -> bool {
    let scene = spec(lab);
    scene.is_tall() || (lab.second().is_some() && scene.is_stacked())
}

/// How somebody looks at a scene.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sight<'a> {
    /// Dark or light.
    pub dark: bool,
    /// Width and height of the picture; nought where it is not to be drawn.
    pub size: (f64, f64),
    /// What is pointed at.
    pub item: Option<usize>,
    /// Which part of it.
    pub part: Option<&'a str>,
    /// The request that is followed.
    pub follow: Option<&'a Way>,
    /// Whom of many a lens is on.
    pub lens: Option<Lens>,
}

/// Calls `body` with the scene at the playhead, where it is not to be drawn.
pub fn read_scene<T: Default>(lab: &Lab, body: impl Fn(&Scene<'_>, &Look<'_>) -> T) -> T {
    with_scene(lab, Sight::default(), body)
}

/// Calls `body` with the scene at the playhead.
pub fn with_scene<T: Default>(lab: &Lab, sight: Sight<'_>, body: impl Fn(&Scene<'_>, &Look<'_>) -> T) -> T {
    with_scene_of((lab, lab.session()), sight, body)
}

/// Calls `body` with the scene of one of two runs.
pub fn with_scene_of<T: Default>(
    of: (&Lab, &Experiment),
    sight: Sight<'_>,
    body: impl Fn(&Scene<'_>, &Look<'_>) -> T,
) -> T {
    let mut told = T::default();
    show(of, sight, &mut |scene, look| told = body(scene, look));
    told
}

/// The scene at the playhead, for whoever looks, whatever is to be known of it.
fn show(
    (lab, session): (&Lab, &Experiment),
    Sight { dark, size, item, part, follow, lens }: Sight<'_>,
    look_at: &mut dyn FnMut(&Scene<'_>, &Look<'_>),
) {
    let scenario = session.scenario();
    let values = scenario.values();
    let spec = (scenario.pattern.scene)(&values, scenario.fidelity);
    // Before the run the stage shows what there will be, idle: another run of the same scenario, stopped as it opens.
    let rehearsal = (lab.status() == Status::Idle).then(|| {
        let mut run = scenario.structure();
        run.advance(SimTime::ZERO, REHEARSAL);
        let idle = Picture::idle(&run.trace());
        (run, idle)
    });
    let (run, picture) = match &rehearsal {
        Some((run, idle)) => (run, idle),
        None => (session.run(), session.state()),
    };
    let trace = run.trace();
    let scene = Scene::new(&spec, &values, &picture.ledger, &picture.recent, &trace);
    let palette = Palette::of(if dark { Theme::Dark } else { Theme::Light });
    let detail = match lab.speed() {
        _ if !lab.playing => Detail::Numbers,
        Speed::Times(times) => Detail::at_speed(times),
        Speed::Max => Detail::Flow,
    };
    let now = session.playhead();
    let (calm, stuck) = (host::prefers_less_motion(), lab.status() == Status::Failed);
    let order = lab.lifted.filter(|_| std::ptr::eq(session, lab.session()));
    look_at(&scene, &Look { detail, item, part, calm, stuck, order, follow, lens, ..Look::new(size, palette, now) });
}

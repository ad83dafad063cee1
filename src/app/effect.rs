//! What a component does after a render, when something is another than it was.
//!
//! Yew's own hook is built anew for each closure that it is given; this one takes them in boxes and is built once.

use std::any::Any;
use yew::prelude::*;

/// What an effect depends on.
trait Deps: Any {
    fn equals(&self, other: &dyn Any) -> bool;
}

impl<T: PartialEq + 'static> Deps for T {
    fn equals(&self, other: &dyn Any) -> bool {
        other.downcast_ref() == Some(self)
    }
}

type Body = Box<dyn FnOnce() -> Box<dyn Any>>;

/// An effect of a component, from render to render.
#[derive(Default)]
struct Effect {
    /// What the last render wants done.
    wanted: Option<(Box<dyn Deps>, Body)>,
    /// What was done last depended on this.
    deps: Option<Box<dyn Deps>>,
    /// What it gave is kept until the next time.
    kept: Option<Box<dyn Any>>,
}

/// Calls `body` after the first render, and after each in which `deps` are others than they were. What it returns is dropped before
/// the next time, and with the component: a listener listens as long.
pub fn use_effect_on<T: 'static>(
    deps: impl PartialEq + 'static,
    body: impl FnOnce() -> T + 'static,
) -> impl Hook<Output = ()> {
    use_boxed(Box::new(deps), Box::new(|| Box::new(body())))
}

#[hook]
fn use_boxed(deps: Box<dyn Deps>, body: Body) {
    let effect = use_mut_ref(Effect::default);
    effect.borrow_mut().wanted = Some((deps, body));
    use_effect(move || {
        let Some((deps, body)) = effect.borrow_mut().wanted.take() else { return };
        if effect.borrow().deps.as_ref().is_some_and(|old| old.equals(&*deps as &dyn Any)) {
            return;
        }
        let before = effect.borrow_mut().kept.take();
        drop(before);
        let kept = body();
        let mut effect = effect.borrow_mut();
        (effect.deps, effect.kept) = (Some(deps), Some(kept));
    });
}

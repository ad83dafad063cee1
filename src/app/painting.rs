//! The canvas of a component, painted after a render that has something else to show, and whenever it gets another size: a window can
//! change while nothing runs.

use super::effect::use_effect_on;
use crate::platform::clock;
use crate::platform::resize::Resizes;
use yew::prelude::*;

/// Paints the canvas at `node` with what is shown.
#[hook]
pub fn use_painting<T: Clone + PartialEq + 'static>(node: &NodeRef, shown: T, paint: fn(&NodeRef, &T)) {
    let latest = use_mut_ref(|| shown.clone());
    latest.replace(shown.clone());
    {
        let node = node.clone();
        use_effect_on(shown.clone(), move || clock::soon(move || paint(&node, &shown)));
    }
    let node = node.clone();
    use_effect_on((), move || {
        let canvas = node.cast::<web_sys::Element>()?;
        Some(Resizes::watch(&canvas, move || paint(&node, &latest.borrow())))
    });
}

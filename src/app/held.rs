//! A value that a component holds from render to render, and that renders it again when it becomes another.
//!
//! Yew's `use_state` is built anew for each type of value; this keeps them all in one kind of place.

use std::any::Any;
use std::cell::RefCell;
use std::ops::Deref;
use std::rc::Rc;
use yew::prelude::*;

type Place = Rc<RefCell<Option<Rc<dyn Any>>>>;

/// The value as it was at the render, and the place where it is held.
pub struct Held<T> {
    value: Rc<T>,
    place: Place,
    again: UseForceUpdateHandle,
}

impl<T> Clone for Held<T> {
    fn clone(&self) -> Held<T> {
        Held { value: self.value.clone(), place: self.place.clone(), again: self.again.clone() }
    }
}

impl<T> Deref for Held<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: 'static> Held<T> {
    /// The value that there is now, for what happens between two renders.
    pub fn latest(&self) -> Rc<T> {
        self.place.borrow().clone().and_then(|held| held.downcast().ok()).unwrap_or_else(|| self.value.clone())
    }

    /// Another value, from the next render on.
    pub fn set(&self, value: T) {
        self.place.replace(Some(Rc::new(value)));
        self.again.force_update();
    }
}

/// A value that the component holds; `first` makes the one that it begins with.
#[hook]
pub fn use_held<T: 'static, F: FnOnce() -> T>(first: F) -> Held<T> {
    let (place, again) = (use_place(), use_force_update());
    let held = place.borrow().clone().and_then(|held| held.downcast().ok());
    let value = held.unwrap_or_else(|| {
        let value = Rc::new(first());
        place.replace(Some(value.clone()));
        value
    });
    Held { value, place, again }
}

#[hook]
fn use_place() -> Place {
    use_mut_ref(|| None)
}

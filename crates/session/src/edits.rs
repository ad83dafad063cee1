//! What somebody changed of a scenario, step by step, to be undone and done again.
//!
//! Scenarios are small and determine everything, so a step is the scenario before and after it. How a step is taken back must not
//! depend on what kind of step it was.

use super::{Scenario, link};
use std::collections::VecDeque;

/// How many steps are remembered.
const MOST: usize = 50;

/// The steps, and those that were undone.
#[derive(Clone, Debug, Default)]
pub struct Edits {
    done: VecDeque<Edit>,
    undone: Vec<Edit>,
}

#[derive(Clone, Debug)]
struct Edit {
    name: String,
    before: Scenario,
    after: Scenario,
}

impl Edits {
    /// A step was taken. One that changes nothing is none, and one of the same name as the last goes on with it: a fault that is moved by
    /// ten presses of a key was moved once.
    pub fn did(&mut self, name: impl Into<String>, before: &Scenario, after: &Scenario) {
        if link::encode(before) == link::encode(after) {
            return;
        }
        let name = name.into();
        if let Some(last) = self.done.back_mut().filter(|last| last.name == name && self.undone.is_empty()) {
            last.after = after.clone();
            return;
        }
        self.undone.clear();
        self.done.push_back(Edit { name, before: before.clone(), after: after.clone() });
        if self.done.len() > MOST {
            self.done.pop_front();
        }
    }

    /// Takes the last step back: the scenario before it.
    pub fn undo(&mut self) -> Option<Scenario> {
        let edit = self.done.pop_back()?;
        let before = edit.before.clone();
        self.undone.push(edit);
        Some(before)
    }

    /// Takes the step again that was undone last: the scenario after it.
    pub fn redo(&mut self) -> Option<Scenario> {
        let edit = self.undone.pop()?;
        let after = edit.after.clone();
        self.done.push_back(edit);
        Some(after)
    }

    /// The name of the step that would be undone.
    pub fn undoes(&self) -> Option<&str> {
        self.done.back().map(|edit| edit.name.as_str())
    }

    /// The name of the step that would be done again.
    pub fn redoes(&self) -> Option<&str> {
        self.undone.last().map(|edit| edit.name.as_str())
    }
}

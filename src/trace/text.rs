//! The table of texts that events refer to, so that an event stays small.

use super::Text;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Texts by number, each held once, numbered in the order of first use.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    by_number: Vec<Rc<str>>,
    numbers: BTreeMap<Rc<str>, u32>,
    /// What stands for texts that were given up.
    nothing: Option<Rc<str>>,
}

impl Texts {
    /// The number of a text.
    pub fn intern(&mut self, text: &str) -> Text {
        if let Some(&number) = self.numbers.get(text) {
            return Text(number);
        }
        let number = self.by_number.len() as u32;
        let text: Rc<str> = Rc::from(text);
        self.by_number.push(text.clone());
        self.numbers.insert(text, number);
        Text(number)
    }

    /// Gives up a text. Its number reads as empty; the same text gets another number if it is used again.
    pub fn forget(&mut self, text: Text) {
        if let Some(kept) = self.by_number.get_mut(text.0 as usize).filter(|kept| !kept.is_empty()) {
            let nothing = self.nothing.get_or_insert_with(|| Rc::from("")).clone();
            self.numbers.remove(&std::mem::replace(kept, nothing));
        }
    }

    /// The number of a text, if it was ever used.
    pub fn find(&self, text: &str) -> Option<Text> {
        self.numbers.get(text).map(|&n| Text(n))
    }

    /// The text of a number; empty for a number that was never given out.
    pub fn get(&self, text: Text) -> &str {
        self.by_number.get(text.0 as usize).map_or("", |t| t)
    }
}

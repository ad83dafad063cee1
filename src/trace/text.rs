//! The table of texts that events refer to, so that an event stays small.

use super::Text;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Texts by number, each held once, numbered in the order of first use.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    by_number: Vec<Rc<str>>,
    numbers: BTreeMap<Rc<str>, u32>,
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

    /// The number of a text, if it was ever used.
    pub fn find(&self, text: &str) -> Option<Text> {
        self.numbers.get(text).map(|&n| Text(n))
    }

    /// The text of a number; empty for a number that was never given out.
    pub fn get(&self, text: Text) -> &str {
        self.by_number.get(text.0 as usize).map_or("", |t| t)
    }
}

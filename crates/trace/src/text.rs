//! The table of texts that events refer to, so that an event stays small.
//!
//! Texts are held in blocks of fixed size, and a block of which every text was given up is given up as a whole: a system that is
//! served for days says something new with every answer, and must not grow by it.

use super::TextId;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Texts a block.
const BLOCK: usize = 256;

/// Texts by number, each held once, numbered in the order of first use.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    blocks: Vec<Block>,
    numbers: BTreeMap<Rc<str>, u32>,
    next: u32,
    /// The one that was asked for last, and its number: thousands of tasks of one name come one after the other.
    last: Option<(Rc<str>, u32)>,
}

/// Texts with numbers in a row; none for one that was given up.
#[derive(Clone, Debug, Default)]
struct Block {
    texts: Vec<Option<Rc<str>>>,
    held: u32,
}

impl Texts {
    /// The number of a text.
    pub fn intern(&mut self, text: &str) -> TextId {
        if let Some((_, number)) = self.last.as_ref().filter(|(last, _)| **last == *text) {
            return TextId(*number);
        }
        if let Some((known, &number)) = self.numbers.get_key_value(text) {
            self.last = Some((known.clone(), number));
            return TextId(number);
        }
        let number = self.next;
        self.next += 1;
        let text: Rc<str> = Rc::from(text);
        if number as usize / BLOCK == self.blocks.len() {
            self.blocks.push(Block::default());
        }
        if let Some(block) = self.blocks.last_mut() {
            block.texts.push(Some(text.clone()));
            block.held += 1;
        }
        self.numbers.insert(text, number);
        TextId(number)
    }

    /// Gives up a text. Its number reads as empty; the same text gets another number if it is used again.
    pub fn forget(&mut self, text: TextId) {
        let Some(block) = self.blocks.get_mut(text.0 as usize / BLOCK) else { return };
        let place = block.texts.get_mut(text.0 as usize % BLOCK);
        if let Some(kept) = place.and_then(Option::take) {
            self.numbers.remove(&kept);
            self.last = None;
            block.held -= 1;
            // The block that is being filled still has places to give out.
            if block.held == 0 && block.texts.len() == BLOCK {
                block.texts = Vec::new();
            }
        }
    }

    /// The number of a text, if it was ever used.
    pub fn find(&self, text: &str) -> Option<TextId> {
        self.numbers.get(text).map(|&n| TextId(n))
    }

    /// The text of a number; empty for one that was given up or never given out.
    pub fn get(&self, text: TextId) -> &str {
        let block = self.blocks.get(text.0 as usize / BLOCK);
        block.and_then(|block| block.texts.get(text.0 as usize % BLOCK)).and_then(Option::as_deref).unwrap_or_default()
    }

    /// How many texts are held, and how many places there are for them.
    pub fn held(&self) -> (usize, usize) {
        (self.numbers.len(), self.blocks.iter().map(|block| block.texts.capacity()).sum())
    }
}

//! Rows by number, of which those that are over are given up.
//!
//! Numbers of jobs and tasks grow for as long as a run lasts; what is alive does not. Rows stand in pages, and a page whose rows
//! are all over is given up once newer ones have followed it: so a ledger is as large as what is alive in it. A clone shares
//! the pages that neither it nor the original changes, which makes key frames cheap.

use std::rc::Rc;

/// Rows a page.
const PAGE: usize = 256;
/// Rows that are over are kept while they are among the last so many pages: of a job that has just left, one may still be told.
const RECENT: usize = 4;

/// Rows by number, counted from 0 in the order in which they come.
#[derive(Clone, Debug)]
pub struct Rows<T> {
    /// From the first page that is held; none for those between that were given up.
    pages: Vec<Option<Rc<Page<T>>>>,
    /// How many pages before those were given up.
    gone: usize,
    len: usize,
    /// As long as there are no more rows than this, all of them are kept.
    all: usize,
}

#[derive(Clone, Debug)]
struct Page<T> {
    rows: Vec<T>,
    live: usize,
}

impl<T> Default for Rows<T> {
    fn default() -> Rows<T> {
        Rows::keeping(0)
    }
}

impl<T> Rows<T> {
    /// No rows. None is given up as long as there are at most `all`.
    pub fn keeping(all: usize) -> Rows<T> {
        Rows { pages: Vec::new(), gone: 0, len: 0, all }
    }

    /// How many rows there ever were.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there never was one.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// A row, unless it was given up.
    #[inline]
    pub fn get(&self, number: u32) -> Option<&T> {
        let page = (number as usize / PAGE).checked_sub(self.gone)?;
        self.pages.get(page)?.as_ref()?.rows.get(number as usize % PAGE)
    }

    /// The rows that are held with their numbers, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u32, &T)> {
        let pages = self.pages.iter().enumerate().filter_map(|(place, page)| Some((place, page.as_ref()?)));
        pages.flat_map(|(place, page)| {
            let first = ((place + self.gone) * PAGE) as u32;
            page.rows.iter().enumerate().map(move |(row, of)| (first + row as u32, of))
        })
    }

    /// About how many bytes a clone takes that shares the pages that are over.
    pub fn bytes(&self) -> usize {
        let own = self.pages.iter().flatten().filter(|page| page.live > 0).count();
        self.pages.len() * size_of::<usize>() + own * PAGE * size_of::<T>()
    }

    /// Gives up a page, if all its rows are over and it is no longer among the last.
    fn give_up(&mut self, place: usize) {
        let last = self.pages.len() <= place + RECENT;
        let over = |page: &Option<Rc<Page<T>>>| page.as_ref().is_none_or(|page| page.live == 0);
        if last || !self.pages.get(place).is_some_and(over) {
            return;
        }
        if let Some(page) = self.pages.get_mut(place) {
            *page = None;
        }
        // There are as many as hold what is alive, and one goes in the time of hundreds of rows: so they are moved up, and are found at once.
        let gone = self.pages.iter().take_while(|page| page.is_none()).count();
        self.pages.drain(..gone);
        self.gone += gone;
    }
}

impl<T: Clone> Rows<T> {
    /// A row to be changed, unless it was given up.
    #[inline]
    pub fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        let page = (number as usize / PAGE).checked_sub(self.gone)?;
        own(self.pages.get_mut(page)?.as_mut()?)?.rows.get_mut(number as usize % PAGE)
    }

    /// Puts the row of a number there. Numbers come in order; rows for those that were left out are copies of it.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub fn put(&mut self, number: u32, row: T) {
        if self.len < number as usize {
            // A copy: a row whose place somebody may know is put together there, and copied from there.
            self.leave_out(number, row.clone());
        }
        self.push(row);
    }

    #[cold]
    fn leave_out(&mut self, number: u32, row: T) {
        while self.len < number as usize {
            self.push(row.clone());
        }
    }

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn push(&mut self, row: T) {
        if self.len.is_multiple_of(PAGE) {
            self.begin_page();
        }
        self.len += 1;
        if let Some(Some(page)) = self.pages.last_mut()
            && let Some(page) = own(page)
        {
            page.live += 1;
            page.rows.push(row);
        }
    }

    #[cold]
    fn begin_page(&mut self) {
        self.pages.push(Some(Rc::new(Page { rows: Vec::with_capacity(PAGE), live: 0 })));
        match self.len.checked_sub(self.all) {
            // There are more than all can be kept of: from now on only the last.
            Some(0..PAGE) => (0..self.pages.len()).rev().for_each(|place| self.give_up(place)),
            Some(_) => self.pages.len().checked_sub(RECENT + 1).into_iter().for_each(|place| self.give_up(place)),
            None => {}
        }
    }

    /// A row is over: nobody will change it any more, and it is given up in time. To be said once of each.
    pub fn over(&mut self, number: u32) {
        let Some(place) = (number as usize / PAGE).checked_sub(self.gone) else { return };
        let Some(Some(page)) = self.pages.get_mut(place) else { return };
        let Some(page) = own(page) else { return };
        page.live = page.live.saturating_sub(1);
        if page.live == 0 && self.len > self.all {
            self.give_up(place);
        }
    }
}

/// A page to be changed, of which nobody else has a part any more. That it is shared is rare and out of the way.
#[inline]
fn own<T: Clone>(page: &mut Rc<Page<T>>) -> Option<&mut Page<T>> {
    #[cold]
    #[inline(never)]
    fn part<T: Clone>(page: &mut Rc<Page<T>>) {
        Rc::make_mut(page);
    }
    if Rc::get_mut(page).is_none() {
        part(page);
    }
    Rc::get_mut(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held<T>(rows: &Rows<T>) -> usize {
        rows.pages.iter().flatten().count() * PAGE
    }

    #[test]
    fn as_many_rows_are_held_as_are_alive_however_many_there_were() {
        let mut rows = Rows::default();
        for number in 0..300_000_u32 {
            rows.put(number, number);
            // One in the middle stays; of the others ten are alive at a time.
            if let Some(left) = number.checked_sub(10).filter(|left| *left != 70_000) {
                rows.over(left);
            }
            assert!(number % 997 > 0 || held(&rows) <= (RECENT + 3) * PAGE);
        }
        assert_eq!((rows.len(), rows.get(70_000), rows.get(70_400)), (300_000, Some(&70_000), None));
        assert_eq!(rows.iter().next_back(), Some((299_999, &299_999)));
        assert!(rows.iter().map(|(number, _)| number).is_sorted());
    }

    #[test]
    fn rows_that_are_over_stay_to_be_read_as_long_as_there_are_few() {
        let mut rows = Rows::keeping(10_000);
        let mut run = |upto: u32| {
            for number in rows.len() as u32..upto {
                rows.put(number, number);
                rows.over(number);
            }
            (rows.get(0).copied(), held(&rows))
        };
        assert_eq!(run(10_000).0, Some(0));
        let (first, held) = run(11_000);
        assert!(first.is_none() && held <= (RECENT + 1) * PAGE, "beyond that only the last are kept");
    }

    #[test]
    fn a_clone_is_not_changed_with_its_original() {
        let mut rows = Rows::default();
        rows.put(0, 1);
        let before = rows.clone();
        if let Some(row) = rows.get_mut(0) {
            *row = 2;
        }
        rows.over(0);
        assert_eq!((before.get(0), rows.get(0)), (Some(&1), Some(&2)));
    }
}

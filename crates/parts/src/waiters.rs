//! Who waits, first come, first served: the one list behind every part that lets somebody wait.
//!
//! A future that has to wait joins the list with what it brings: its task, and what else the part needs of it. It keeps the
//! ticket. Later the part gives something to whoever has waited longest and wakes that task; when its future is polled, it
//! redeems the ticket. Between the two the gift is the waiter's own, and nobody can snatch it. A future that is dropped leaves
//! the list, and gets back what it brought, or what it had been given and did not fetch: that is the part's to pass on.
//!
//! So all parts are fair in the same way, and may be cancelled at every await. Joining, giving, redeeming and leaving take the
//! same time however many wait: 7,500 whose patience ends at one instant leave from anywhere in the list. Places are used
//! again, so a list takes room for the most that ever waited at once.

/// A place in a list of waiters. Whoever holds it redeems it, or leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket(u32);

/// What a waiter has who leaves.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Left<W, G> {
    /// What it brought: it was given nothing.
    Waiting(W),
    /// What it was given and did not fetch.
    Given(G),
}

/// Those who wait, with what they bring (`W`), and what they are given (`G`).
#[derive(Debug)]
pub(crate) struct Waiters<W, G> {
    places: Vec<Place<W, G>>,
    /// The first of the places that are free; each says which is next.
    free: u32,
    first: u32,
    last: u32,
}

#[derive(Debug)]
struct Place<W, G> {
    /// Who waits there with what it brought, and what it was given: one of the two, or neither where the place is free. Each has its own
    /// room: as one thing of two kinds it was written in parts and moved as a whole, and for that the processor waits.
    waiter: Option<W>,
    gift: Option<G>,
    before: u32,
    /// Who has waited next longest; for a free place, the next free one.
    after: u32,
}

const NONE: u32 = u32::MAX;

impl<W, G> Default for Waiters<W, G> {
    fn default() -> Self {
        Waiters { places: Vec::new(), free: NONE, first: NONE, last: NONE }
    }
}

impl<W, G> Waiters<W, G> {
    /// Joins at the end.
    pub fn join(&mut self, waiter: W) -> Ticket {
        let place = Place { waiter: Some(waiter), gift: None, before: self.last, after: NONE };
        let number = if let Some(free) = self.places.get_mut(self.free as usize) {
            let number = std::mem::replace(&mut self.free, free.after);
            *free = place;
            number
        } else {
            self.places.push(place);
            self.places.len() as u32 - 1
        };
        match self.places.get_mut(self.last as usize) {
            Some(last) => last.after = number,
            None => self.first = number,
        }
        self.last = number;
        Ticket(number)
    }

    /// Who has waited longest.
    pub fn first(&self) -> Option<&W> {
        self.places.get(self.first as usize)?.waiter.as_ref()
    }

    /// All who wait, in the order of joining.
    pub fn iter(&self) -> impl Iterator<Item = &W> {
        let mut next = self.first;
        std::iter::from_fn(move || {
            let place = self.places.get(next as usize)?;
            next = place.after;
            place.waiter.as_ref()
        })
    }

    /// Gives something to whoever has waited longest, and hands out what they brought: their task is to be woken. Where nobody
    /// waits, the gift is dropped.
    #[inline]
    pub fn give(&mut self, gift: G) -> Option<W> {
        let place = self.places.get_mut(self.first as usize)?;
        let waiter = place.waiter.take();
        place.gift = Some(gift);
        self.first = place.after;
        match self.places.get_mut(self.first as usize) {
            Some(next) => next.before = NONE,
            None => self.last = NONE,
        }
        waiter
    }

    /// What the holder of a ticket was given; nothing yet, as long as it waits. With the gift the ticket is spent.
    #[inline]
    pub fn redeem(&mut self, ticket: Ticket) -> Option<G> {
        let place = self.places.get_mut(ticket.0 as usize)?;
        let gift = place.gift.take()?;
        place.after = std::mem::replace(&mut self.free, ticket.0);
        Some(gift)
    }

    /// The holder of a ticket waits no longer.
    pub fn leave(&mut self, ticket: Ticket) -> Option<Left<W, G>> {
        if let Some(gift) = self.redeem(ticket) {
            return Some(Left::Given(gift));
        }
        let place = self.places.get_mut(ticket.0 as usize)?;
        let waiter = place.waiter.take()?;
        let (before, after) = (place.before, place.after);
        place.after = std::mem::replace(&mut self.free, ticket.0);
        match self.places.get_mut(before as usize) {
            Some(place) => place.after = after,
            None => self.first = after,
        }
        match self.places.get_mut(after as usize) {
            Some(place) => place.before = before,
            None => self.last = before,
        }
        Some(Left::Waiting(waiter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_engine::Seed;

    /// The same in the plainest way: all who ever joined, in order, with what became of them.
    #[derive(Default)]
    struct Model(Vec<(Ticket, u64, Option<u64>, bool)>);

    impl Model {
        fn waiting(&self) -> impl Iterator<Item = &(Ticket, u64, Option<u64>, bool)> {
            self.0.iter().filter(|(_, _, gift, here)| *here && gift.is_none())
        }

        fn give(&mut self, gift: u64) -> Option<u64> {
            let first = self.0.iter_mut().find(|(_, _, given, here)| *here && given.is_none())?;
            first.2 = Some(gift);
            Some(first.1)
        }
    }

    /// One of those who hold a ticket, by lot.
    fn holder(model: &Model, lot: u64) -> Option<usize> {
        let here: Vec<usize> = (0..model.0.len()).filter(|&i| model.0[i].3).collect();
        here.get(lot as usize % here.len().max(1)).copied()
    }

    #[test]
    fn whatever_is_done_in_whatever_order_it_is_a_queue_that_one_may_leave_from_anywhere() {
        for round in 0..200 {
            let mut dice = Seed::from_word("waiters").draw("operations", round, 0);
            let (mut list, mut model) = (Waiters::<u64, u64>::default(), Model::default());
            let mut most = 0;
            for operation in 0..300 {
                match dice.below(5) {
                    0 | 1 => {
                        let ticket = list.join(operation);
                        model.0.push((ticket, operation, None, true));
                    }
                    2 => assert_eq!(list.give(operation), model.give(operation)),
                    3 => {
                        let Some(i) = holder(&model, dice.bits()) else { continue };
                        let (ticket, _, gift, _) = model.0[i];
                        assert_eq!(list.redeem(ticket), gift);
                        model.0[i].3 = gift.is_none();
                    }
                    _ => {
                        let Some(i) = holder(&model, dice.bits()) else { continue };
                        let (ticket, brought, gift, _) = model.0[i];
                        assert_eq!(list.leave(ticket), Some(gift.map_or(Left::Waiting(brought), Left::Given)));
                        model.0[i].3 = false;
                    }
                }
                let waiting: Vec<u64> = model.waiting().map(|w| w.1).collect();
                assert_eq!(list.iter().copied().collect::<Vec<_>>(), waiting, "round {round}, operation {operation}");
                assert_eq!(list.first().copied(), waiting.first().copied());
                most = most.max(model.0.iter().filter(|w| w.3).count());
            }
            assert_eq!(list.places.len(), most, "places are used again");
            let mut tickets: Vec<u32> = model.0.iter().filter(|w| w.3).map(|w| w.0.0).collect();
            tickets.sort_unstable();
            tickets.dedup();
            assert_eq!(tickets.len(), model.0.iter().filter(|w| w.3).count(), "nobody shares a place");
        }
    }
}

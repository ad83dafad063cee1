//! Whose turn it is at a semaphore: the order in which those who wait are served, some of whom want more than others.
//!
//! One line where only the order of coming counts, and else one for each weight: so whose turn it is, is found by looking at the first of
//! each line, however many wait.

use super::super::waiters::{Left, Ticket, Waiters};
use millrace_engine::TaskRef;
use millrace_trace::JobId;

/// In which order those who wait are served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// First come, first served: while the first waits for as many as it needs, nobody behind it goes, though there were enough for
    /// it. Nobody waits for ever.
    #[default]
    FirstCome,
    /// Whoever came first of those for whom there is enough: nothing lies free that somebody could use, and who needs much may wait for
    /// as long as others come who need little.
    Overtaking,
    /// Whoever needs least: what needs more waits until nobody waits who needs less.
    LightFirst,
    /// Whoever needs most: what needs less waits as long as anybody waits who needs more.
    HeavyFirst,
}

/// One who waits.
#[derive(Debug)]
pub(super) struct Waiter {
    pub task: TaskRef,
    /// Its job, where that is in the pool.
    pub job: Option<JobId>,
    pub weight: u32,
    /// Its number in the order of coming.
    turn: u64,
}

/// A place in one of the lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    line: usize,
    ticket: Ticket,
}

/// Those who wait.
#[derive(Debug, Default)]
pub(super) struct Turns {
    order: Order,
    /// Each for a weight, or the only one for all.
    lines: Vec<(u32, Waiters<Waiter, ()>)>,
    came: u64,
}

impl Turns {
    pub fn new(order: Order) -> Turns {
        Turns { order, ..Turns::default() }
    }

    /// Everybody who waits, line by line.
    pub fn count(&self) -> usize {
        self.lines.iter().map(|(_, line)| line.iter().count()).sum()
    }

    /// Joins at the end of its line.
    pub fn join(&mut self, task: TaskRef, job: Option<JobId>, weight: u32) -> Place {
        let key = if self.order == Order::FirstCome { 0 } else { weight };
        self.came += 1;
        let waiter = Waiter { task, job, weight, turn: self.came };
        let known = self.lines.iter_mut().enumerate().find(|(_, (of, _))| *of == key);
        if let Some((line, (_, waiters))) = known {
            return Place { line, ticket: waiters.join(waiter) };
        }
        let mut waiters = Waiters::default();
        let ticket = waiters.join(waiter);
        self.lines.push((key, waiters));
        Place { line: self.lines.len() - 1, ticket }
    }

    /// Whether somebody who comes now and wants so many goes at once, of so many that are free.
    pub fn lets_in(&self, weight: u32, free: u32) -> bool {
        let fits = weight <= free;
        match self.order {
            Order::FirstCome => fits && self.heads().next().is_none(),
            Order::Overtaking | Order::LightFirst => fits,
            Order::HeavyFirst => fits && self.heads().all(|(_, head)| head.weight < weight),
        }
    }

    /// Gives whoever's turn it is what it wants, if so many are enough for it.
    pub fn serve(&mut self, free: u32) -> Option<Waiter> {
        let fits = |(_, head): &(usize, &Waiter)| head.weight <= free;
        let next = match self.order {
            Order::FirstCome => self.heads().next().filter(fits),
            Order::Overtaking => self.heads().filter(fits).min_by_key(|(_, head)| head.turn),
            Order::LightFirst => self.heads().filter(fits).min_by_key(|(_, head)| head.weight),
            Order::HeavyFirst => self.heads().max_by_key(|(_, head)| head.weight).filter(fits),
        };
        let line = next.map(|(line, _)| line)?;
        self.lines.get_mut(line)?.1.give(())
    }

    /// Whether whoever has a place was served; with that the place is given up.
    pub fn redeem(&mut self, place: Place) -> bool {
        self.lines.get_mut(place.line).and_then(|(_, line)| line.redeem(place.ticket)).is_some()
    }

    /// Whoever has a place goes; whether it had been served.
    pub fn leave(&mut self, place: Place) -> bool {
        let left = self.lines.get_mut(place.line).and_then(|(_, line)| line.leave(place.ticket));
        matches!(left, Some(Left::Given(())))
    }

    /// The first of each line in which somebody waits.
    fn heads(&self) -> impl Iterator<Item = (usize, &Waiter)> {
        self.lines.iter().enumerate().filter_map(|(line, (_, waiters))| Some((line, waiters.first()?)))
    }
}

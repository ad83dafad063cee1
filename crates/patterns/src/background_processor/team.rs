//! The workers: who is there, who is free, and who comes and goes as there is more or less to do.
//!
//! A worker that is free puts its seat into a line, and whoever has a task takes the first seat of it and hands the task over. As shipped the seat of a
//! worker that was let go stays in that line, and the next task that is handed to it lies there for good. As documented who hands a task over
//! looks whether somebody sits there.

use super::Processor;
use super::work::{Books, Work};
use millrace_engine::{Carries, Env};
use millrace_parts::{Crew, Rx, Ticker, Tx, Watch, Worker, channel};
use millrace_spec::RailGauges;
use millrace_trace::{JobId, UNLIMITED};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

const G: RailGauges = RailGauges::ALL;
/// The line of those who are free.
const FREE: &str = "free workers";

/// What a worker was told that nobody has heard yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Nothing,
    Work,
    Leave,
}

/// Where a worker sits, for as long as it works there.
pub(super) struct Seat {
    worker: Worker,
    told: Watch<Told>,
    hand: RefCell<Option<Work>>,
    is_there: Watch<bool>,
    is_leaving: Cell<bool>,
}

impl Seat {
    /// Whether a task that is handed over now is worked on.
    fn is_taken(&self) -> bool {
        self.is_there.get() && !self.is_leaving.get()
    }
}

/// A seat whose worker is free.
#[derive(Clone)]
pub(super) struct Free(Rc<Seat>);

impl fmt::Debug for Free {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Free({})", self.0.worker.number)
    }
}

impl Carries for Free {
    fn job(&self) -> Option<JobId> {
        None
    }
}

/// The workers.
pub(super) struct Team {
    env: Env,
    books: Books,
    free: (Tx<Free>, Rx<Free>),
    crew: RefCell<Option<Crew>>,
    /// By number: the seat of whoever sat down there last. Who was killed before it could has none.
    seats: RefCell<BTreeMap<u32, Rc<Seat>>>,
    /// Seats that were left with a task in hand.
    busy: Watch<u32>,
}

impl Team {
    pub fn new(env: &Env, books: &Books) -> Team {
        Team {
            env: env.clone(),
            books: books.clone(),
            free: channel(env, FREE, UNLIMITED),
            crew: RefCell::default(),
            seats: RefCell::default(),
            busy: Watch::new(env, 0),
        }
    }

    /// Has this crew from now on.
    pub fn has(&self, crew: Crew) {
        self.crew.replace(Some(crew));
        self.tell_size();
    }

    /// Lets everybody go who is still there.
    pub fn disband(&self) {
        drop(self.crew.take());
        drop(self.seats.take());
    }

    /// Its process is gone, and everybody with it.
    pub fn crashes(&self) {
        if let Some(crew) = self.crew.borrow().as_ref() {
            crew.crashes();
        }
        drop(self.seats.take());
        while self.free.1.try_recv().is_some() {}
    }

    /// Its process is there again, with as many as it begins with.
    pub fn comes_back(&self) {
        if let Some(crew) = self.crew.borrow().as_ref() {
            crew.comes_back();
        }
        self.tell_size();
    }

    fn tell_size(&self) {
        self.books.set(G.workers, self.there().into());
    }

    /// The same where somebody was killed or has come back: before there is a crew, and once it is disbanded, nobody was.
    fn tell_there(&self) {
        if self.crew.borrow().is_some() {
            self.tell_size();
        }
    }

    /// How many are there. Who was killed is not, and its place is not free.
    pub fn there(&self) -> u32 {
        self.crew.borrow().as_ref().map_or(0, Crew::there)
    }

    /// How many places are taken.
    pub fn size(&self) -> u32 {
        self.crew.borrow().as_ref().map_or(0, |crew| crew.numbers().len() as u32)
    }

    /// Somebody sits down.
    pub fn seat(&self, worker: Worker) -> Seated<'_> {
        let seat = Rc::new(Seat {
            worker,
            told: Watch::new(&self.env, Told::Nothing),
            hand: RefCell::default(),
            is_there: Watch::new(&self.env, true),
            // It may have been let go before it came to sit down.
            is_leaving: Cell::new(!self.is_wanted(worker.number)),
        });
        self.seats.borrow_mut().insert(worker.number, seat.clone());
        // Who comes back after it was killed is one more.
        self.tell_there();
        Seated { team: self, seat, is_busy: false }
    }

    /// Waits for a worker that is free, or for a seat that looks like one.
    pub async fn first(&self) -> Option<Free> {
        self.free.1.recv().await
    }

    /// Waits for a worker that is free and there.
    pub async fn first_there(&self) -> Option<Free> {
        loop {
            let free = self.free.1.recv().await?;
            if free.0.is_taken() {
                return Some(free);
            }
        }
    }

    /// Hands a task over, which counts as of this class. Its queue may have taken it to the worker's station already.
    pub fn hand(&self, free: &Free, mut work: Work, counts_as: usize, is_moved: bool) {
        let seat = &free.0;
        if seat.is_there.get() {
            work.is_in_hand(seat.worker.station, is_moved, counts_as);
            seat.hand.replace(Some(work));
            seat.told.set(Told::Work);
        } else {
            // Nobody hears of it: there it lies.
            work.is_stranded();
            let before = seat.hand.replace(Some(work));
            drop(before);
        }
    }

    /// The station of a worker.
    pub fn station(&self, free: &Free) -> millrace_trace::StationId {
        free.0.worker.station
    }

    /// So many more workers.
    fn hires(&self, more: u32) {
        if let Some(crew) = self.crew.borrow().as_ref() {
            for _ in 0..more {
                crew.hire();
            }
        }
        self.tell_size();
    }

    fn is_wanted(&self, number: u32) -> bool {
        self.crew.borrow().as_ref().is_none_or(|crew| crew.numbers().contains(&number))
    }

    /// Who is to go: the last one, or as documented the last that has nothing to do, if there is one.
    fn next_to_go(&self, idle_first: bool) -> Option<u32> {
        let numbers = self.crew.borrow().as_ref().map(Crew::numbers)?;
        let idle = numbers.iter().rev().find(|number| idle_first && !self.is_busy(**number));
        idle.or(numbers.last()).copied()
    }

    /// This worker is to go. Its seat, if it ever sat down.
    fn lets_go(&self, number: u32) -> Option<Rc<Seat>> {
        if let Some(crew) = self.crew.borrow().as_ref() {
            crew.let_go(number);
        }
        self.tell_size();
        let seat = self.seats.borrow().get(&number).cloned()?;
        seat.is_leaving.set(true);
        if seat.told.get() == Told::Nothing {
            seat.told.set(Told::Leave);
        }
        Some(seat)
    }

    fn is_busy(&self, number: u32) -> bool {
        self.seats.borrow().get(&number).is_some_and(|seat| seat.told.get() != Told::Nothing)
    }

    /// Waits until nobody works.
    pub async fn rests(&self) {
        self.busy.until(|busy| busy == 0).await;
    }

    /// How many work.
    pub fn at_work(&self) -> u32 {
        self.busy.get()
    }
}

/// One who sits, as long as this is held.
pub(super) struct Seated<'a> {
    team: &'a Team,
    seat: Rc<Seat>,
    is_busy: bool,
}

impl Seated<'_> {
    /// It is free from now on, and says so.
    fn is_free(&mut self) {
        self.works(false);
        // A line without bounds has always room.
        drop(self.team.free.0.try_send(Free(self.seat.clone())));
    }

    fn works(&mut self, works: bool) {
        let (team, was) = (self.team, std::mem::replace(&mut self.is_busy, works));
        match (was, works) {
            (false, true) => team.busy.set(team.busy.get() + 1),
            (true, false) => team.busy.set(team.busy.get().saturating_sub(1)),
            _ => {}
        }
    }

    /// The next task; none when it is to go. As shipped who is to go lines up once more before it hears of it.
    pub async fn next(&mut self, looks_first: bool) -> Option<Work> {
        self.seat.told.set(if self.seat.is_leaving.get() { Told::Leave } else { Told::Nothing });
        if looks_first && self.seat.is_leaving.get() {
            self.works(false);
            return None;
        }
        self.is_free();
        self.seat.told.until(|told| told != Told::Nothing).await;
        let work = self.seat.hand.take();
        self.works(work.is_some());
        work
    }
}

impl Drop for Seated<'_> {
    fn drop(&mut self) {
        self.works(false);
        self.seat.is_there.set(false);
        let left = self.seat.hand.take();
        drop(left);
        self.team.tell_there();
    }
}

/// Looks again and again how many of the workers work, and has more or fewer of them.
pub(super) async fn scale(processor: Rc<Processor>) {
    let Processor { env, p, team, books, .. } = &*processor;
    let mut ticker = Ticker::new(env, p.scale_every).in_background();
    loop {
        ticker.tick().await;
        let (size, there, at_work) = (team.size(), team.there(), team.at_work());
        for (gauge, value) in G.seen.into_iter().zip([there, at_work]) {
            books.set(gauge, value.into());
        }
        if !p.scales() {
            continue;
        }
        if at_work * 10 > there * 8 {
            grow(&processor);
        } else if at_work * 10 < there * 3 {
            let fewer = size.saturating_sub(p.least()).min((size / 4).max(1));
            for _ in 0..fewer {
                let Some(number) = team.next_to_go(!processor.is_shipped) else { break };
                if let Some(seat) = team.lets_go(number).filter(|_| processor.is_shipped) {
                    // It stands still until whoever goes has finished.
                    seat.is_there.until(|there| !there).await;
                }
            }
        }
    }
}

/// A quarter more workers, as long as there may be more.
pub(super) fn grow(processor: &Processor) {
    let size = processor.team.size();
    let more = processor.p.crew().saturating_sub(size).min((size / 4).max(1));
    if processor.p.scales() && more > 0 {
        processor.team.hires(more);
    }
}

//! A process of several parts: whose its tasks are, how it is asked to end, and what it means that it is gone.
//!
//! Each task is of a part, and ends with it at the latest; who comes from outside, and who only looks, is of none and goes with the process. A part
//! is stopped by being told to, and waited for, or is cut off: then its tasks are dropped where they wait, with what they hold. What else a part
//! has, and what becomes of it, only the process itself knows: it says so as [`Process`], and has the way to the end for nothing.
//!
//! What must never be: a task that outlives its process. So whoever runs one holds [`Ends`], which takes all of it along, as tasks that hold
//! their process would keep each other for ever.

use super::shutdown::Shutdown;
use millrace_engine::{Env, Task};
use millrace_trace::{Span, StationId};
use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::rc::Rc;

/// The parts of a process, by their numbers, with the tasks of each.
pub struct Parts {
    env: Env,
    shutdown: Shutdown,
    tasks: RefCell<Vec<Vec<Task<()>>>>,
    /// Those who come from outside, and those who only look.
    come: RefCell<Vec<Task<()>>>,
    look: RefCell<Vec<Task<()>>>,
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parts({:?})", self.shutdown)
    }
}

impl Parts {
    /// Of how many tasks of a part on those that are over are let go of: as often as there are twice as many.
    const MANY: usize = 64;

    /// Parts of these names, which all run, of a process at a station.
    pub fn open(env: &Env, station: StationId, names: &[&str]) -> Parts {
        Parts {
            env: env.clone(),
            shutdown: Shutdown::open(env, station, names),
            tasks: RefCell::new(names.iter().map(|_| Vec::new()).collect()),
            come: RefCell::default(),
            look: RefCell::default(),
        }
    }

    /// The station of a part.
    pub fn at(&self, part: usize) -> StationId {
        self.shutdown.part(part)
    }

    /// Whether the process was asked to end.
    pub fn is_asked_to_end(&self) -> bool {
        self.shutdown.has_begun()
    }

    /// Starts a task of a part, which lives no longer than that.
    #[track_caller]
    pub fn start(&self, part: usize, name: &str, at: StationId, work: impl Future<Output = ()> + 'static) {
        let task = self.env.spawn_at(name, at, work);
        let mut all = self.tasks.borrow_mut();
        let Some(tasks) = all.get_mut(part) else { return };
        if tasks.len() >= Parts::MANY && tasks.len().is_power_of_two() {
            tasks.retain(|task| !task.is_finished());
        }
        tasks.push(task);
    }

    /// Somebody comes from outside, as long as anybody may: [`Parts::nobody_comes`].
    #[track_caller]
    pub fn comes(&self, name: &str, at: StationId, work: impl Future<Output = ()> + 'static) {
        let task = self.env.spawn_at(name, at, work);
        self.come.borrow_mut().push(task);
    }

    /// Somebody looks on, as long as the process is there.
    #[track_caller]
    pub fn looks(&self, name: &str, at: StationId, work: impl Future<Output = ()> + 'static) {
        let task = self.env.spawn_at(name, at, work);
        self.look.borrow_mut().push(task);
    }

    /// Nobody comes any more.
    pub fn nobody_comes(&self) {
        let come = self.come.take();
        drop(come);
    }

    /// How many tasks of a part are held on to, those that are over and not let go of yet among them.
    pub fn kept(&self, part: usize) -> usize {
        self.tasks.borrow().get(part).map_or(0, Vec::len)
    }

    /// Ends the tasks of a part where they are: as it is cut off, or with the whole process, which may come again.
    pub fn drop_tasks(&self, part: usize) {
        // Not within a borrow: a task that is dropped lets go of what it holds.
        let tasks = self.tasks.borrow_mut().get_mut(part).map(std::mem::take);
        drop(tasks);
    }
}

/// A process, as it ends. Its parts are meant by their numbers.
pub trait Process {
    /// Its parts.
    fn parts(&self) -> &Parts;

    /// Tells a part to stop, and waits until it has come to its own end.
    fn close(&self, part: usize) -> impl Future<Output = ()>;

    /// A part is cut off, and its tasks are gone: what else it has goes, or is known to be lost.
    fn cut(&self, part: usize);

    /// It is asked to end: what is to be written down of that instant.
    fn is_asked(&self) {}

    /// Ends a part there and then, with what it has in hand and in its buffers.
    fn cut_off(&self, part: usize) {
        self.parts().drop_tasks(part);
        self.cut(part);
    }

    /// The signal comes: the parts of an order are stopped one after the other, all within one time of grace. Whatever is there after that goes
    /// with the process.
    #[track_caller]
    fn shut_down<'a>(
        &'a self,
        grace: Span,
        order: impl IntoIterator<Item = usize> + 'a,
    ) -> impl Future<Output = ()> + 'a
    where
        Self: Sized,
    {
        let (parts, site) = (self.parts(), Location::caller());
        parts.env.at(site, async move {
            parts.env.note("SIGTERM: the process is asked to end", 0);
            parts.shutdown.begin(grace);
            self.is_asked();
            for part in order {
                parts.shutdown.step(part, self.close(part), || self.cut_off(part)).await;
            }
            self.is_gone();
            let code = parts.shutdown.exit();
            parts.env.note("the process ends with exit code {}", code);
        })
    }

    /// It is gone, with all that is there still. Once more changes nothing.
    fn is_gone(&self) {
        let parts = self.parts();
        parts.nobody_comes();
        let look = parts.look.take();
        drop(look);
        let all = parts.tasks.borrow().len();
        (0..all).for_each(|part| self.cut_off(part));
    }
}

/// Whoever runs a process: dropped, it takes along all that is there still.
#[derive(Debug)]
pub struct Ends<P: Process>(pub Rc<P>);

impl<P: Process> Drop for Ends<P> {
    fn drop(&mut self) {
        self.0.is_gone();
    }
}

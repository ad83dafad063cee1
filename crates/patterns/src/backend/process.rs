//! The process: what all of its tasks share, and in which order it is created.

use super::books::Books;
use super::database::Database;
use super::params::Params;
use super::{CACHE, DATABASE};
use crate::background_processor::{Background, Rank};
use crate::{concurrency_manager, pool_manager, request_handler};
use millrace_engine::{Env, Job, Server, Task};
use millrace_parts::{Cache, Crew, Holds, Machine};
use millrace_spec::Fidelity;
use millrace_trace::JobId;
use millrace_upstream::{self as upstream, Asking, Keys};
use request_handler::{Does, Handler};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

/// Of how many tasks at most is kept for which word each is.
const MOST: usize = 10_000;

pub(super) struct Process {
    pub env: Env,
    pub p: Params,
    pub books: Books,
    pub machine: Machine,
    pub handler: Rc<Handler>,
    pub manager: Option<Rc<concurrency_manager::Manager>>,
    pub pool_manager: Option<Rc<pool_manager::Manager>>,
    pub database: Database,
    pub background: Background,
    pub cache: Server,
    /// What the cache keeps.
    pub cached: RefCell<Cache<u32, ()>>,
    pub words: Keys,
    pub asking: RefCell<Asking>,
    pub routes: [u64; 3],
    /// The words that are to be put into the cache, by the task that does it.
    warming: RefCell<BTreeMap<JobId, u32>>,
    /// How many operations there have been.
    pub operations: Cell<u64>,
}

impl Process {
    /// All is open, and nobody works yet.
    pub(super) fn open(env: &Env, p: Params, fidelity: Fidelity) -> Rc<Process> {
        let machine = Machine::new(env, p.machine.settings());
        upstream::open(env, &p.external);
        let cache = upstream::open_as(env, CACHE, &p.cache);
        let server = upstream::open_as(env, DATABASE, &p.database);
        let pool = Rc::new(p.pool(fidelity));
        let database = Database::open(env, &pool, server);
        let manager = || concurrency_manager::Manager::open(env, p.manager(fidelity), fidelity, machine.clone());
        let manager = p.is_enabled().then(manager);
        let is_shipped = fidelity == Fidelity::Shipped;
        let pool_manager = p
            .is_enabled()
            .then(|| Rc::new(pool_manager::Manager::new(env, pool, database.pool.clone(), None, is_shipped)));
        let books = Books::open(env, env.station());
        let process = Rc::new_cyclic(|process: &Weak<Process>| {
            let warms = process.clone();
            let mut background = p.background(fidelity);
            background.does = Some(Rc::new(move |tasks: &[JobId]| {
                let (process, tasks) = (warms.upgrade(), tasks.to_vec());
                Box::pin(async move {
                    if let Some(process) = process {
                        process.warms(&tasks).await;
                    }
                    true
                })
            }));
            let inner = process.clone();
            let does: Does = Box::new(move |request| {
                let process = inner.upgrade();
                Box::pin(async move {
                    match process {
                        Some(process) => process.does(request).await,
                        None => request_handler::Ended::with(millrace_trace::Answer::Cancelled),
                    }
                })
            });
            Process {
                background: Background::open(env, background),
                warming: RefCell::default(),
                handler: Handler::open(env, p.handler(fidelity), fidelity, machine.clone(), does),
                cached: RefCell::new(Cache::new(p.cache_size as usize)),
                words: Keys::of("", p.words, p.skew),
                asking: RefCell::new(Asking::start(env)),
                routes: p.routes(),
                operations: Cell::new(0),
                env: env.clone(),
                books,
                machine,
                manager,
                pool_manager,
                database,
                cache,
                p,
            }
        });
        let inner = Rc::downgrade(&process);
        process.machine.reads(Holds::Entry, move || inner.upgrade().map_or(0, |own| own.cached.borrow().len() as u64));
        process
    }

    /// Everybody begins to work, and does as long as what this returns is held.
    pub(super) fn begin(self: &Rc<Self>) -> Working {
        let (env, here) = (&self.env, self.env.station());
        self.background.start();
        let crews = self.manager.as_ref().map_or(Vec::new(), concurrency_manager::start_all);
        let pool = self.database.pool.clone();
        let mut looks = vec![env.spawn_at("reaper", pool.station(), pool.clone().reap())];
        looks.extend(self.manager.as_ref().map(|manager| concurrency_manager::watches(manager, here)));
        if let Some(manager) = self.pool_manager.clone() {
            looks.push(env.spawn_at("manager", pool.station(), async move { manager.watches().await }));
        }
        Working {
            _looks: looks,
            _crews: crews,
            _manager: self.manager.clone().map(concurrency_manager::Ends),
            process: self.clone(),
        }
    }

    /// A word was found that the cache has not: to put it there is a task for later, and a part of the request for it that goes its own way.
    pub(super) fn warms_up(&self, job: &Job, word: u32) {
        let task = job.split();
        let id = task.id();
        let mut warming = self.warming.borrow_mut();
        // As shipped some never run, and nobody says so.
        while warming.len() >= MOST {
            warming.pop_first();
        }
        warming.insert(id, word);
        drop(warming);
        if !self.background.submit(task, Rank::Low) {
            self.warming.borrow_mut().remove(&id);
        }
    }

    /// Puts words into the cache, several in one go where they come together.
    async fn warms(&self, tasks: &[JobId]) {
        self.env.sleep(self.p.warm_up).await;
        let until = self.env.now() + self.p.cache_ttl;
        let words: Vec<u32> = tasks.iter().filter_map(|task| self.warming.borrow_mut().remove(task)).collect();
        let mut cached = self.cached.borrow_mut();
        for word in words {
            cached.put(word, (), until);
        }
    }
}

/// All who work. Dropped, the process is gone.
pub(super) struct Working {
    _looks: Vec<Task<()>>,
    _crews: Vec<Crew>,
    _manager: Option<concurrency_manager::Ends>,
    process: Rc<Process>,
}

impl Drop for Working {
    fn drop(&mut self) {
        self.process.background.cut();
        self.process.database.pool.ends();
    }
}

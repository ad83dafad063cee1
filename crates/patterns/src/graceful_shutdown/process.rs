//! The process: what it has, how each of its parts is stopped, and what it loses when one is cut off.

use super::books::{Books, Held};
use super::params::Params;
use super::store::Store;
use super::{BATCH, DATABASE, HUB, JOBS, Part, REDIS, RESULTS};
use millrace_engine::Env;
use millrace_parts::{Batcher, Crew, Hub, Parts, Rx, Tx, WaitGroup, channel};
use millrace_trace::StationId;
use millrace_upstream as upstream;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// What all tasks of the process share.
pub(super) struct Process {
    pub env: Env,
    pub p: Params,
    pub books: Books,
    pub parts: Parts,
    /// Whether somebody who comes is let in.
    pub accepts: Cell<bool>,
    pub requests: WaitGroup,
    pub hub: Hub,
    pub sockets: WaitGroup,
    pub jobs: (Tx<Held>, Rx<Held>),
    pub results: (Tx<Held>, Rx<Held>),
    pub workers: WaitGroup,
    pub reader: WaitGroup,
    pub batcher: Batcher,
    pub inserts: WaitGroup,
    pub model: Store,
    pub redis: Store,
    pub database: Store,
    pub crew: RefCell<Option<Crew>>,
}

impl Process {
    /// All is open, and nobody works yet.
    pub fn open(env: &Env, p: Params) -> Rc<Process> {
        let station = env.station();
        let parts = Parts::open(env, station, &Part::ALL.map(Part::name));
        let group = || WaitGroup::new(env);
        let store = |server| Store::new(env, server, p.close);
        Rc::new(Process {
            books: Books::open(env, station),
            accepts: Cell::new(true),
            requests: group(),
            hub: Hub::open(env, HUB, "broadcast", p.hub()),
            sockets: group(),
            jobs: channel(env, JOBS, p.jobs_buffer),
            results: channel(env, RESULTS, p.results_buffer),
            workers: group(),
            reader: group(),
            batcher: Batcher::open(env, BATCH, parts.at(Part::Batch as usize), p.batcher()),
            inserts: group(),
            model: store(upstream::open(env, &p.model)),
            redis: store(upstream::open_as(env, REDIS, &p.redis)),
            database: store(upstream::open_as(env, DATABASE, &p.database)),
            crew: RefCell::default(),
            parts,
            env: env.clone(),
            p,
        })
    }

    /// The station of a part.
    pub fn at(&self, part: Part) -> StationId {
        self.parts.at(part as usize)
    }
}

impl millrace_parts::Process for Process {
    fn parts(&self) -> &Parts {
        &self.parts
    }

    fn is_asked(&self) {
        self.books.asked();
    }

    async fn close(&self, part: usize) {
        let Some(part) = Part::ALL.get(part) else { return };
        match part {
            Part::Http => {
                self.accepts.set(false);
                self.requests.wait().await;
            }
            Part::Hub => {
                self.hub.stop();
                self.sockets.wait().await;
            }
            Part::Processor => {
                self.jobs.0.close();
                self.workers.wait().await;
                self.results.0.close();
                self.reader.wait().await;
            }
            Part::Batch => {
                self.batcher.close();
                self.inserts.wait().await;
            }
            Part::Redis => self.redis.close().await,
            Part::Database => self.database.close().await,
        }
    }

    /// All that a part has in hand and in its buffers is lost.
    fn cut(&self, part: usize) {
        let Some(part) = Part::ALL.get(part) else { return };
        match part {
            Part::Http => self.accepts.set(false),
            Part::Hub => {}
            Part::Processor => {
                let crew = self.crew.take();
                drop(crew);
                self.jobs.0.close();
                self.results.0.close();
                while let Some(lost) = self.jobs.1.try_recv().or_else(|| self.results.1.try_recv()) {
                    drop(lost);
                }
            }
            Part::Batch => drop(Held::items(&self.books, self.batcher.abandon())),
            Part::Redis => self.redis.cut(),
            Part::Database => self.database.cut(),
        }
    }
}

//! The interface of the bank: who comes in, what is counted, and how long each exchange lasts.
//!
//! A request comes in as an [`Exchange`], from the page's console or over a real network, and each is worked on in a task of
//! its own. The middleware is the original's as far as it shows: name the request, count it, limit its client. Whatever comes is
//! counted and counts for the limit, a request that nobody can work on too.

use super::console::{FAST, STATUS};
use super::envelope::{Meta, Reply};
use super::limit::Limit;
use super::routes::route;
use super::system::System;
use super::vitals::Vitals;
use litemap::LiteMap;
use millrace_engine::{Env, Exchange, Lap, Task, Unfit};
use millrace_parts::{AtWork, Ticker, timeout};
use millrace_trace::Span;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

/// How often the status streams send.
const PERIODS: &[(&str, Span)] = &[(STATUS, Span::secs(1)), (FAST, Span::millis(100))];
/// How long a status stream lives, documented. As shipped it has no end.
const LIFETIME: Span = Span::secs(600);
/// With this a stream ends: its time is over.
const OVER: u16 = 408;

/// The open interface.
#[derive(Debug)]
pub struct Api(Rc<Desk>);

/// What all exchanges share.
#[derive(Debug)]
pub struct Desk {
    /// The run.
    pub env: Env,
    /// What the checks of health found last.
    pub vitals: Vitals,
    system: Weak<System>,
    limit: RefCell<Limit>,
    /// The status streams, by the number of their exchange. Dropping one ends it.
    streams: RefCell<LiteMap<u32, Task<()>>>,
    /// The requests that last, by the number of their exchange: whether whoever asked has hung up.
    scopes: RefCell<LiteMap<u32, Rc<Cell<bool>>>>,
    /// The requests that are being worked on.
    at_work: AtWork,
}

impl Api {
    /// Waits until no request is being worked on. Whether there was one.
    pub async fn finishes(&self) -> bool {
        self.0.at_work.finishes().await
    }

    /// Ends all streams.
    pub fn hang_up(self) {
        self.0.streams.take();
    }
}

/// Opens the interface.
pub fn open(env: &Env, system: &Rc<System>) -> Api {
    let desk = Rc::new(Desk {
        env: env.clone(),
        vitals: Vitals::default(),
        system: Rc::downgrade(system),
        limit: RefCell::default(),
        streams: RefCell::default(),
        scopes: RefCell::default(),
        at_work: AtWork::new(env),
    });
    let asked = desk.clone();
    env.on_ask(move |exchange| asked.take(exchange));
    let hung = desk.clone();
    env.on_hang(move |number| {
        if let Some(scope) = hung.scopes.borrow().get(&number) {
            scope.set(true);
        }
        let ended = hung.streams.borrow_mut().remove(&number);
        drop(ended);
    });
    Api(desk)
}

/// The scope of a request, as long as it is worked on.
#[derive(Debug)]
pub struct Scope {
    desk: Rc<Desk>,
    number: u32,
    /// Whether whoever asked has hung up.
    pub hung_up: Rc<Cell<bool>>,
}

impl Drop for Scope {
    fn drop(&mut self) {
        self.desk.scopes.borrow_mut().remove(&self.number);
    }
}

impl Desk {
    /// Begins what lasts only as long as somebody waits for it.
    pub fn scope(self: &Rc<Desk>, number: u32) -> Scope {
        let hung_up: Rc<Cell<bool>> = Rc::default();
        self.scopes.borrow_mut().insert(number, hung_up.clone());
        Scope { desk: self.clone(), number, hung_up }
    }

    fn take(self: &Rc<Desk>, asked: Exchange) {
        let Some(system) = self.system.upgrade() else { return };
        let lap = self.env.lap();
        let admitted = self.limit.borrow_mut().admits(&asked.client, self.env.now(), system.works.p.api_limit);
        let (desk, number) = (self.clone(), asked.number);
        let name = format!("{} {}", asked.method, asked.path);
        let period = PERIODS.iter().find(|(route, _)| (asked.method.as_str(), asked.place()) == ("GET", *route));
        match period.filter(|_| admitted && asked.terms.unfit.is_none()) {
            Some(&(route, period)) => {
                system.metrics.borrow_mut().served("GET", route, 101, self.env.took(lap));
                let stream = self.env.spawn(&name, async move { desk.stream(&system, number, period).await });
                self.streams.borrow_mut().insert(number, stream);
            }
            None => {
                let at_work = self.at_work.begin();
                let served = async move {
                    desk.serve(&system, asked, admitted, lap).await;
                    drop(at_work);
                };
                self.env.spawn(&name, served).detach();
            }
        }
    }

    async fn stream(&self, system: &System, number: u32, period: Span) {
        let mut tick = Ticker::new(&self.env, period).in_background();
        let messages = async {
            loop {
                self.env.reply(number, 200, &system.status().to_string());
                tick.tick().await;
            }
        };
        if system.works.forgives() {
            let _over: Result<(), _> = timeout(&self.env, LIFETIME, messages).await;
            self.env.reply(number, OVER, "this stream has lived for ten minutes: connect anew");
        } else {
            messages.await
        }
    }

    async fn serve(self: &Rc<Desk>, system: &Rc<System>, asked: Exchange, admitted: bool, lap: Lap) {
        let id = asked.id();
        let meta = || Meta { id: id.clone(), took: self.env.took(lap), date: self.env.date() };
        let reply = match asked.terms.unfit {
            _ if !admitted => {
                let details = format!("{} requests in 60 s are allowed", system.works.p.api_limit);
                meta().failure(429, "RATE_LIMITED", "rate limit exceeded", &details)
            }
            Some(unfit) => turned_away(&meta(), unfit),
            None => route(self, system, &asked, &meta).await,
        };
        system.metrics.borrow_mut().served(&asked.method, asked.place(), reply.status, self.env.took(lap));
        self.env.reply(asked.number, reply.status, &reply.body);
    }
}

/// The answer to a request that nobody can work on.
fn turned_away(meta: &Meta, unfit: Unfit) -> Reply {
    let code = match unfit {
        Unfit::Plain => "UPGRADE_REQUIRED",
        Unfit::TooLarge => "TOO_LARGE",
        Unfit::TooLate => "REQUEST_TIMEOUT",
        Unfit::Cut => "INVALID_JSON",
    };
    meta.failure(unfit.status(), code, unfit.message(), "GET /v1 lists what there is")
}

//! The hub for those outside: who connects, what they say, what they are told, and what is counted.
//!
//! It is the hub of the scenario, with its queues, its pumps and its deadlines; only the other end of a connection is somebody. From the
//! page they come by the link of the run, on a real network by sockets, and both are handled here.

use super::Server;
use super::console::{CONSOLE, SOCKET};
use super::line::{Caller, Incoming};
use super::messages::{Said, emotion_update, error};
use super::socket::{ROOM, Socket};
use millrace_engine::{Exchange, Lap};
use millrace_spec::Stream;
use millrace_spec::exposition::OPENMETRICS;
use millrace_trace::Outcome;
use millrace_upstream::Service;
use serde_json::json;
use std::rc::Rc;

/// The longest name of a session.
const LONGEST_NAME: usize = 64;

/// An answer to a request: its status, and what it says.
type Reply = (u16, String);

/// Somebody outside who is connected, known as long as this is held.
struct Present {
    server: Rc<Server>,
    caller: Rc<Caller>,
    exchange: u32,
}

impl Drop for Present {
    fn drop(&mut self) {
        self.server.callers.borrow_mut().remove(&self.exchange);
        self.server.sessions.borrow_mut().leave(self.caller.session);
    }
}

fn wrong(status: u16, message: &str) -> Reply {
    (status, json!({ "error": message }).to_string())
}

impl Server {
    /// Takes in what is asked from now on.
    pub(super) fn listen(self: &Rc<Server>) {
        let asked = Rc::downgrade(self);
        self.env.on_ask(move |exchange| {
            if let Some(server) = asked.upgrade() {
                server.take(exchange);
            }
        });
        let caller = |server: &std::rc::Weak<Server>, number: u32| {
            server.upgrade().and_then(|server| server.callers.borrow().get(&number).cloned())
        };
        let hung = Rc::downgrade(self);
        self.env.on_hang(move |number| {
            if let Some(caller) = caller(&hung, number) {
                caller.inbox.goes();
            }
        });
        let said = Rc::downgrade(self);
        self.env.on_heard(move |number, heard| {
            if let Some(caller) = caller(&said, number) {
                caller.heard(heard);
            }
        });
    }

    fn take(self: &Rc<Server>, asked: Exchange) {
        let lap = self.env.lap();
        let connects = (asked.method.as_str(), CONSOLE.endpoint(asked.place())) == ("GET", Some(SOCKET));
        let reply = match asked.terms.unfit {
            Some(unfit) => wrong(unfit.status(), unfit.message()),
            None if connects => match self.connects(&asked) {
                Ok(()) => return self.is_served(&asked, 101, lap),
                Err(reply) => reply,
            },
            None => self.answer(&asked),
        };
        self.is_served(&asked, reply.0, lap);
        self.env.reply(asked.number, reply.0, &reply.1);
    }

    fn is_served(&self, asked: &Exchange, status: u16, lap: Lap) {
        let took = self.env.took(lap);
        self.metrics.answered(&CONSOLE, (&asked.method, asked.place()), status, took);
    }

    /// Answers what is asked once.
    fn answer(&self, asked: &Exchange) -> Reply {
        let place = asked.place();
        let methods = CONSOLE.methods(place);
        match (asked.method.as_str(), CONSOLE.endpoint(place)) {
            (_, None) => wrong(404, &format!("there is no {place}")),
            (method, _) if !methods.contains(&method) => {
                wrong(405, &format!("{place} takes {}", methods.join(" and ")))
            }
            ("POST", _) => self.is_told(asked),
            _ => (200, self.metrics.exposition(asked.terms.accept.as_deref() == Some(OPENMETRICS))),
        }
    }

    /// Somebody without a socket says what a client of that session would say on its own: whoever connected last.
    fn is_told(&self, asked: &Exchange) -> Reply {
        let session = match session(asked) {
            Ok(session) => session,
            Err(reply) => return reply,
        };
        let number = self.sessions.borrow().find(&session);
        let callers = self.callers.borrow();
        let mut open = callers.values().rev().filter(|caller| !caller.inbox.has_gone());
        let Some(caller) = open.find(|caller| Some(caller.session) == number) else {
            return wrong(409, &format!("nobody is connected for {session}: GET {} first", asked.place()));
        };
        if caller.inbox.len() >= ROOM {
            return wrong(429, "what was said before is not read yet");
        }
        caller.inbox.comes(Incoming::Said(asked.body.clone(), Box::new(self.at_work.begin())));
        (202, String::new())
    }

    /// Somebody connects for a session.
    fn connects(self: &Rc<Server>, asked: &Exchange) -> Result<(), Reply> {
        let name = session(asked)?;
        let entered = self.sessions.borrow_mut().enter(&name);
        let Some((session, again)) = entered else {
            return Err(wrong(503, "there are as many sessions as there may be"));
        };
        self.env.reply(asked.number, Stream::BEGUN, "");
        let caller = Rc::new(Caller::new(&self.env, asked.number, session, self.hub.station()));
        self.callers.borrow_mut().insert(asked.number, caller.clone());
        let present = Present { server: self.clone(), caller, exchange: asked.number };
        let name = if again { format!("{name} again") } else { name };
        let serves = async move { present.server.serve(&present.caller, &name).await };
        let task = self.env.spawn_at("connection", self.hub.station(), serves);
        let mut others = self.others.borrow_mut();
        others.retain(|task| !task.is_finished());
        others.push(task);
        Ok(())
    }

    /// Registers somebody, and writes and reads until one of both has gone.
    async fn serve(self: &Rc<Server>, caller: &Rc<Caller>, name: &str) {
        let Some(client) = self.hub.register(caller.session, name).await else {
            return caller.is_told(millrace_spec::Parting::Shutdown);
        };
        let station = client.station();
        self.sessions.borrow_mut().connected(caller.session, station);
        let socket = Rc::new(Socket::new(self, client, caller.session, Some(caller.clone())));
        self.came.broadcast();
        let _writes = self.env.spawn_at("write pump", station, socket.clone().write_pump());
        self.env.spawn_at("read pump", station, socket.clone().read_pump()).await;
        if let Some(why) = socket.client.why() {
            caller.is_told(why);
        }
    }

    /// Handles what the client of a session said, or what was wrong with that. What it is told goes through the hub, as everything does.
    pub(super) async fn hears(self: Rc<Server>, session: u32, said: Result<Said, String>) {
        let told = match said {
            Err(told) => vec![told],
            Ok(Said::Frame { is_empty }) => vec![self.sees(is_empty).await],
            Ok(Said::Ping) => self.interview(session, |interview| interview.pinged()),
            Ok(Said::Answer) => self.interview(session, |interview| vec![interview.answered()]),
        };
        for text in told {
            self.tell(session, text).await;
        }
    }

    fn interview(
        &self,
        session: u32,
        goes_on: impl FnOnce(&mut super::messages::Interview) -> Vec<String>,
    ) -> Vec<String> {
        let mut sessions = self.sessions.borrow_mut();
        sessions.get(session).map(|session| goes_on(&mut session.interview)).unwrap_or_default()
    }

    /// The emotion service looks at a frame.
    async fn sees(&self, is_empty: bool) -> String {
        let frame = self.frames.replace(self.frames.get() + 1);
        let mut draw = self.env.draw("frame", frame, 0);
        self.env.sleep(Service::Lognormal.sample(self.p.emotion, &mut draw)).await;
        if draw.chance(self.p.no_face.0) || is_empty {
            return error("FACE_NOT_DETECTED", "there is no face in this frame");
        }
        emotion_update(&mut draw, self.env.date())
    }

    /// Hands in a message for a session.
    pub(super) async fn tell(&self, session: u32, text: String) {
        let message = self.env.job_at(self.home);
        if let Some(station) = self.sessions.borrow().station(session) {
            message.bind(station, None);
        }
        if let Err(message) = self.hub.say(message, session, text).await {
            message.leave(Outcome::Cancelled);
        }
    }
}

/// The session in the path of a socket.
fn session(asked: &Exchange) -> Result<String, Reply> {
    let place = asked.place();
    let name = CONSOLE.route(&asked.method, place).and_then(|route| route.word(place));
    match name.filter(|name| !name.trim().is_empty() && name.chars().count() <= LONGEST_NAME) {
        Some(name) => Ok(name),
        None => Err(wrong(400, &format!("a session has a name of 1 to {LONGEST_NAME} characters"))),
    }
}

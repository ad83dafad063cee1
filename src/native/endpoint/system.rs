//! A run as a system that others use: in real time, on a thread of its own.
//!
//! A run belongs to one thread, so whoever wants something of it sends a wish there and gets a conversation: the answers as
//! they come, one or many. The thread sleeps until the run's next deadline or the next wish, whichever is first. What it
//! has handed out it forgets, so that a system may run for days.

use super::host::RealHost;
use crate::engine::{Action, Heard, Progress, Run, Terms};
use crate::trace::{EventKind, SimTime};
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc as answers;
use tokio::time::Instant;

/// Polls between looks at the commands.
const POLLS: u64 = 4_096;
/// Answers that wait for a client to take them. One who leaves more is let go: memory must not grow by who does not read.
const MOST_WAITING: usize = 256;

/// One answer of the system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status of HTTP.
    pub status: u16,
    /// What it says.
    pub body: String,
    /// When it was given.
    pub at: Instant,
}

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Who asks: limits on the number of requests are kept by it.
    pub client: String,
    /// The method.
    pub method: String,
    /// The path, with its query if it has one.
    pub path: String,
    /// The body.
    pub body: String,
    /// How it came.
    pub terms: Terms,
    /// Whether more than one answer is wanted.
    pub stream: bool,
}

enum Command {
    Ask(u64, Question, answers::Sender<Answer>),
    Heard(u64, Heard),
    Gone(u64),
}

/// A running system. It stops when the last handle and the last conversation are dropped.
#[derive(Clone, Debug)]
pub struct System {
    commands: Sender<Command>,
    tickets: Arc<AtomicU64>,
}

impl System {
    /// Starts what `run` makes, on a thread of its own. The run must be in real time.
    ///
    /// # Errors
    /// Where there is no thread to be had.
    pub fn start(run: impl FnOnce() -> Run + Send + 'static) -> io::Result<System> {
        let (commands, received) = mpsc::channel();
        let runtime = Handle::try_current().ok();
        let life = move || {
            let mut run = run();
            run.set_host(Rc::new(RealHost::new(runtime)));
            serve(run, &received);
        };
        std::thread::Builder::new().name("system".to_owned()).spawn(life)?;
        Ok(System { commands, tickets: Arc::default() })
    }

    /// Asks for something.
    pub fn ask(&self, question: Question) -> Conversation {
        let ticket = self.tickets.fetch_add(1, Ordering::Relaxed);
        let (to, answers) = answers::channel(MOST_WAITING);
        // If the system is over the sender is dropped, and the conversation with it.
        let _over = self.commands.send(Command::Ask(ticket, question, to));
        Conversation { ticket, answers, commands: self.commands.clone() }
    }
}

/// The answers to a question. Dropping it hangs up.
#[derive(Debug)]
pub struct Conversation {
    ticket: u64,
    answers: answers::Receiver<Answer>,
    commands: Sender<Command>,
}

impl Conversation {
    /// The next answer; none if the system is over, or has let this client go because it was too slow.
    pub async fn next(&mut self) -> Option<Answer> {
        self.answers.recv().await
    }

    /// Tells the system what its client said, took or answered.
    pub fn tell(&self, heard: Heard) {
        let _over = self.commands.send(Command::Heard(self.ticket, heard));
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        let _over = self.commands.send(Command::Gone(self.ticket));
    }
}

/// A conversation, on the system's side.
struct Line {
    ticket: u64,
    stream: bool,
    to: answers::Sender<Answer>,
}

/// Who waits for answers, by exchange.
#[derive(Default)]
struct Desk {
    lines: BTreeMap<u32, Line>,
    /// The exchanges of those who wait, by their tickets.
    exchanges: BTreeMap<u64, u32>,
    /// How much of the trace was read.
    read: u64,
}

fn serve(mut run: Run, commands: &Receiver<Command>) {
    let start = Instant::now();
    let now = || SimTime(u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX));
    let mut desk = Desk::default();
    loop {
        let progress = run.advance(now(), POLLS);
        desk.hand_out(&mut run);
        if progress.is_final() {
            return;
        }
        let wait = match progress {
            Progress::BudgetSpent => Some(Duration::ZERO),
            _ => run.next_deadline().map(|at| Duration::from_nanos(at.since(now()).0)),
        };
        let wish = match wait {
            Some(wait) => commands.recv_timeout(wait),
            None => commands.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match wish {
            Ok(wish) => desk.take(wish, &mut run, now()),
            Err(RecvTimeoutError::Timeout) => {}
            // Nobody can ask any more.
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

impl Desk {
    fn take(&mut self, wish: Command, run: &mut Run, now: SimTime) {
        // What was due before comes before.
        run.advance(now, POLLS);
        match wish {
            Command::Ask(ticket, question, to) => {
                let Question { client, method, path, body, terms, stream } = question;
                let exchange = run.ask(&client, (&method, &path, &body), terms);
                self.exchanges.insert(ticket, exchange);
                self.lines.insert(exchange, Line { ticket, stream, to });
            }
            Command::Heard(ticket, heard) => {
                if let Some(exchange) = self.exchanges.get(&ticket) {
                    run.heard(*exchange, heard);
                }
            }
            Command::Gone(ticket) => {
                if let Some(exchange) = self.exchanges.get(&ticket).copied() {
                    self.hang_up(exchange, run);
                }
            }
        }
    }

    /// Nobody waits in an exchange any more.
    fn end(&mut self, exchange: u32) {
        if let Some(line) = self.lines.remove(&exchange) {
            self.exchanges.remove(&line.ticket);
        }
    }

    fn hang_up(&mut self, exchange: u32, run: &mut Run) {
        self.end(exchange);
        run.intervene(Action::Hang { exchange });
        run.advance(run.now(), 0);
    }

    /// Hands out the answers since the last time.
    fn hand_out(&mut self, run: &mut Run) {
        let (mut texts, mut too_slow, mut done) = (Vec::new(), Vec::new(), Vec::new());
        let mut last_task = None;
        {
            let trace = run.trace();
            while let Some(event) = trace.get(self.read) {
                self.read += 1;
                match event.kind {
                    EventKind::Asked { client, request, .. } => texts.extend([client, request]),
                    // A station is asked for its name when a run stands still, and this one cannot.
                    EventKind::Opened { name, .. } => texts.push(name),
                    // Nobody asks for the name of a task here, nor for its size.
                    EventKind::Spawned { child, name, .. } => {
                        texts.push(name);
                        last_task = Some(child);
                    }
                    EventKind::Noted { text, value, .. } => {
                        tracing::warn!("{}", trace.name(text).replace("{}", &value.to_string()));
                        texts.push(text);
                    }
                    EventKind::Replied { exchange, status, body } => {
                        texts.push(body);
                        let Some(line) = self.lines.get(&exchange) else { continue };
                        let answer = Answer { status, body: trace.name(body).to_owned(), at: Instant::now() };
                        match line.to.try_send(answer) {
                            Err(answers::error::TrySendError::Full(_)) => too_slow.push(exchange),
                            // Who asked once is done; who has gone says so.
                            _ if !line.stream => done.push(exchange),
                            _ => {}
                        }
                    }
                    _ => {}
                }
            }
        }
        done.into_iter().for_each(|exchange| self.end(exchange));
        last_task.into_iter().for_each(|task| run.forget_sizes_to(task));
        texts.into_iter().for_each(|text| run.forget_text(text));
        run.forget_before(self.read);
        too_slow.into_iter().for_each(|exchange| {
            if self.lines.contains_key(&exchange) {
                self.hang_up(exchange, run);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Clock, Seed, Setup};
    use crate::trace::{Span, StationKind};

    /// About 190 bytes a request were never given back: the places of the texts that were, the names of tasks and their sizes.
    #[test]
    fn what_was_said_to_ten_thousand_clients_is_forgotten() {
        let setup = Setup { clock: Clock::Real, ..Setup::new(Seed::from_word("otis")) };
        let mut run = Run::new(setup, (StationKind::Worker, "home"), |env| async move {
            let inner = env.clone();
            env.on_ask(move |asked| {
                let (env, text) = (inner.clone(), format!("answer {}", asked.number));
                inner
                    .spawn(&format!("request {}", asked.number), async move { env.reply(asked.number, 200, &text) })
                    .detach();
            });
            env.sleep(Span::secs(3_600)).await;
        });
        run.advance(SimTime::ZERO, POLLS);
        let mut desk = Desk::default();
        let mut most = 0;
        for n in 0..10_000 {
            let (to, mut answers) = answers::channel(1);
            let question = Question {
                client: format!("client {n}"),
                method: "GET".to_owned(),
                path: format!("/{n}"),
                body: String::new(),
                terms: Terms::default(),
                stream: false,
            };
            desk.take(Command::Ask(n, question, to), &mut run, SimTime(n));
            run.advance(SimTime(n), POLLS);
            desk.hand_out(&mut run);
            assert_eq!(answers.try_recv().expect("an answer").body, format!("answer {n}"));
            if n == 1_000 {
                most = run.trace().texts().held().1;
            }
        }
        let (held, places) = run.trace().texts().held();
        assert!(held < 10 && places <= most.max(1_024), "{held} texts in {places} places");
        assert_eq!(run.trace().sizes_held(), 0, "nobody sums up the sizes of tasks");
        assert!(desk.lines.is_empty() && desk.exchanges.is_empty());
    }
}

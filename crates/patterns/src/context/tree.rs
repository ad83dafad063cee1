//! The scenario of a tree that somebody wrote: a task for each context, at home there.

use super::texts::Planned;
use millrace_engine::{Env, Task};
use millrace_parts::{Context, Ended, Scope, WaitGroup};
use millrace_trace::{Outcome, SimTime, Span, Wait};
use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

/// A context with what it is to do.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Its name, the one above it, its timeout.
    pub planned: Planned,
    /// How long its work takes; without any it waits for those below it.
    pub work: Option<Span>,
    /// Whether its work never looks at the context.
    pub ignores: bool,
    /// Whether whoever began it forgets to end it.
    pub forgets: bool,
}

/// What the tasks of a run share.
pub(super) struct Running {
    /// The run.
    pub env: Env,
    /// All tasks that end: whoever waits for the run waits for them.
    pub all: WaitGroup,
    /// The contexts that were begun.
    pub contexts: RefCell<Vec<Context>>,
    tasks: RefCell<Vec<Task<()>>>,
}

/// Whoever runs all of it: dropped, it takes along whoever is still at work.
pub(super) struct Held(pub Rc<Running>);

impl Drop for Held {
    fn drop(&mut self) {
        // Not within a borrow: a task that is dropped ends its context.
        let tasks = self.0.tasks.take();
        drop(tasks);
    }
}

impl Running {
    /// Nobody works yet.
    pub fn new(env: &Env) -> Rc<Running> {
        Rc::new(Running {
            env: env.clone(),
            all: WaitGroup::new(env),
            contexts: RefCell::default(),
            tasks: RefCell::default(),
        })
    }

    /// Starts a task at a context.
    #[track_caller]
    pub fn start(&self, at: &Context, work: impl Future<Output = ()> + 'static) {
        let task = self.env.spawn_at(at.name(), at.station(), work);
        self.tasks.borrow_mut().push(task);
    }

    /// Notes a context down, so that it can be cancelled by name.
    pub fn knows(&self, context: &Context) {
        self.contexts.borrow_mut().push(context.clone());
    }

    /// The context of a name that was begun last.
    pub fn find(&self, name: &str) -> Option<Context> {
        self.contexts.borrow().iter().rev().find(|context| context.name() == name).cloned()
    }
}

/// How the work of a context counts.
pub(super) fn outcome(ended: Option<Ended>) -> Outcome {
    match ended {
        None | Some(Ended::Done) => Outcome::Completed,
        Some(Ended::Canceled) => Outcome::Cancelled,
        Some(Ended::DeadlineExceeded) => Outcome::TimedOut,
    }
}

/// Begins all contexts, each after the one it is below, and then the work under each. So whoever is cancelled at once is there.
pub(super) fn begin(running: &Rc<Running>, nodes: Vec<Node>, background: &Context) {
    let mut begun: Vec<(Scope, WaitGroup)> = Vec::with_capacity(nodes.len());
    for Node { planned, .. } in &nodes {
        let above = planned.parent.and_then(|parent| begun.get(parent));
        if let Some((_, below)) = above {
            below.add(1);
        }
        let above: &Context = above.map_or(background, |(scope, _)| scope);
        let scope = match planned.timeout {
            Some(span) => above.with_timeout(&planned.name, span),
            None => above.child(&planned.name),
        };
        running.knows(&scope);
        begun.push((scope, WaitGroup::new(&running.env)));
    }
    let groups: Vec<WaitGroup> = begun.iter().map(|(_, below)| below.clone()).collect();
    for (node, (scope, below)) in nodes.into_iter().zip(begun) {
        running.all.add(1);
        let above = node.planned.parent.and_then(|parent| groups.get(parent)).cloned();
        let (inner, context) = (running.clone(), scope.clone());
        let life = async move {
            live(&inner, &node, scope, &below).await;
            if let Some(above) = above {
                above.done();
            }
            inner.all.done();
        };
        running.start(&context, life);
    }
}

/// The life of a context.
async fn live(running: &Running, node: &Node, scope: Scope, below: &WaitGroup) {
    let env = &running.env;
    let job = env.job();
    match node.work {
        Some(span) if node.ignores => env.sleep(span).await,
        Some(span) => scope.guard(env.sleep(span)).await.unwrap_or_default(),
        None => scope.guard(below.wait()).await.unwrap_or_default(),
    }
    // Those below it that are done at this instant are done, and not cancelled by its end.
    if scope.has_open_below() {
        env.turn().await;
    }
    job.leave(outcome(scope.ended()));
    if node.forgets {
        scope.forget();
    }
}

/// Cancels somebody by name, at an instant.
pub(super) async fn cancel(running: Rc<Running>, name: String, at: Span) {
    running.env.sleep_until(SimTime::ZERO + at, Wait::Sleep).await;
    // What is done at this instant is done.
    running.env.turn().await;
    match running.find(&name) {
        Some(context) => context.cancel(),
        None => running.env.note(&format!("nobody is called {name} yet: there is nothing to cancel"), 0),
    }
}

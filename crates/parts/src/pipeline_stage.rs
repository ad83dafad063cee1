//! A pipeline stage: workers that take messages, apply a function, and pass the results on, in no particular order.
//!
//! With a group of its own, the semantics are those of the original: the first error of a stage ends the worker that met
//! it and cancels the stage; its siblings notice only when they *send*, not while they wait for input; and nobody tells the
//! stage above, whose sends block for ever once nobody receives. With a group that spans the pipeline everybody notices,
//! also while waiting for input. A message's id says which one it is.

use super::channel::{Rx, channel};
use super::crew::{Crew, Worker};
use super::error_group::{ErrorGroup, GroupError};
use super::select::{Either, select2};
use millrace_engine::{Carries, Env, Job};
use millrace_trace::{JobId, Outcome};
use std::fmt;
use std::future::Future;
use std::rc::Rc;

/// What travels through a pipeline.
#[derive(Debug)]
pub struct Message<T> {
    /// Which one it is: stages keep it, and do not keep the order.
    pub id: i64,
    /// What it carries.
    pub payload: T,
    /// The job it is, for the picture.
    pub job: Job,
}

impl<T> Carries for Message<T> {
    fn job(&self) -> Option<JobId> {
        self.job.job()
    }
}

/// A stage to be run.
#[derive(Clone, Debug, PartialEq)]
pub struct PipelineStage {
    /// Its name, in errors and on the picture.
    pub name: String,
    /// How many workers. With none, the output closes at once.
    pub workers: u32,
    /// How many results wait for the next stage; 0 hands them over.
    pub buffer: u32,
}

/// A running stage. Dropping it cancels its workers.
pub struct PipelineStageHandle<O: 'static> {
    /// Where its results come out; closed when its workers are done.
    pub output: Rx<Message<O>>,
    group: ErrorGroup,
    crew: Crew,
}

impl<O> fmt::Debug for PipelineStageHandle<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PipelineStageHandle({:?})", self.group)
    }
}

impl<O> PipelineStageHandle<O> {
    /// The first error of its workers, or of its pipeline's.
    pub fn error(&self) -> Option<GroupError> {
        self.group.error()
    }

    /// What cancels its workers: its own group, or its pipeline's.
    pub fn group(&self) -> &ErrorGroup {
        &self.group
    }

    /// Leaves its workers to themselves, as a program does that forgets them.
    pub fn leak(self) {
        self.crew.leak();
    }
}

impl PipelineStage {
    /// Starts the stage on `input`. `function` gets a message's payload and its job, and gives the payload for the next stage.
    #[track_caller]
    pub fn run<I: 'static, O: 'static, F>(
        &self,
        env: &Env,
        input: Rx<Message<I>>,
        whole: Option<&ErrorGroup>,
        function: impl Fn(Env, I, Rc<Job>) -> F + 'static,
    ) -> PipelineStageHandle<O>
    where
        F: Future<Output = Result<O, String>> + 'static,
    {
        let (tx, output) = channel::<Message<O>>(env, &format!("{} out", self.name), self.buffer);
        let group = whole.cloned().unwrap_or_else(|| ErrorGroup::new(env));
        let (inner, done) = (env.clone(), tx.clone());
        let stage = Rc::new((self.name.clone(), group.clone(), whole.is_some(), function));
        let work = move |_: Worker| {
            let (env, input, tx, stage) = (inner.clone(), input.clone(), tx.clone(), stage.clone());
            async move {
                let (name, group, watches_input, function) = &*stage;
                loop {
                    let received = match watches_input {
                        false => input.recv().await,
                        true => match select2(&env, input.recv(), group.cancelled()).await {
                            Either::First(message) => message,
                            Either::Second(()) => return,
                        },
                    };
                    let Some(Message { id, payload, job }) = received else { return };
                    let job = Rc::new(job);
                    let work = function(env.clone(), payload, job.clone());
                    // A function that is told of the whole pipeline's cancellation stops in the middle of its work.
                    let result = match watches_input {
                        false => work.await,
                        true => match group.guard(work).await {
                            Some(result) => result,
                            None => return,
                        },
                    };
                    let Ok(job) = Rc::try_unwrap(job) else { return };
                    let payload = match result {
                        Ok(payload) => payload,
                        Err(error) => {
                            job.leave(Outcome::Failed);
                            group.fail(GroupError(format!("[{name}]: {error}")));
                            return;
                        }
                    };
                    match select2(&env, tx.send(Message { id, payload, job }), group.cancelled()).await {
                        Either::First(Ok(())) => {}
                        Either::First(Err(_)) | Either::Second(()) => return,
                    }
                }
            }
        };
        let crew = Crew::start(env, &self.name, &self.name, self.workers, work).when_done(move || done.close());
        PipelineStageHandle { output, group, crew }
    }
}

//! What goes on in the process: requests come and are answered, sockets send frames, workers have them analysed, results go into a
//! batch, batches are written.

use super::books::{Held, Open};
use super::process::Process;
use super::{Kind, NO_CONNECTION, NO_POOL, Part};
use millrace_engine::Job;
use millrace_parts::{Client, Closed, Crew, Either, UnderWay, Watch, select2};
use millrace_spec::{ClientGauges, HubGauges, ShutdownGauges};
use millrace_trace::{Answer, EventKind, Outcome, Span};
use millrace_upstream::Service;
use std::rc::Rc;

const G: ShutdownGauges = ShutdownGauges::ALL;
/// How long it takes to write a message to a socket.
const WRITE: Span = Span::millis(1);

/// Starts all of it.
pub(super) async fn start(process: &Rc<Process>) {
    let env = &process.env;
    let hub = process.hub.clone();
    process.parts.start(Part::Hub as usize, "hub", hub.station(), async move { hub.run().await });
    let (inner, last) = (process.clone(), process.workers.under_way());
    let crew = Crew::start(env, "workers", "worker", process.p.workers, move |_| analyse(inner.clone()));
    process.crew.replace(Some(crew.when_done(move || drop(last))));
    let reader = collect(process.clone(), process.reader.under_way());
    process.parts.start(Part::Processor as usize, "reader", process.at(Part::Processor), reader);
    let flusher = flush(process.clone(), process.inserts.under_way());
    process.parts.start(Part::Batch as usize, "flusher", process.at(Part::Batch), flusher);
    for session in 1..=process.p.sessions {
        let Some(client) = process.hub.register(session, &format!("s{session:02}")).await else { continue };
        let (station, under_way) = (client.station(), process.sockets.under_way());
        let socket = socket(process.clone(), client, under_way);
        process.parts.start(Part::Hub as usize, "socket", station, socket);
    }
    // Clients do not end with the part that lets them in: they come, and are turned away.
    process.parts.comes("clients", process.at(Part::Http), come(process.clone()));
}

/// Requests come, whether or not anybody lets them in.
async fn come(process: Rc<Process>) {
    let (env, p) = (&process.env, &process.p);
    for number in 0.. {
        let gap = env.draw("requests", number, 0).exponential(1.0 / p.rate);
        env.sleep(Span::from_seconds(gap)).await;
        let job = env.job();
        if !process.accepts.get() {
            process.books.count(G.refused, 1);
            job.leave(Outcome::Rejected);
            continue;
        }
        let takes = Service::Lognormal.sample(p.request, &mut env.draw("request takes", number, 0));
        let request = Held::new(&process.books, Kind::Request, job);
        let answered = answer(process.clone(), request, takes, process.requests.under_way());
        process.parts.start(Part::Http as usize, "request", process.at(Part::Http), answered);
    }
}

async fn answer(process: Rc<Process>, request: Held, takes: Span, _under_way: UnderWay) {
    process.env.sleep(takes).await;
    request.ends(Outcome::Completed);
}

/// A socket: what is for its client is written to it, and in the end its close frame.
async fn socket(process: Rc<Process>, client: Client, _under_way: UnderWay) {
    let (env, closed) = (&process.env, Watch::new(&process.env, false));
    let open = Open::new(&process.books, client.station());
    let reader = env.spawn("read", read(process.clone(), client.session(), closed.clone()));
    while let Some(letter) = client.next().await {
        env.gauge(client.station(), ClientGauges::ALL.wrote, 1);
        process.hub.count(HubGauges::ALL.frames_of(1), 1);
        env.sleep(WRITE).await;
        letter.leave(Outcome::Completed);
    }
    env.sleep(process.p.close_frame).await;
    closed.set(true);
    // A frame that was read is handed on.
    reader.await;
    open.closes();
    env.close(client.queue());
    env.close(client.station());
}

/// Reads the frames that the client sends, until it has its close frame.
async fn read(process: Rc<Process>, session: u32, closed: Watch<bool>) {
    let (env, p) = (&process.env, &process.p);
    let mut pause = p.first_frame(session);
    while let Either::First(()) = select2(env, env.sleep(pause), closed.until(|is| is)).await {
        pause = p.frame_every;
        let frame = Held::frame(&process.books, env.job(), session);
        if let Err(Closed(frame)) = process.jobs.0.send(frame).await {
            // The client thinks that it was sent.
            process.books.count(NO_POOL, 1);
            drop(frame);
        }
    }
}

/// A worker: has frames analysed, one after the other.
async fn analyse(process: Rc<Process>) {
    while let Some(frame) = process.jobs.1.recv().await {
        match process.model.call(&frame).await {
            Some(answer) if answer.is_success() => {
                // Nobody takes it any more: it is lost.
                drop(process.results.0.send(frame.becomes(Kind::Result)).await);
            }
            Some(answer) => frame.ends(answer.outcome()),
            None => {}
        }
    }
}

/// Puts results into the batch, and tells their sessions.
async fn collect(process: Rc<Process>, _under_way: UnderWay) {
    while let Some(result) = process.results.1.recv().await {
        process.env.sleep(process.p.collect).await;
        let (session, update) = (result.session(), result.job().map(Job::split));
        result.goes_into_batch(|job| process.batcher.add(job));
        if let Some(update) = update
            && let Err(update) = process.hub.broadcast(update, session).await
        {
            // Its socket is closed: it finds its result in Redis.
            update.leave(Outcome::Cancelled);
        }
    }
}

/// Writes batches, one after the other.
async fn flush(process: Rc<Process>, _under_way: UnderWay) {
    while let Some(batch) = process.batcher.next().await {
        let items = Held::items(&process.books, batch.items);
        items.jobs().iter().for_each(|item| process.env.emit(EventKind::Started { job: item.id() }));
        let mut answer = process.redis.call(&items).await;
        if answer.is_some_and(Answer::is_success) {
            answer = process.database.call(&items).await;
        }
        match answer {
            Some(answer) if answer.is_success() => items.ends(answer.outcome()),
            Some(answer) => items.fails(answer.outcome()),
            // Whoever added them hears nothing of it.
            None => {
                process.books.count(NO_CONNECTION, 1);
                drop(items);
            }
        }
    }
}

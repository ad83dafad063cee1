//! The channel: Go's semantics, first come first served, nothing lost and nothing twice.

use crate::program::{Log, Over, outcome, run, run_any};
use millrace::engine::{Carries, Env, Job, Progress, Task};
use millrace::parts::{Closed, Either, Rx, TrySendError, Tx, channel, select2, timeout};
use millrace::trace::{JobId, Outcome, SimTime, Span};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

const MS: Span = Span::millis(1);

fn spawn_sender(env: &Env, tx: &Tx<u32>, value: u32, log: &Log<String>) -> Task<()> {
    let (tx, log) = (tx.clone(), log.clone());
    env.spawn("sender", async move {
        match tx.send(value).await {
            Ok(()) => log.push(format!("sent {value}")),
            Err(Closed(back)) => log.push(format!("back {back}")),
        }
    })
}

fn spawn_receiver(env: &Env, rx: &Rx<u32>, name: &'static str, log: &Log<String>) -> Task<()> {
    let (rx, log) = (rx.clone(), log.clone());
    env.spawn("receiver", async move {
        match rx.recv().await {
            Some(value) => log.push(format!("{name} got {value}")),
            None => log.push(format!("{name} got nothing")),
        }
    })
}

#[test]
fn a_channel_takes_as_many_as_its_capacity_and_then_the_sender_waits() {
    let log = Log::new();
    let seen = log.clone();
    run(|env| async move {
        let (tx, rx) = channel::<u32>(&env, "numbers", 2);
        let senders: Vec<_> = (1..=4).map(|n| spawn_sender(&env, &tx, n, &seen)).collect();
        env.sleep(MS).await;
        assert_eq!(seen.all(), ["sent 1", "sent 2"]);
        assert_eq!((tx.len(), rx.len()), (2, 2));
        assert_eq!(tx.try_send(9), Err(TrySendError::Full(9)));
        // Each value that is taken lets in that of the sender who has waited longest.
        assert_eq!(rx.recv().await, Some(1));
        env.sleep(MS).await;
        assert_eq!(seen.all(), ["sent 1", "sent 2", "sent 3"]);
        assert_eq!((rx.recv().await, rx.recv().await, rx.recv().await), (Some(2), Some(3), Some(4)));
        for sender in senders {
            sender.join().await;
        }
        assert!(rx.is_empty());
    });
    assert_eq!(log.all(), ["sent 1", "sent 2", "sent 3", "sent 4"]);
}

#[test]
fn without_a_buffer_a_send_waits_until_somebody_receives() {
    run(|env| async move {
        let (tx, rx) = channel::<u32>(&env, "numbers", 0);
        assert_eq!(tx.try_send(1), Err(TrySendError::Full(1)));
        let inner = env.clone();
        let sender = env.spawn("sender", async move {
            assert_eq!(tx.send(7).await, Ok(()));
            inner.now()
        });
        env.sleep(Span::millis(3)).await;
        assert_eq!(rx.len(), 0, "it holds nothing while the sender waits");
        assert_eq!(rx.recv().await, Some(7));
        assert_eq!(sender.join().await, SimTime(3_000_000));
    });
}

#[test]
fn without_a_buffer_a_value_goes_to_a_receiver_that_waits_already() {
    run(|env| async move {
        let (tx, rx) = channel::<u32>(&env, "numbers", 0);
        let receiver = env.spawn("receiver", async move { rx.recv().await });
        env.sleep(MS).await;
        assert_eq!(tx.try_send(7), Ok(()), "no waiting is needed");
        assert_eq!(receiver.join().await, Some(7));
    });
}

#[test]
fn waiting_receivers_are_served_first_come_first_served() {
    let log = Log::new();
    let seen = log.clone();
    run(|env| async move {
        let (tx, rx) = channel::<u32>(&env, "numbers", 8);
        let receivers: Vec<_> = ["a", "b", "c"].map(|name| spawn_receiver(&env, &rx, name, &seen)).into();
        env.sleep(MS).await;
        for n in 1..=3 {
            tx.send(n).await.unwrap();
        }
        for receiver in receivers {
            receiver.join().await;
        }
    });
    assert_eq!(log.all(), ["a got 1", "b got 2", "c got 3"]);
}

#[test]
fn a_value_that_was_handed_over_cannot_be_snatched_by_somebody_who_comes_later() {
    let log = Log::new();
    let seen = log.clone();
    run(|env| async move {
        let (tx, rx) = channel::<u32>(&env, "numbers", 8);
        let first = spawn_receiver(&env, &rx, "first", &seen);
        env.sleep(MS).await;
        tx.send(1).await.unwrap();
        // The first receiver was not polled since, but the value is its own.
        assert_eq!(rx.try_recv(), None);
        first.join().await;
    });
    assert_eq!(log.all(), ["first got 1"]);
}

#[test]
fn waiting_senders_are_served_first_come_first_served() {
    run(|env| async move {
        let (tx, rx) = channel::<u32>(&env, "numbers", 0);
        let log = Log::new();
        let senders: Vec<_> = (1..=3).map(|n| spawn_sender(&env, &tx, n, &log)).collect();
        env.sleep(MS).await;
        assert_eq!((rx.try_recv(), rx.try_recv(), rx.try_recv(), rx.try_recv()), (Some(1), Some(2), Some(3), None));
        drop(senders);
    });
}

#[test]
fn after_the_closing_receivers_get_what_is_left_and_then_nothing() {
    run(|env| async move {
        let (tx, rx) = channel::<u32>(&env, "numbers", 8);
        tx.send(1).await.unwrap();
        tx.send(2).await.unwrap();
        assert!(!rx.is_closed());
        tx.close();
        assert!(rx.is_closed());
        assert_eq!((rx.recv().await, rx.recv().await, rx.recv().await), (Some(1), Some(2), None));
    });
}

#[test]
fn closing_wakes_waiting_receivers_with_nothing() {
    let log = Log::new();
    let seen = log.clone();
    run(|env| async move {
        let (tx, rx) = channel::<u32>(&env, "numbers", 8);
        let receivers = ["a", "b"].map(|name| spawn_receiver(&env, &rx, name, &seen));
        env.sleep(MS).await;
        tx.close();
        tx.close();
        for receiver in receivers {
            receiver.join().await;
        }
    });
    assert_eq!(log.all(), ["a got nothing", "b got nothing"], "closing twice is closing once");
}

#[test]
fn closing_gives_waiting_senders_their_values_back() {
    let log = Log::new();
    let seen = log.clone();
    run(|env| async move {
        let (tx, rx) = channel::<u32>(&env, "numbers", 1);
        tx.send(0).await.unwrap();
        let senders = [1, 2].map(|n| spawn_sender(&env, &tx, n, &seen));
        env.sleep(MS).await;
        tx.close();
        // Whoever receives before the senders are polled gets what was in the channel, and nothing of theirs.
        assert_eq!((rx.try_recv(), rx.try_recv()), (Some(0), None));
        for sender in senders {
            sender.join().await;
        }
        assert_eq!(rx.recv().await, None);
    });
    assert_eq!(log.all(), ["back 1", "back 2"]);
}

#[test]
fn a_send_on_a_closed_channel_gives_the_value_back() {
    run(|env| async move {
        let (tx, _rx) = channel::<u32>(&env, "numbers", 8);
        tx.close();
        assert_eq!(tx.send(5).await, Err(Closed(Box::new(5))));
        assert_eq!(tx.try_send(6), Err(TrySendError::Closed(6)));
    });
}

#[test]
fn dropping_all_senders_does_not_close_it() {
    let over = run_any(|env| async move {
        let (tx, rx) = channel::<u32>(&env, "numbers", 1);
        drop(tx);
        rx.recv().await;
    });
    // In Go, whoever waits for something that never comes waits for ever.
    assert!(matches!(over.progress, Progress::Deadlock(_)));
}

#[test]
fn dropping_all_receivers_does_not_fail_a_send() {
    let over = run_any(|env| async move {
        let (tx, rx) = channel::<u32>(&env, "numbers", 1);
        drop(rx);
        assert_eq!(tx.send(1).await, Ok(()));
        let _never = tx.send(2).await;
    });
    assert!(matches!(over.progress, Progress::Deadlock(_)));
}

#[test]
fn a_send_that_is_dropped_while_it_waits_takes_its_value_with_it() {
    let over = run(|env| async move {
        let (tx, rx) = channel::<Job>(&env, "jobs", 1);
        tx.send(env.job()).await.unwrap();
        assert!(timeout(&env, MS, tx.send(env.job())).await.is_err());
        rx.recv().await.unwrap().leave(Outcome::Completed);
        assert!(rx.try_recv().is_none());
    });
    assert_eq!(over.pick(outcome), [Outcome::Cancelled, Outcome::Completed]);
}

/// A receive that was handed `value` and is dropped before it is polled again.
async fn dropped_after_the_hand_over<T: Carries>(tx: &Tx<T>, rx: &Rx<T>, value: T) {
    let mut recv = Box::pin(rx.recv());
    assert!(poll_once(recv.as_mut()).await.is_none());
    assert!(tx.try_send(value).is_ok());
    drop(recv);
}

/// Polls a future once, in the current task.
async fn poll_once<F: Future + ?Sized>(mut future: Pin<&mut F>) -> Option<F::Output> {
    std::future::poll_fn(|cx: &mut Context<'_>| match future.as_mut().poll(cx) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

#[test]
fn a_receive_dropped_after_the_hand_over_gives_the_value_back_to_the_head() {
    run(|env| async move {
        let (tx, rx) = channel::<u32>(&env, "numbers", 8);
        dropped_after_the_hand_over(&tx, &rx, 1).await;
        tx.send(2).await.unwrap();
        assert_eq!(rx.len(), 2);
        assert_eq!((rx.recv().await, rx.recv().await), (Some(1), Some(2)));
    });
}

#[test]
fn a_receive_dropped_after_the_hand_over_gives_the_value_to_the_next_who_waits() {
    let log = Log::new();
    let seen = log.clone();
    run(|env| async move {
        let (tx, rx) = channel::<u32>(&env, "numbers", 0);
        let mut first = Box::pin(rx.recv());
        assert!(poll_once(first.as_mut()).await.is_none());
        let next = spawn_receiver(&env, &rx, "next", &seen);
        env.sleep(MS).await;
        tx.try_send(1).unwrap();
        drop(first);
        next.join().await;
    });
    assert_eq!(log.all(), ["next got 1"]);
}

#[test]
fn values_that_are_given_back_in_any_order_come_out_in_the_order_of_sending() {
    run(|env| async move {
        let (tx, rx) = channel::<u32>(&env, "numbers", 8);
        let mut waiting: Vec<_> = (0..3).map(|_| Box::pin(rx.recv())).collect();
        for recv in &mut waiting {
            assert!(poll_once(recv.as_mut()).await.is_none());
        }
        for n in 1..=3 {
            tx.try_send(n).unwrap();
        }
        tx.try_send(4).unwrap();
        drop(waiting.remove(1));
        drop(waiting.remove(0));
        drop(waiting.remove(0));
        assert_eq!([rx.try_recv(), rx.try_recv(), rx.try_recv(), rx.try_recv()], [Some(1), Some(2), Some(3), Some(4)]);
    });
}

#[test]
fn a_value_that_is_given_back_never_fills_the_channel_past_its_capacity() {
    for capacity in [0, 1] {
        // The ledger is asked at the end of every instant.
        let over = run(|env| async move {
            let (tx, rx) = channel::<Job>(&env, "jobs", capacity);
            let mut recv = Box::pin(rx.recv());
            assert!(poll_once(recv.as_mut()).await.is_none());
            assert!(tx.try_send(env.job()).is_ok(), "handed to the receiver");
            for _ in 0..capacity {
                assert!(tx.try_send(env.job()).is_ok(), "into the buffer");
            }
            drop(recv);
            env.sleep(MS).await;
            assert!(matches!(tx.try_send(env.job()), Err(TrySendError::Full(_))));
            let mut numbers = Vec::new();
            while let Some(job) = rx.try_recv() {
                numbers.push(job.id().0);
                job.leave(Outcome::Completed);
                env.sleep(MS).await;
            }
            assert_eq!(numbers, (0..=capacity).collect::<Vec<_>>());
        });
        assert_eq!(over.progress, Progress::Drained);
    }
}

#[test]
fn a_value_given_back_after_the_closing_still_goes_to_who_waited() {
    let log = Log::new();
    let seen = log.clone();
    run(|env| async move {
        let (tx, rx) = channel::<u32>(&env, "numbers", 1);
        let mut first = Box::pin(rx.recv());
        assert!(poll_once(first.as_mut()).await.is_none());
        let next = spawn_receiver(&env, &rx, "next", &seen);
        env.sleep(MS).await;
        tx.try_send(1).unwrap();
        tx.close();
        drop(first);
        next.join().await;
    });
    assert_eq!(log.all(), ["next got 1"]);
}

#[test]
fn jobs_that_are_left_in_a_channel_when_it_goes_leave_as_cancelled() {
    let over = run(|env| async move {
        let (tx, rx) = channel::<Job>(&env, "jobs", 2);
        tx.send(env.job()).await.unwrap();
        drop((tx, rx));
        env.sleep(MS).await;
    });
    assert_eq!(over.pick(outcome), [Outcome::Cancelled]);
}

// Everything at once.

/// A number from a sender, with its job.
struct Parcel {
    sender: usize,
    number: u32,
    job: Job,
}

impl Carries for Parcel {
    fn job(&self) -> Option<JobId> {
        self.job.job()
    }
}

type Name = (usize, u32);

/// What became of the parcels.
#[derive(Clone, Default)]
struct Fates {
    /// By receiver, in the order of receiving.
    received: Log<(usize, Name)>,
    back: Log<Name>,
    given_up: Log<Name>,
    left_over: Log<Name>,
}

#[derive(Clone, Debug)]
struct Plan {
    capacity: u32,
    /// For each sender, and each of its values: how long it sleeps before, and how long it is willing to wait (0: for ever).
    senders: Vec<Vec<(u64, u64)>>,
    /// For each receiver, and each of its receives: how long it sleeps before, and after how long it gives up (0: never).
    receivers: Vec<Vec<(u64, u64)>>,
    close_at: Option<u64>,
}

fn plans(receivers: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Plan> {
    let steps = || prop::collection::vec((0..4u64, 0..4u64), 0..12);
    let senders = prop::collection::vec(steps(), 1..5);
    let receivers = prop::collection::vec(prop::collection::vec((0..4u64, 0..4u64), 0..30), receivers);
    (0..4u32, senders, receivers, prop::option::of(0..30u64))
        .prop_map(|(capacity, senders, receivers, close_at)| Plan { capacity, senders, receivers, close_at })
}

fn carry_out(plan: &Plan) -> (Fates, Over) {
    let (fates, plan) = (Fates::default(), plan.clone());
    let seen = fates.clone();
    let over = run(|env| async move {
        let (tx, rx) = channel::<Parcel>(&env, "parcels", plan.capacity);
        let mut tasks = Vec::new();
        for (sender, steps) in plan.senders.into_iter().enumerate() {
            tasks.push(env.spawn("sender", send_all(env.clone(), sender, steps, tx.clone(), seen.clone())));
        }
        for (receiver, steps) in plan.receivers.into_iter().enumerate() {
            tasks.push(env.spawn("receiver", receive_all(env.clone(), receiver, steps, rx.clone(), seen.clone())));
        }
        if let Some(ms) = plan.close_at {
            env.sleep(Span::millis(ms)).await;
            tx.close();
        }
        // Nobody acts on a clock any more after ten seconds; who still waits then, waits for ever.
        env.sleep(Span::secs(10)).await;
        drop(tasks);
        while let Some(parcel) = rx.try_recv() {
            seen.left_over.push((parcel.sender, parcel.number));
            parcel.job.leave(Outcome::Completed);
        }
    });
    (fates, over)
}

async fn send_all(env: Env, sender: usize, steps: Vec<(u64, u64)>, tx: Tx<Parcel>, fates: Fates) {
    for (number, (pause, patience)) in steps.into_iter().enumerate() {
        let number = number as u32;
        env.sleep(Span::millis(pause)).await;
        let send = tx.send(Parcel { sender, number, job: env.job() });
        let given_up = GivenUp { name: Some((sender, number)), fates: fates.clone() };
        let result = match patience {
            0 => Ok(send.await),
            ms => timeout(&env, Span::millis(ms), send).await,
        };
        match result {
            Ok(Ok(())) => given_up.not_so(),
            Ok(Err(Closed(parcel))) => {
                given_up.not_so();
                fates.back.push((parcel.sender, parcel.number));
                parcel.job.leave(Outcome::Rejected);
            }
            Err(_) => drop(given_up),
        }
    }
}

/// A send that is under way. If it is dropped, also with its task, the parcel went with it.
struct GivenUp {
    name: Option<Name>,
    fates: Fates,
}

impl GivenUp {
    fn not_so(mut self) {
        self.name = None;
    }
}

impl Drop for GivenUp {
    fn drop(&mut self) {
        if let Some(name) = self.name {
            self.fates.given_up.push(name);
        }
    }
}

async fn receive_all(env: Env, receiver: usize, steps: Vec<(u64, u64)>, rx: Rx<Parcel>, fates: Fates) {
    for (pause, patience) in steps {
        env.sleep(Span::millis(pause)).await;
        let received = match patience {
            0 => rx.recv().await,
            ms => match select2(&env, rx.recv(), env.sleep(Span::millis(ms))).await {
                Either::First(received) => received,
                // Perhaps after a hand-over in the same instant.
                Either::Second(()) => continue,
            },
        };
        let Some(parcel) = received else { return };
        fates.received.push((receiver, (parcel.sender, parcel.number)));
        parcel.job.leave(Outcome::Completed);
    }
}

fn increasing(names: impl Iterator<Item = Name>) -> bool {
    let names: Vec<Name> = names.collect();
    (0..8).all(|sender| {
        let numbers: Vec<u32> = names.iter().filter(|(s, _)| *s == sender).map(|(_, n)| *n).collect();
        numbers.is_sorted_by(|a, b| a < b)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_is_sent_is_received_or_given_back_or_given_up_or_left_over_exactly_once(plan in plans(0..5)) {
        let (fates, over) = carry_out(&plan);
        let mut accounted: Vec<Name> = fates.received.all().into_iter().map(|(_, name)| name).collect();
        accounted.extend(fates.back.all());
        accounted.extend(fates.given_up.all());
        accounted.extend(fates.left_over.all());
        let once: BTreeSet<Name> = accounted.iter().copied().collect();
        prop_assert_eq!(once.len(), accounted.len(), "something came twice: {:?}", accounted);
        prop_assert_eq!(once.len() as u64, over.ledger.tally.offered);
        prop_assert_eq!(over.ledger.tally.in_system, 0);
        let received = (fates.received.all().len() + fates.left_over.all().len()) as u64;
        prop_assert_eq!(over.ledger.tally.count(Outcome::Completed), received);
        prop_assert_eq!(over.ledger.tally.count(Outcome::Cancelled), fates.given_up.all().len() as u64);
        if plan.close_at.is_none() {
            prop_assert!(fates.back.all().is_empty());
        }
    }

    #[test]
    fn a_single_receiver_gets_each_senders_values_in_order_however_often_it_gives_up(plan in plans(1)) {
        let (fates, _) = carry_out(&plan);
        let all = fates.received.all().into_iter().map(|(_, name)| name).chain(fates.left_over.all());
        prop_assert!(increasing(all));
    }

    #[test]
    fn every_receiver_gets_each_senders_values_in_order_if_nobody_gives_up(plan in plans(1..5)) {
        let mut plan = plan;
        plan.receivers.iter_mut().flatten().for_each(|(_, patience)| *patience = 0);
        let (fates, _) = carry_out(&plan);
        for receiver in 0..plan.receivers.len() {
            prop_assert!(increasing(fates.received.all().into_iter().filter(|(r, _)| *r == receiver).map(|(_, name)| name)));
        }
    }
}

// Against a plain queue, one operation at a time.

#[derive(Clone, Copy, Debug)]
enum Step {
    Send,
    TrySend,
    Receive,
    TryReceive,
    DropSend(usize),
    DropReceive(usize),
    GiveBack,
    Close,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => Just(Step::Send),
        2 => Just(Step::TrySend),
        6 => Just(Step::Receive),
        2 => Just(Step::TryReceive),
        2 => (0..8usize).prop_map(Step::DropSend),
        2 => (0..8usize).prop_map(Step::DropReceive),
        2 => Just(Step::GiveBack),
        1 => Just(Step::Close),
    ];
    prop::collection::vec(step, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn step_by_step_it_is_a_queue_with_a_queue_of_senders_in_front_and_one_of_receivers_behind(
        capacity in 0..4u32,
        steps in steps(),
    ) {
        run(|env| async move { against_the_model(&env, capacity, &steps).await });
    }
}

/// The whole of a channel, were nobody to wait by polling: the values in it, then those of the blocked senders.
#[derive(Default)]
struct Model {
    held: Vec<u32>,
    /// How many of them, at the head, were received before and given back.
    back: usize,
    /// Blocked senders by value.
    blocked: Vec<u32>,
    /// Receivers that wait, by number.
    waiting: Vec<usize>,
    closed: bool,
}

async fn against_the_model(env: &Env, capacity: u32, steps: &[Step]) {
    let (tx, rx) = channel::<u32>(env, "numbers", capacity);
    let mut model = Model::default();
    let mut sends: Sends = Vec::new();
    let mut receives: Receives = Vec::new();
    for (next, &step) in steps.iter().enumerate() {
        let value = next as u32;
        // What the step gives at once, and what it should give.
        match step {
            Step::Send | Step::TrySend => {
                let to_waiting = !model.closed && !model.waiting.is_empty();
                let has_room = !model.closed && model.held.len() < capacity as usize;
                if let Step::TrySend = step {
                    let expected = match (model.closed, to_waiting || has_room) {
                        (true, _) => Err(TrySendError::Closed(value)),
                        (false, true) => Ok(()),
                        (false, false) => Err(TrySendError::Full(value)),
                    };
                    assert_eq!(tx.try_send(value), expected);
                } else {
                    let sender = tx.clone();
                    let mut send: Pin<Box<dyn Future<Output = _>>> = Box::pin(sender.send(value));
                    let result = poll_once(send.as_mut()).await;
                    match (model.closed, to_waiting || has_room) {
                        (true, _) => assert_eq!(result, Some(Err(Closed(Box::new(value))))),
                        (false, true) => assert_eq!(result, Some(Ok(()))),
                        (false, false) => {
                            assert_eq!(result, None);
                            model.blocked.push(value);
                            sends.push((value, send));
                        }
                    }
                }
                if to_waiting {
                    let first = model.waiting.remove(0);
                    let index = receives.iter().position(|(number, _)| *number == first).unwrap();
                    let (_, mut receive) = receives.remove(index);
                    assert_eq!(poll_once(receive.as_mut()).await, Some(Some(value)));
                } else if has_room {
                    model.held.push(value);
                }
            }
            Step::Receive | Step::TryReceive => {
                let expected = if !model.held.is_empty() {
                    let head = model.held.remove(0);
                    model.back = model.back.saturating_sub(1);
                    let has_room = model.held.len() < capacity as usize;
                    if !model.closed && has_room && !model.blocked.is_empty() {
                        let accepted = model.blocked.remove(0);
                        model.held.push(accepted);
                    }
                    Some(head)
                } else if !model.closed && !model.blocked.is_empty() {
                    Some(model.blocked.remove(0))
                } else {
                    None
                };
                let result = if let Step::TryReceive = step {
                    Some(rx.try_recv())
                } else {
                    let receiver = rx.clone();
                    let mut receive: Pin<Box<dyn Future<Output = _>>> = Box::pin(receiver.recv());
                    let result = poll_once(receive.as_mut()).await;
                    if result.is_none() {
                        model.waiting.push(next);
                        receives.push((next, receive));
                    }
                    result
                };
                match (step, expected) {
                    (_, Some(value)) => assert_eq!(result, Some(Some(value))),
                    (Step::Receive, None) if !model.closed => assert_eq!(result, None),
                    (_, None) => assert_eq!(result, Some(None)),
                }
                poll_sends(&mut sends, &model.blocked).await;
            }
            Step::DropSend(index) if !sends.is_empty() => {
                let (value, send) = sends.remove(index % sends.len());
                drop(send);
                model.blocked.retain(|&blocked| blocked != value);
            }
            Step::DropReceive(index) if !receives.is_empty() => {
                let (number, receive) = receives.remove(index % receives.len());
                drop(receive);
                model.waiting.retain(|&waiting| waiting != number);
            }
            Step::DropSend(_) | Step::DropReceive(_) => {}
            Step::GiveBack => {
                rx.give_back(value);
                if model.waiting.is_empty() {
                    model.held.insert(model.back, value);
                    model.back += 1;
                } else {
                    let first = model.waiting.remove(0);
                    let index = receives.iter().position(|(number, _)| *number == first).unwrap();
                    let (_, mut receive) = receives.remove(index);
                    assert_eq!(poll_once(receive.as_mut()).await, Some(Some(value)));
                }
            }
            Step::Close => {
                tx.close();
                model.closed = true;
                for (value, mut send) in std::mem::take(&mut sends) {
                    assert_eq!(poll_once(send.as_mut()).await, Some(Err(Closed(Box::new(value)))));
                }
                for (_, mut receive) in std::mem::take(&mut receives) {
                    assert_eq!(poll_once(receive.as_mut()).await, Some(None));
                }
                model.blocked.clear();
                model.waiting.clear();
            }
        }
        assert_eq!((tx.len(), rx.is_closed()), (model.held.len(), model.closed));
    }
}

type Receives = Vec<(usize, Pin<Box<dyn Future<Output = Option<u32>>>>)>;
type Sends = Vec<(u32, Pin<Box<dyn Future<Output = Result<(), Closed<u32>>>>>)>;

/// Polls all sends: those that no longer block are done, the others wait on.
async fn poll_sends(sends: &mut Sends, blocked: &[u32]) {
    for (value, mut send) in std::mem::take(sends) {
        let result = poll_once(send.as_mut()).await;
        if blocked.contains(&value) {
            assert_eq!(result, None);
            sends.push((value, send));
        } else {
            assert_eq!(result, Some(Ok(())));
        }
    }
}

//! Producers and consumers: each looks, waits where it must, and is woken.

use super::{Buffer, MISSED, Params, TOOK_NOTHING};
use millrace_engine::Env;
use millrace_trace::{Outcome, Span};
use std::cell::Cell;
use std::rc::Rc;

pub(super) async fn produce(env: Env, p: Rc<Params>, buffer: Rc<Buffer>, left: Rc<Cell<u32>>) {
    while let Some(rest) = left.get().checked_sub(1) {
        left.set(rest);
        let item = env.job();
        env.sleep(by_chance(&env, "produce", item.id().0.into(), p.produce)).await;
        while buffer.is_full() {
            buffer.emptied.wait().await;
            env.sleep(p.wake_up).await;
        }
        buffer.put(item);
    }
}

pub(super) async fn consume(env: Env, p: Rc<Params>, buffer: Rc<Buffer>, number: u32) {
    let looks_again = p.recheck == "while";
    let mut in_vain = 0;
    loop {
        let mut looks = buffer.must_wait();
        while looks {
            buffer.filled.wait().await;
            env.sleep(p.wake_up).await;
            let nothing = buffer.must_wait();
            if nothing {
                buffer.count(MISSED, &buffer.missed);
            }
            looks = nothing && looks_again;
        }
        match buffer.take() {
            Some(item) => {
                env.sleep(by_chance(&env, "consume", item.id().0.into(), p.consume)).await;
                item.leave(Outcome::Completed);
            }
            None if buffer.closed.get() => return,
            None => {
                buffer.count(TOOK_NOTHING, &buffer.took_nothing);
                in_vain += 1;
                env.sleep(by_chance(&env, "consume nothing", (u64::from(number) << 32) + in_vain, p.consume)).await;
            }
        }
    }
}

/// A time by chance, exponential.
fn by_chance(env: &Env, what: &str, key: u64, mean: Span) -> Span {
    Span((env.draw(what, key, 0).exponential(mean.seconds()) * 1e9 + 0.5) as u64)
}

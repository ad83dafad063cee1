//! The patterns, one file each, and the registry that lists them.
//!
//! A pattern does not know that a picture exists, and no pattern knows another: what they share sits in `parts` and
//! `upstream`. But for `backend`: it is four others put together, which it opens as its own. What a pattern shows emerges from its awaits; remove the await and the effect is gone.
// A panic kills the page.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::unreachable,
        clippy::todo,
        clippy::unimplemented
    )
)]

use millrace_spec::{Pattern, Question, Source, digest};

/// A file by its path from the root of the repository. The compiler works the digest out and forgets the text.
macro_rules! source {
    ($path:literal) => {
        Source {
            path: $path,
            // Each by itself: all together take the compiler longer than it has patience for one constant.
            digest: const { digest(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../", $path))) },
        }
    };
}

/// The files of each pattern, by the file it begins in: its own, that one first, and then the parts it uses; and the place of the one to
/// read first. From build.rs.
static SOURCES: &[(&str, usize, &[Source])] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// The source files that a pattern runs: the one it begins in, the others of its own, and the parts that it uses.
pub fn sources(pattern: &Pattern) -> &'static [Source] {
    SOURCES.iter().find(|(file, ..)| *file == pattern.file).map_or(&[], |(.., sources)| *sources)
}

/// Which of them to read first: where it waits.
pub fn read_first(pattern: &Pattern) -> usize {
    SOURCES.iter().find(|(file, ..)| *file == pattern.file).map_or(0, |(_, first, _)| *first)
}

/// The words of each pattern's explanation, by the file it begins in. From build.rs.
static WORDS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// The telling words of a pattern's explanation, in small letters, for those who look for one of them.
pub fn words(pattern: &Pattern) -> &'static str {
    WORDS.iter().find(|(file, _)| *file == pattern.file).map_or("", |(_, words)| *words)
}

/// The cards of the bug cabinet: one file of the site, and how many there are in it. Their text is no part of a program.
pub static CARDS: (Source, usize) = {
    const TEXT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/cards.txt"));
    (Source { path: "crates/cards.txt", digest: const { digest(TEXT) } }, const { begun(TEXT) })
};

/// How many lines begin with a bracket.
const fn begun(text: &[u8]) -> usize {
    let (mut count, mut before, mut rest) = (0, b'\n', text);
    while let [byte, tail @ ..] = rest {
        if *byte == b'[' && before == b'\n' {
            count += 1;
        }
        (before, rest) = (*byte, tail);
    }
    count
}

// Plain modules, for rustfmt and every other reader of the sources: what a macro declares, it does not see. So a pattern has two
// words here, its module and its place in the catalogue; a test says so where the second was forgotten.
pub mod adaptive_limit;
pub mod backend;
pub mod background_processor;
pub mod backpressure;
pub mod batch_fan_out;
pub mod batch_processor;
pub mod bulkhead;
pub mod cache;
pub mod channels;
pub mod circuit_breaker;
pub mod concurrency_manager;
pub mod cond;
pub mod connection_pool;
pub mod context;
pub mod degradation;
pub mod elevator;
pub mod frame_processor;
pub mod graceful_shutdown;
pub mod hedge;
pub mod hub;
pub mod once;
pub mod pipeline;
pub mod platform;
pub mod policy_pipeline;
pub mod pool_manager;
pub mod rate_limiter;
pub mod redis_pool;
pub mod request_handler;
pub mod retry;
pub mod rw_lock;
pub mod select;
pub mod semaphore;
pub mod sequential;
pub mod wait_group;
pub mod worker_pool;
pub mod worker_pools;

/// The patterns of these modules.
macro_rules! catalogue {
    ($($name:ident),* $(,)?) => { &[$(&$name::PATTERN),*] };
}

/// All patterns, in the order of the catalogue.
pub static ALL: &[&Pattern] = catalogue![
    sequential,
    wait_group,
    worker_pool,
    backpressure,
    pipeline,
    cond,
    once,
    context,
    channels,
    select,
    semaphore,
    rw_lock,
    frame_processor,
    batch_fan_out,
    worker_pools,
    rate_limiter,
    circuit_breaker,
    retry,
    hedge,
    bulkhead,
    adaptive_limit,
    degradation,
    policy_pipeline,
    cache,
    connection_pool,
    pool_manager,
    redis_pool,
    batch_processor,
    concurrency_manager,
    request_handler,
    background_processor,
    hub,
    graceful_shutdown,
    elevator,
    backend,
    platform
];

/// The pattern with an id.
pub fn find(id: &str) -> Option<&'static Pattern> {
    ALL.iter().find(|p| p.id == id).copied()
}

/// The patterns of the first suite, in its order: those that run all together on one seed.
pub fn suite(name: &str) -> Vec<&'static Pattern> {
    let mut members: Vec<_> = ALL.iter().filter(|p| p.suite.is_some_and(|s| s.name == name)).copied().collect();
    millrace_trace::order::sort_by_key(&mut members, |p| p.suite.map_or(0, |s| s.place));
    members
}

/// What the front door asks, in its order.
pub fn questions() -> Vec<(&'static Pattern, Question)> {
    let mut questions: Vec<_> = ALL.iter().filter_map(|pattern| Some((*pattern, pattern.question?))).collect();
    millrace_trace::order::sort_by_key(&mut questions, |(_, question)| question.place);
    questions
}

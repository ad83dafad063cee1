//! Where the five documents and their code disagree, as the reference lists it section by section: what shows each of them, or why nothing does.
//!
//! A disagreement is listed once, under the section that tells most of it.

/// What shows a disagreement.
pub enum Shown {
    /// These cards of the bug cabinet.
    By(&'static [&'static str]),
    /// A card of this pattern, once that is built.
    NotYet(&'static str),
    /// None, for this reason: no run could tell the two apart.
    Nowhere(&'static str),
}

use Shown::{By, NotYet, Nowhere};

const API: &str = "it is asked over the API, and no run of its own differs";
const PAPER: &str = "both are papers, and no program runs either";
const UNUSED: &str = "it is a value that nothing reads, so both runs are the same";
const HOST: &str = "it is of the host's memory or its tools, which no run models";

pub const DISAGREEMENTS: &[(&str, &str, Shown)] = &[
    (
        "1.2",
        "the server walks between 0 and 0.3 s; a new state for each request never walks",
        By(&["forgets-its-walk"]),
    ),
    ("1.2", "about 1 % errors; the field is never read, and 2 % fail", By(&["two-percent"])),
    ("1.2", "latency and errors react to load; load has no effect", By(&["forgets-its-walk"])),
    ("1.2", "the answer carries a latency; it does not", Nowhere("the body of an answer is not modelled")),
    (
        "1.2",
        "the comment says that short gaps move more; long ones do",
        Nowhere("a comment beside the formula, and the formula runs"),
    ),
    ("1.3", "NewConfig uses the default values; it gives 10 and 4", By(&["new-config"])),
    (
        "1.4",
        "it prints E and returns (0, 500); it prints a line and the time that passed",
        Nowhere("what a client prints is not modelled"),
    ),
    (
        "1.5",
        "the report has minimum and maximum; it has an average",
        Nowhere("the page's report has all of them for both"),
    ),
    ("1.5", "a report has a layout; that layout does not exist", Nowhere("what a client prints is not modelled")),
    ("1.5", "memory figures of two families compare; one is differences and one is absolute", Nowhere(HOST)),
    ("1.5", "a report of lists that lost results panics", By(&["report-panics"])),
    ("1.6", "the snippet is correct, fixed, or has a mutex; it appends without a lock", By(&["lost-results"])),
    ("1.7", "channels hold 100; they hold every request", By(&["channels-hold-all"])),
    (
        "1.7",
        "the time is 15 × the average latency; it is requests × mean ÷ 15",
        Nowhere("a formula of the document; the page has the right one"),
    ),
    (
        "1.8",
        "the producer sleeps up to 50 ms by steps of 5; it never does, and workers are capped",
        By(&["never-sleeps"]),
    ),
    ("1.8", "one monitor; 15 cool-down goroutines, which never end", By(&["cool-downs"])),
    (
        "1.8",
        "the controller settles; it alternates, as documented",
        Nowhere("both sides are the document's; the scenario bang-bang shows it"),
    ),
    ("1.9", "a stage has configurable defaults; it has none", Nowhere(UNUSED)),
    ("1.9", "an error cancels the pipeline; it stops one stage", By(&["blocked-upstream"])),
    ("1.9", "the timeline of the second stage has values that cannot occur", Nowhere(PAPER)),
    ("1.10", "the script compares results and the system has a standard library only; neither", Nowhere(HOST)),
    (
        "1.11",
        "expected times, memory and throughput",
        Nowhere("claims and no code; Run all has them beside what was measured"),
    ),
    ("2.2", "the constructor takes five arguments; it takes more", Nowhere(PAPER)),
    ("2.2", "a name that is taken is a validation error; it is a conflict, and may be taken twice", Nowhere(API)),
    ("2.2", "at most 100 elevators, and other settings; none is enforced", Nowhere(UNUSED)),
    (
        "2.3",
        "UpDirectionLength is the floors; it is floors and destinations",
        Nowhere("both runs dispatch by the count that the code has"),
    ),
    ("2.3", "looking a request up is O(1); it is a walk through a list", Nowhere("no virtual time passes in either")),
    ("2.5", "zero race conditions; a call between two lines strands a car", By(&["stranded"])),
    ("2.6", "an operation that times out is stopped; a line is logged and it goes on", By(&["car-breaker"])),
    ("2.6", "cars hang on the manager's context; on none", Nowhere("a run of a bank has no end from outside")),
    ("2.7", "the breaker protects operations; it cannot open", By(&["car-breaker", "never-opens"])),
    ("2.8", "a call gets a car; where all have passed it is turned away", By(&["call-rejected"])),
    (
        "2.8",
        "docs/manager.md has a score of distance and load; it is not implemented",
        Nowhere("the policy etd and others are there to be raced"),
    ),
    ("2.9", "deleting waits for what is pending; after ten seconds it is dropped", Nowhere(API)),
    ("2.11", "a status stream ends after ten minutes; it has no end", Nowhere(API)),
    ("2.12", "efficiency, failures and estimates are metrics; they are constants", Nowhere(API)),
    ("2.13", "all is under locks; a name is read without one", Nowhere("nothing of a run depends on a name")),
    ("2.14", "make targets for benchmarks; they do not exist", Nowhere(HOST)),
    ("3.2", "semaphores limit what runs at once; they are released at the queue", NotYet("concurrency-manager")),
    ("3.2", "latencies, load and scaling are measured; they are never written", NotYet("concurrency-manager")),
    ("3.2", "shutdown drains; queued tasks are thrown away", NotYet("concurrency-manager")),
    ("3.3", "the pool scales at 80 % and 30 %; at 0.8 % and 0.3 %", NotYet("pool-manager")),
    ("3.3", "alerts tell of now; they count since the start", NotYet("pool-manager")),
    ("3.3", "a breaker guards the pool; nobody tells it anything", NotYet("pool-manager")),
    ("3.4", "the handler degrades from 80 %; from 160 %", By(&["above-the-limit"])),
    ("3.4", "degraded requests are served less; headers say so", By(&["headers-only"])),
    ("3.4", "the middleware handles requests; it is not installed", NotYet("request-handler")),
    ("3.4", "requests have priorities; queued ones never return", NotYet("request-handler")),
    ("3.4", "the breaker counts failures in a row; all 4xx since the start", NotYet("request-handler")),
    ("3.4", "counts of requests add up; refused ones are counted in part", NotYet("request-handler")),
    ("3.5", "priorities; what is in the main queue is overtaken by nobody", By(&["wrong-order"])),
    ("3.5", "exponential backoff; one second more each time", By(&["linear-backoff"])),
    ("3.5", "retries are queued; they sleep in the worker", By(&["sleeps-in-worker"])),
    ("3.5", "accepted tasks are done; some are dropped", By(&["thrown-away"])),
    ("3.5", "workers scale; one that goes takes a task", By(&["let-go"])),
    ("3.5", "the queue size is the backlog; that waits outside", By(&["outside"])),
    ("3.5", "panics are failures; they count as done", By(&["panics"])),
    ("3.5", "a timeout ends a task; its handler runs on", By(&["runs-on"])),
    ("3.5", "batches; two fields and no code", By(&["no-batches"])),
    ("3.5", "Stop is graceful; what waits is thrown away", By(&["stop-discards"])),
    ("3.5", "statistics of workers; none for 30 s", By(&["workers-read-zero"])),
    ("3.5", "statistics of tasks; a retry counts again", By(&["counted-again"])),
    ("3.5", "queue health is told; it is always ok", NotYet("backend")),
    ("3.6", "2 to 4 connections for each core and settings for them; always 4, and none is read", NotYet("backend")),
    ("3.7", "shutdown stops all parts; at HEAD none of them", NotYet("backend")),
    ("3.7", "requests have 30 s; the server writes for 15", NotYet("backend")),
    ("3.8", "health is told by status; always 200, and the cache is not looked at", NotYet("backend")),
    ("3.8", "a reset clears counters; also those of what is under way", NotYet("backend")),
    ("3.9", "a limit for each client; each anonymous request has a fresh bucket", NotYet("backend")),
    ("4", "the interview platform is a Go system; there is no Go", Nowhere("what there is not cannot run")),
    (
        "4.2",
        "hazards of the frame processor's Stop and cancellation",
        Nowhere("the document's own code alone; its scenarios show them"),
    ),
    ("4.3", "cancellation ends the pipeline; the feeder does not see it", By(&["feeder"])),
    ("4.4", "a session has its client; one that comes again is silenced", By(&["registers-again"])),
    ("4.4", "shutdown ends all; every reader waits for ever", By(&["hub-stops"])),
    ("4.4", "the map is locked; an entry is removed under a reader's lock", By(&["reader-removes"])),
    ("4.4", "messages are looked up; all clients are gone through", By(&["among-all"])),
    ("4.4", "messages are handled; by any number of goroutines", By(&["task-each"])),
    (
        "4.5",
        "an idle time of ten minutes; the lifetime is shorter",
        Nowhere("both agree, and the form says that it never acts"),
    ),
    ("4.5", "three prepared statements; one is nil", By(&["never-prepared"])),
    ("4.5", "statements live as long as the program; one is forgotten", By(&["first-leaks"])),
    ("4.6", "a bucket for each key; two first requests make two", By(&["two-buckets"])),
    ("4.6", "a limit for each user; who has no name shares one", By(&["one-bucket"])),
    ("4.6", "copies have a time to live; in L1 they have none", By(&["stale-copies"])),
    ("4.6", "errors are told; they are misses", By(&["error-is-a-miss"])),
    ("4.6", "a cache spares the origin; there is no single flight", By(&["stampede"])),
    (
        "4.6",
        "read your write; writes to L1 may be dropped",
        Nowhere("the library does that in both, and its scenario shows it"),
    ),
    ("4.6", "a caller that goes ends its batch; the context is Background", By(&["runs-for-nobody"])),
    ("4.6", "the batch processor writes all; the buffer is lost at exit", By(&["exit-loses"])),
    ("4.6", "one flush after the other; any number at once", By(&["flood"])),
    ("4.6", "batches by size or age; the age goes on after a full one", By(&["small-batch"])),
    ("4.7", "an interview begins or does not; a failed start leaves its row", By(&["row-left"])),
    ("4.7", "shutdown is graceful; sockets are cut", By(&["sockets-cut", "keeps-sending", "platform-stops"])),
    (
        "4.7",
        "shutdown is graceful; frames, results and the batch are lost",
        By(&["frames-behind", "results-behind", "last-batch"]),
    ),
    ("4.8", "queue_depth is a metric with an alert; nobody sets it", By(&["alert-never-comes"])),
    ("4.9", "frames go over gRPC, or through RabbitMQ", Nowhere(PAPER)),
];

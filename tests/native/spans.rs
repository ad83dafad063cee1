//! The spans of one job through the services: each lies within the call that it was made from, and they name each service in order.

use crate::program::follow;
use millrace::analysis::{ServiceSpan, Spans};
use millrace::trace::{EventKind, JobId, Ledger, SimTime, StationId, Trace};

/// The spans with the names of their services: how deep, where, and the milliseconds from when to when.
fn named(spans: &[ServiceSpan], ledger: &Ledger, trace: &Trace) -> Vec<(u32, String)> {
    let name =
        |id: StationId| ledger.station(id).map_or("", |row| trace.name(row.name)).trim_end_matches(char::is_numeric);
    spans.iter().map(|span| (span.depth, name(span.station).trim_end().to_owned())).collect()
}

/// Of each job the spans, as far as a run goes.
fn each(link: &str, mut look: impl FnMut(JobId, &Spans, &Ledger, &Trace)) {
    let session = follow(link);
    let trace = session.run().trace();
    let jobs: Vec<JobId> = trace
        .iter()
        .filter_map(|event| match event.kind {
            EventKind::Entered { job, .. } => Some(job),
            _ => None,
        })
        .collect();
    assert!(!jobs.is_empty(), "{link}");
    for job in jobs {
        let spans = Spans::of(&trace, job).expect("it came in");
        look(job, &spans, &session.history().ledger, &trace);
    }
}

#[test]
fn a_start_goes_by_the_database_to_the_service_and_a_frame_by_worker_and_service_to_socket_and_stores() {
    let (mut starts, mut frames) = (0, 0);
    let of = |all: &[(u32, &str)]| -> Vec<(u32, String)> {
        all.iter().map(|(depth, at)| (*depth, (*at).to_owned())).collect()
    };
    let start = of(&[(0, ""), (1, "api"), (2, "db-pool"), (3, "db"), (2, "server")]);
    let part: &[(u32, &str)] =
        &[(1, ""), (2, "batch"), (2, "store"), (3, "redis-pool"), (4, "redis"), (3, "db-pool"), (4, "db")];
    let frame = of(&[&[(0, ""), (1, "worker"), (2, "server"), (1, "hub")], part].concat());
    each("platform?sessions=3&workers=3&arrivals=poisson&rate=8&run-for=6s&errors=0", |_, spans, ledger, trace| {
        let told = named(&spans.list, ledger, trace);
        starts += usize::from(told == start);
        frames += usize::from(told == frame);
        assert!(spans.is_deep(), "{told:?}");
    });
    assert!(starts > 0, "no start was seen");
    assert!(frames > 0, "no frame was seen that was the first of its batch");
}

#[test]
fn each_span_lies_within_the_one_it_was_made_from_whatever_is_called() {
    for link in [
        "platform?sessions=20&workers=3&arrivals=poisson&rate=10&run-for=4s&errors=0.2",
        "connection-pool?requests=200",
        "policy-pipeline?requests=150",
        "hedge?requests=150",
        "retry?requests=150",
        "worker-pool?requests=150",
        "context",
    ] {
        each(link, |job, spans, _, _| {
            let mut within: Vec<&ServiceSpan> = Vec::new();
            let end = |span: &ServiceSpan| span.to.unwrap_or(SimTime::MAX);
            for span in &spans.list {
                assert!(span.from <= end(span), "{link} {job:?}");
                within.retain(|other| other.depth < span.depth);
                let parent = within.last().filter(|_| span.station != StationId::NONE);
                if let Some(parent) = parent {
                    assert_eq!(parent.job, span.job, "{link} {job:?}");
                    assert_eq!(parent.depth + 1, span.depth, "{link} {job:?}");
                    assert!(parent.from <= span.from && end(span) <= end(parent), "{link} {job:?} {:?}", spans.list);
                }
                within.push(span);
            }
        });
    }
}

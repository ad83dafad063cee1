//! The sections of `GET /api/v1/performance/concurrency`, and the statistics of the background processor in `GET /api/v1/performance/stats`, field by field.
//!
//! A section is there when its component is. Times are whole milliseconds where the name of a field says so, and whole nanoseconds elsewhere.

use super::figures::{DatabaseFigures, Figures, HandlerFigures, ManagerFigures, PoolFigures, SystemFigures};
use crate::background_processor::Statistics;
use millrace_spec::timestamp;
use millrace_trace::{SimTime, Span};
use serde_json::{Map, Value as Json};

/// What stands in a field.
pub(super) enum Told {
    Whole(i64),
    Share(f64),
    Text(String),
    Section(Json),
    Nothing,
}

use Told::{Share, Whole};

/// An object of these fields.
pub(super) fn object(fields: Vec<(&str, Told)>) -> Json {
    let mut all = Map::new();
    for (name, told) in fields {
        let value = match told {
            Told::Whole(n) => n.into(),
            Told::Share(x) => x.into(),
            Told::Text(text) => text.into(),
            Told::Section(json) => json,
            Told::Nothing => Json::Null,
        };
        all.insert(name.to_owned(), value);
    }
    Json::Object(all)
}

fn count(n: impl Into<u64>) -> Told {
    Whole(i64::try_from(n.into()).unwrap_or(i64::MAX))
}

fn millis(span: Span) -> Told {
    count(span.0 / 1_000_000)
}

/// How instants of the run are written: by the date that it is now, where time is real.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dates {
    /// The date,
    pub date: SimTime,
    /// and the time of the run, now.
    pub now: SimTime,
    /// What never was is written as the code has it.
    pub is_shipped: bool,
}

/// An instant that never was, as Go writes it.
const NEVER: &str = "0001-01-01T00:00:00Z";

impl Dates {
    pub fn write(self, at: SimTime) -> String {
        timestamp(SimTime(self.date.0.saturating_sub(self.now.since(at).0)))
    }

    fn tell(self, at: Option<SimTime>) -> Told {
        match at {
            Some(at) => Told::Text(self.write(at)),
            None if self.is_shipped => Told::Text(NEVER.to_owned()),
            None => Told::Nothing,
        }
    }
}

/// All sections whose components are there.
pub(super) fn concurrency(figures: &Figures, dates: Dates) -> Json {
    let mut all = Vec::new();
    if let Some(manager) = &figures.manager {
        all.push(("concurrency_metrics", manager_fields(manager)));
        all.push(("database_stats", database_fields(&figures.database)));
        all.push(("system_stats", system_fields(&figures.system, dates)));
    }
    if let Some(pool) = &figures.pool {
        all.push(("connection_pool_stats", pool_fields(pool, dates)));
    }
    if let Some(handler) = &figures.handler {
        all.push(("request_handler_stats", handler_fields(handler, dates)));
    }
    object(all.into_iter().map(|(name, fields)| (name, Told::Section(object(fields)))).collect())
}

type Fields = Vec<(&'static str, Told)>;

fn manager_fields(manager: &ManagerFigures) -> Fields {
    let ManagerFigures { active, total, latency, .. } = *manager;
    let names = [
        ["active_db_operations", "total_db_operations", "avg_db_latency_ms"],
        ["active_http_operations", "total_http_operations", "avg_http_latency_ms"],
        ["active_cache_operations", "total_cache_operations", "avg_cache_latency_ms"],
    ];
    let kinds = names.into_iter().zip(active).zip(total).zip(latency);
    kinds
        .flat_map(|((([a, t, l], active), total), latency)| {
            [(a, Whole(active)), (t, count(total)), (l, millis(latency))]
        })
        .collect()
}

fn database_fields(database: &DatabaseFigures) -> Fields {
    vec![
        ("max_open_connections", count(database.max_open)),
        ("open_connections", count(database.open)),
        ("in_use", count(database.in_use)),
        ("idle", count(database.idle)),
        ("wait_count", count(database.waits)),
        ("wait_duration_ms", millis(database.waited)),
        ("max_idle_closed", count(database.idle_closed)),
        ("max_lifetime_closed", count(database.lifetime_closed)),
    ]
}

fn system_fields(system: &SystemFigures, dates: Dates) -> Fields {
    vec![
        ("cpu_count", count(system.cpus)),
        ("memory_usage_bytes", count(system.heap)),
        ("memory_limit_bytes", count(system.limit)),
        ("goroutine_count", count(system.tasks)),
        ("last_updated", dates.tell(system.updated)),
    ]
}

fn pool_fields(pool: &PoolFigures, dates: Dates) -> Fields {
    vec![
        ("current_max_open", count(pool.max_open)),
        ("current_open", count(pool.open)),
        ("current_in_use", count(pool.in_use)),
        ("current_idle", count(pool.idle)),
        ("max_connection_usage", Share(pool.peak)),
        ("avg_connection_usage", Share(pool.mean)),
        ("last_scale_event", dates.tell(pool.scaled)),
    ]
}

fn handler_fields(handler: &HandlerFigures, dates: Dates) -> Fields {
    vec![
        ("active_requests", Whole(handler.active)),
        ("total_requests", count(handler.total)),
        ("completed_requests", count(handler.completed)),
        ("failed_requests", count(handler.failed)),
        ("timeout_requests", count(handler.timeouts)),
        ("degraded_requests", count(handler.degraded)),
        ("average_response_time_ms", millis(handler.mean)),
        ("max_response_time_ms", millis(handler.most)),
        ("last_updated", dates.tell(handler.updated)),
    ]
}

/// How many of the processor's statistics its code has a name for.
const NAMED: usize = 17;

/// What is told of the background processor.
pub(super) fn background(of: &Statistics, dates: Dates) -> Json {
    let named = of.entries().into_iter().take(NAMED).map(|(name, value)| (name, Told::Section(value)));
    object(named.chain([("last_reset", Told::Text(dates.write(of.last_reset)))]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::figures::tests::some;
    use serde_json::json;

    const DATES: Dates = Dates { date: SimTime(1_000_000_000_000), now: SimTime(1_000_000_000_000), is_shipped: false };

    /// Every number is another, so that none can stand in the place of another.
    #[test]
    fn each_field_has_its_own_figure() {
        assert_eq!(
            concurrency(&some(), DATES),
            json!({
                "concurrency_metrics": {
                    "active_db_operations": 1,
                    "active_http_operations": 2,
                    "active_cache_operations": 3,
                    "total_db_operations": 11,
                    "total_http_operations": 12,
                    "total_cache_operations": 13,
                    "avg_db_latency_ms": 21,
                    "avg_http_latency_ms": 22,
                    "avg_cache_latency_ms": 23,
                },
                "database_stats": {
                    "max_open_connections": 41,
                    "open_connections": 42,
                    "in_use": 43,
                    "idle": 44,
                    "wait_count": 45,
                    "wait_duration_ms": 46,
                    "max_idle_closed": 47,
                    "max_lifetime_closed": 48,
                },
                "system_stats": {
                    "cpu_count": 51,
                    "memory_usage_bytes": 52,
                    "memory_limit_bytes": 53,
                    "goroutine_count": 54,
                    "last_updated": "1970-01-01T00:00:55.000Z",
                },
                "connection_pool_stats": {
                    "current_max_open": 61,
                    "current_open": 62,
                    "current_in_use": 63,
                    "current_idle": 64,
                    "max_connection_usage": 65.5,
                    "avg_connection_usage": 66.5,
                    "last_scale_event": "1970-01-01T00:01:07.000Z",
                },
                "request_handler_stats": {
                    "active_requests": 71,
                    "total_requests": 72,
                    "completed_requests": 73,
                    "failed_requests": 74,
                    "timeout_requests": 75,
                    "degraded_requests": 76,
                    "average_response_time_ms": 77,
                    "max_response_time_ms": 78,
                    "last_updated": "1970-01-01T00:01:19.000Z",
                },
            })
        );
    }

    #[test]
    fn a_section_is_absent_when_its_component_is() {
        let names = |figures: Figures| {
            let told = concurrency(&figures, DATES);
            told.as_object().expect("an object").keys().cloned().collect::<Vec<_>>()
        };
        let without = |figures: fn(&mut Figures)| {
            let mut all = some();
            figures(&mut all);
            names(all)
        };
        assert_eq!(without(|all| all.manager = None), ["connection_pool_stats", "request_handler_stats"]);
        let of_manager = ["concurrency_metrics", "database_stats", "system_stats"];
        assert_eq!(without(|all| (all.pool, all.handler) = (None, None)), of_manager);
        assert_eq!(names(Figures::default()), [""; 0]);
    }

    #[test]
    fn what_never_was_has_no_instant_or_that_of_the_code() {
        let mut figures = some();
        figures.system.updated = None;
        figures.pool = figures.pool.map(|pool| PoolFigures { scaled: None, ..pool });
        let told = |is_shipped| {
            let told = concurrency(&figures, Dates { is_shipped, ..DATES });
            [told["system_stats"]["last_updated"].clone(), told["connection_pool_stats"]["last_scale_event"].clone()]
        };
        assert_eq!(told(false), [Json::Null, Json::Null]);
        assert_eq!(told(true), [json!("0001-01-01T00:00:00Z"), json!("0001-01-01T00:00:00Z")]);
    }

    #[test]
    fn an_instant_is_written_by_the_date_that_it_is_now() {
        let dates = Dates { date: SimTime(946_684_800_000_000_000), ..DATES };
        assert_eq!(dates.write(SimTime(DATES.now.0 - 1_500_000_000)), "1999-12-31T23:59:58.500Z");
    }

    #[test]
    fn background_tasks_have_the_field_names_of_the_statistics() {
        let told = Statistics {
            total: 1,
            completed: 200,
            failed: 3,
            retried: 4,
            queued: 5,
            active: 6,
            times: [20, 10, 30].map(Span),
            queue_size: 7,
            active_workers: 2,
            total_workers: 8,
            now: DATES.now,
            last_reset: SimTime(960_000_000_000),
            kind: "cache_warmup".to_owned(),
            by_priority: [10, 11, 12, 13],
            refused: 14,
            dropped: 15,
            never_run: 16,
            panicked: 17,
        };
        assert_eq!(
            background(&told, DATES),
            json!({
                "total_tasks": 1,
                "completed_tasks": 200,
                "failed_tasks": 3,
                "retried_tasks": 4,
                "queued_tasks": 5,
                "active_tasks": 6,
                "average_time": 20,
                "min_time": 10,
                "max_time": 30,
                "queue_size": 7,
                "active_workers": 2,
                "total_workers": 8,
                "worker_utilization": 0.25,
                "task_throughput": 5.0,
                "last_reset": "1970-01-01T00:16:00.000Z",
                "tasks_by_type": { "cache_warmup": 1 },
                "tasks_by_priority": { "high": 10, "medium": 11, "low": 12, "plain": 13 },
            })
        );
    }
}

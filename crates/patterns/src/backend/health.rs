//! `GET /api/v1/performance/concurrency/health`: which component is near its limits, in the words of the code.
//!
//! The code knows healthy and degraded, always answers 200, does not look at the cache, and goes by the highest use of the pool that there ever was, which only a
//! reset brings down. As documented the pool is judged by its use now, the cache counts, and a backend that turns everybody away is unhealthy and says so by a status that whoever
//! balances load understands.

use super::figures::{Figures, HandlerFigures};
use super::sections::{Told, object};
use millrace_parts::BreakerState;
use serde_json::Value as Json;

/// How a component is, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    Healthy,
    Degraded,
    Unhealthy,
}

impl Status {
    const fn word(self) -> &'static str {
        match self {
            Status::Healthy => "healthy",
            Status::Degraded => "degraded",
            Status::Unhealthy => "unhealthy",
        }
    }
}

/// What is wrong with a component, each with how bad that is.
type Issues = Vec<(Status, &'static str)>;

/// Whether this is more than four fifths of what may be, as whole numbers have it.
fn is_high(active: i64, limit: u32) -> bool {
    active > i64::from(limit) * 80 / 100
}

/// The answer: its status, and what it says.
pub(super) fn health(figures: &Figures, is_shipped: bool) -> (u16, Json) {
    let components = [
        ("concurrency_manager", figures.manager.as_ref().map(|_| of_manager(figures, is_shipped))),
        ("connection_pool", figures.pool.as_ref().map(|_| of_pool(figures, is_shipped))),
        ("request_handler", figures.handler.as_ref().map(|handler| of_handler(handler, is_shipped))),
    ];
    let mut overall = Status::Healthy;
    let mut all = Vec::new();
    for (name, issues) in components {
        let Some(issues) = issues else { continue };
        let status = issues.iter().map(|(status, _)| *status).max().unwrap_or(Status::Healthy);
        overall = overall.max(status);
        let issues = issues.iter().map(|(_, text)| Json::from(*text)).collect();
        let of = [("status", Told::Text(status.word().to_owned())), ("issues", Told::Section(issues))];
        all.push((name, Told::Section(object(of.into()))));
    }
    let said = [("overall_health", Told::Text(overall.word().to_owned())), ("components", Told::Section(object(all)))];
    (if overall == Status::Unhealthy { 503 } else { 200 }, object(said.into()))
}

fn of_manager(figures: &Figures, is_shipped: bool) -> Issues {
    const TEXTS: [&str; 3] = ["High DB operation usage", "High HTTP operation usage", "High cache operation usage"];
    let Some(manager) = &figures.manager else { return Issues::new() };
    let looked_at = if is_shipped { 2 } else { 3 };
    let kinds = TEXTS.into_iter().zip(manager.active).zip(manager.limit).take(looked_at);
    kinds
        .filter(|((_, active), limit)| is_high(*active, *limit))
        .map(|((text, _), _)| (Status::Degraded, text))
        .collect()
}

fn of_pool(figures: &Figures, is_shipped: bool) -> Issues {
    let now = f64::from(figures.database.in_use) / f64::from(figures.database.max_open.max(1)) * 100.0;
    let used = figures.pool.map_or(0.0, |pool| if is_shipped { pool.peak } else { now });
    let text = match used {
        used if used > 90.0 => "Very high connection usage",
        used if used > 80.0 => "High connection usage",
        _ => return Issues::new(),
    };
    vec![(Status::Degraded, text)]
}

fn of_handler(handler: &HandlerFigures, is_shipped: bool) -> Issues {
    let mut issues = Issues::new();
    if is_high(handler.active, handler.limit) {
        issues.push((Status::Degraded, "High active request count"));
    }
    if handler.total > 0 && handler.failed as f64 / handler.total as f64 > 0.1 {
        issues.push((Status::Degraded, "High error rate"));
    }
    if !is_shipped && matches!(handler.breaker, BreakerState::Open | BreakerState::ForcedOpen) {
        issues.push((Status::Unhealthy, "Circuit breaker is open"));
    }
    if !is_shipped && !handler.is_healthy {
        issues.push((Status::Unhealthy, "Health check failed"));
    }
    issues
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::figures::{DatabaseFigures, ManagerFigures, PoolFigures};
    use serde_json::json;

    /// A backend with the limits of production in which nothing is wrong.
    fn well() -> Figures {
        Figures {
            manager: Some(ManagerFigures { limit: [100, 200, 150], ..ManagerFigures::default() }),
            database: DatabaseFigures { max_open: 40, ..DatabaseFigures::default() },
            pool: Some(PoolFigures::default()),
            handler: Some(HandlerFigures { limit: 200, ..HandlerFigures::default() }),
            ..Figures::default()
        }
    }

    /// What is said of a component that is not well, in both fidelities.
    fn said(change: impl Fn(&mut Figures), component: &str) -> [(u16, Vec<String>); 2] {
        let mut figures = well();
        change(&mut figures);
        [false, true].map(|is_shipped| {
            let (status, told) = health(&figures, is_shipped);
            let of = &told["components"][component];
            let issues: Vec<_> = of["issues"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|text| text.as_str().expect("text").to_owned())
                .collect();
            let worst = if issues.is_empty() { "healthy" } else { "degraded" };
            if status == 200 {
                assert_eq!((&of["status"], &told["overall_health"]), (&json!(worst), &json!(worst)), "{told}");
            }
            (status, issues)
        })
    }

    fn both(status: u16, issues: &[&str]) -> [(u16, Vec<String>); 2] {
        let issues: Vec<String> = issues.iter().map(|text| (*text).to_owned()).collect();
        [(status, issues.clone()), (status, issues)]
    }

    #[test]
    fn a_backend_in_which_nothing_is_wrong_is_healthy_in_all_its_components() {
        let component = json!({ "status": "healthy", "issues": [] });
        let all = json!({
            "overall_health": "healthy",
            "components": { "concurrency_manager": component, "connection_pool": component, "request_handler": component },
        });
        for is_shipped in [false, true] {
            assert_eq!(health(&well(), is_shipped), (200, all.clone()));
        }
        let none = json!({ "overall_health": "healthy", "components": {} });
        assert_eq!(health(&Figures::default(), true), (200, none), "components that are not there");
    }

    #[test]
    fn operations_are_too_many_from_the_first_above_four_fifths_on() {
        let active = |active: [i64; 3]| {
            move |figures: &mut Figures| {
                figures.manager = figures.manager.map(|manager| ManagerFigures { active, ..manager });
            }
        };
        assert_eq!(said(active([80, 160, 120]), "concurrency_manager"), both(200, &[]));
        assert_eq!(said(active([81, 0, 0]), "concurrency_manager"), both(200, &["High DB operation usage"]));
        assert_eq!(said(active([0, 161, 0]), "concurrency_manager"), both(200, &["High HTTP operation usage"]));
        let [documented, shipped] = said(active([0, 0, 121]), "concurrency_manager");
        assert_eq!(documented.1, ["High cache operation usage"]);
        assert_eq!(shipped.1, [""; 0], "nobody looks at the cache");
    }

    #[test]
    fn the_pool_is_judged_by_its_use_or_as_shipped_by_the_highest_that_there_ever_was() {
        let used = |peak: f64, in_use: u32| {
            move |figures: &mut Figures| {
                figures.pool = figures.pool.map(|pool| PoolFigures { peak, ..pool });
                figures.database.in_use = in_use;
            }
        };
        assert_eq!(said(used(80.0, 32), "connection_pool"), both(200, &[]));
        assert_eq!(said(used(82.5, 33), "connection_pool"), both(200, &["High connection usage"]));
        assert_eq!(said(used(90.0, 36), "connection_pool"), both(200, &["High connection usage"]));
        assert_eq!(said(used(92.5, 37), "connection_pool"), both(200, &["Very high connection usage"]));
        let [documented, shipped] = said(used(100.0, 0), "connection_pool");
        assert_eq!(documented.1, [""; 0], "the peak is over");
        assert_eq!(shipped.1, ["Very high connection usage"], "for ever");
    }

    #[test]
    fn the_handler_has_too_many_or_fails_too_often() {
        let handler = |change: fn(&mut HandlerFigures)| {
            move |figures: &mut Figures| {
                if let Some(handler) = &mut figures.handler {
                    change(handler);
                }
            }
        };
        assert_eq!(said(handler(|h| h.active = 160), "request_handler"), both(200, &[]));
        assert_eq!(said(handler(|h| h.active = 161), "request_handler"), both(200, &["High active request count"]));
        assert_eq!(said(handler(|h| (h.total, h.failed) = (100, 10)), "request_handler"), both(200, &[]));
        assert_eq!(
            said(handler(|h| (h.total, h.failed) = (100, 11)), "request_handler"),
            both(200, &["High error rate"])
        );
        assert_eq!(said(handler(|h| h.failed = 11), "request_handler"), both(200, &[]), "of none there is no rate");
        let all = handler(|h| (h.active, h.total, h.failed) = (200, 10, 15));
        assert_eq!(said(all, "request_handler"), both(200, &["High active request count", "High error rate"]));
    }

    #[test]
    fn who_turns_everybody_away_is_unhealthy_and_as_shipped_says_nothing_of_it() {
        let with = |handler: HandlerFigures| move |figures: &mut Figures| figures.handler = Some(handler);
        let open = HandlerFigures { breaker: BreakerState::Open, ..HandlerFigures::default() };
        let sick = HandlerFigures { is_healthy: false, ..HandlerFigures::default() };
        for (handler, text) in [(open, "Circuit breaker is open"), (sick, "Health check failed")] {
            let [documented, shipped] = said(with(handler), "request_handler");
            assert_eq!(documented, (503, vec![text.to_owned()]));
            assert_eq!(shipped, (200, Vec::new()));
        }
        let mut figures = well();
        with(open)(&mut figures);
        assert_eq!(health(&figures, false).1["overall_health"], "unhealthy");
    }
}

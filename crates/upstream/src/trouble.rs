//! What went wrong with a real endpoint, in words with their evidence.

use super::evidence::{Evidence, Failure};

/// What failed, and the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What failed, as a heading.
    pub title: &'static str,
    /// How often, of how many.
    pub evidence: String,
    /// What it may come from, and what would help.
    pub advice: &'static str,
    /// Whether nothing succeeded: then there is no result to look at.
    pub total: bool,
    /// Whether the run was given up because of it.
    pub stopped: bool,
}

impl Trouble {
    /// The most telling trouble that the evidence shows. None where nothing is wrong, or nothing ended yet.
    pub fn of(host: &str, evidence: &Evidence) -> Option<Trouble> {
        let ended = evidence.ended();
        let worst = [
            Failure::MixedContent,
            Failure::Offline,
            Failure::Unreachable,
            Failure::TimedOut,
            Failure::Unreadable,
            Failure::OverTheCap,
        ]
        .into_iter()
        .filter(|f| evidence.count(*f) > 0)
        // What a run was given up for is what is to be told of it.
        .filter(|f| f.is_refusal() || !evidence.given_up)
        // The first of the most frequent. What was never sent says nothing about the endpoint.
        .rev()
        .max_by_key(|f| if *f == Failure::OverTheCap { 0 } else { evidence.count(*f) });
        let bad = evidence.server_errors() + evidence.client_errors();
        let good = evidence.answered() - bad;
        let of = |count: u64, what: &str| format!("{host}: {what} on {count} of {ended} requests");
        let stopped = evidence.given_up;
        let stop = if stopped {
            format!(". The run was stopped after {} refusals in a row", evidence.refused_in_a_row)
        } else {
            String::new()
        };
        let trouble = match worst {
            Some(failure) if failure != Failure::OverTheCap || bad == 0 => {
                let count = evidence.count(failure);
                let (title, what, advice) = words(failure);
                let evidence = of(count, what);
                Trouble { title, evidence: format!("{evidence}{stop}"), advice, total: good == 0, stopped }
            }
            _ if bad > 0 => {
                let statuses: Vec<String> = evidence
                    .statuses
                    .iter()
                    .filter(|(code, _)| **code >= 400)
                    .map(|(code, n)| format!("{code} on {n}"))
                    .collect();
                Trouble {
                    title: "The endpoint answers with errors",
                    evidence: format!("{host}: {} of {ended} requests", statuses.join(", ")),
                    advice: "It was reached and this page may call it. Statuses of 500 and more are its own failures; 404 means that the path is wrong, 429 that it is asked too often.",
                    total: good == 0,
                    stopped,
                }
            }
            _ => return None,
        };
        Some(trouble)
    }
}

fn words(failure: Failure) -> (&'static str, &'static str, &'static str) {
    match failure {
        Failure::MixedContent => (
            "The browser blocks this endpoint",
            "blocked as mixed content",
            "A page that came over https may not call an http address. Use the endpoint's https address, or open Millrace over http.",
        ),
        Failure::Offline => (
            "The browser is offline",
            "no network",
            "Nothing can be reached until the network is back. The simulated server stays available.",
        ),
        Failure::Unreachable => (
            "No answer that this page may read",
            "no readable answer",
            "Either the endpoint is down or its name is wrong, or it answers without the header Access-Control-Allow-Origin (CORS), or what it speaks is not HTTP. Browsers do not tell a page which; the browser's console does.",
        ),
        Failure::TimedOut => (
            "The endpoint is too slow",
            "no answer in time",
            "These requests were aborted. Allow more time for each, or send fewer at once.",
        ),
        Failure::Unreadable => (
            "Answers that cannot be read",
            "a body that broke off",
            "A status came, and then the body ended early or in an encoding that it is not in.",
        ),
        Failure::OverTheCap => (
            "The request cap was reached",
            "not sent because of the cap",
            "The pattern wanted to send more requests than the cap allows. Raise the cap if the endpoint is yours.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Witness;

    fn after(see: impl Fn(&Witness)) -> Option<Trouble> {
        let witness = Witness::default();
        see(&witness);
        Trouble::of("example.org", &witness.evidence())
    }

    #[test]
    fn success_is_no_trouble_and_neither_is_silence() {
        assert_eq!(after(|_| {}), None);
        assert_eq!(after(|w| w.answered(200)), None);
    }

    #[test]
    fn the_evidence_counts_what_failed_of_what_ended() {
        let trouble = after(|w| {
            (0..3).for_each(|_| w.failed(Failure::Unreachable));
            w.answered(200);
        });
        let trouble = trouble.expect("calls failed");
        assert_eq!(trouble.evidence, "example.org: no readable answer on 3 of 4 requests");
        assert!(!trouble.total);
    }

    #[test]
    fn the_most_frequent_kind_is_told() {
        let told = |timeouts: u64| {
            after(|w| {
                (0..2).for_each(|_| w.failed(Failure::Unreachable));
                (0..timeouts).for_each(|_| w.failed(Failure::TimedOut));
            })
        };
        assert_ne!(told(1).map(|t| t.title), told(3).map(|t| t.title));
    }

    #[test]
    fn a_run_that_was_given_up_says_so_also_when_something_else_was_more_frequent() {
        let trouble = after(|w| {
            (0..3).for_each(|_| w.answered(200));
            (0..12).for_each(|_| w.failed(Failure::TimedOut));
            (0..10).for_each(|_| w.failed(Failure::Unreachable));
            assert!(w.withholds());
        });
        let trouble = trouble.expect("calls failed");
        assert_eq!(
            trouble.evidence,
            "example.org: no readable answer on 10 of 25 requests. The run was stopped after 10 refusals in a row"
        );
        assert!(trouble.stopped && !trouble.total);
    }

    #[test]
    fn an_answer_of_any_kind_between_refusals_begins_the_count_anew() {
        let witness = Witness::default();
        for _ in 0..3 {
            (0..9).for_each(|_| witness.failed(Failure::Unreachable));
            assert!(!witness.withholds());
            witness.answered(500);
        }
        (0..9).for_each(|_| witness.failed(Failure::Unreachable));
        witness.failed(Failure::OverTheCap);
        assert!(!witness.withholds(), "what was never sent was not refused");
    }

    #[test]
    fn error_statuses_are_told_with_their_codes_when_every_call_was_answered() {
        let trouble = after(|w| [503, 503, 404].into_iter().for_each(|code| w.answered(code))).expect("errors");
        assert_eq!(trouble.evidence, "example.org: 404 on 1, 503 on 2 of 3 requests");
        assert!(trouble.total);
    }
}

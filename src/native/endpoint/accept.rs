//! Which of several types of content a client gets, by what it says that it accepts.

use axum::http::{HeaderMap, header};
use headers_accept::Accept;
use mediatype::MediaType;

/// The type that suits a client best, of those there are; none where there is no choice, the client does not say, or nothing suits
/// it: it gets the usual one then, as the standard permits, rather than nothing.
pub fn choose(headers: &HeaderMap, offers: &'static [&'static str]) -> Option<&'static str> {
    let said: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let accept: Accept = Some(said.join(", ")).filter(|said| !said.is_empty())?.parse().ok()?;
    // The library wants all parameters to be the same, and a client names as many of them as it cares about: an offer is known
    // by the whole of its name, by the name without the charset, and by the type alone.
    let names = offers.iter().flat_map(|&offer| {
        let without = offer.split("; charset").next().unwrap_or_default();
        let alone = offer.split(';').next().unwrap_or_default();
        [offer, without, alone].map(|name| (offer, name))
    });
    let named: Vec<(&'static str, MediaType<'static>)> =
        names.filter_map(|(offer, name)| Some((offer, MediaType::parse(name).ok()?))).collect();
    let best = accept.negotiate(named.iter().map(|(_, kind)| kind))?;
    named.iter().find(|(_, kind)| kind == best).map(|(offer, _)| *offer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::exposition::{OPENMETRICS, PROMETHEUS};
    use axum::http::HeaderValue;

    fn chosen(accept: &'static str) -> Option<&'static str> {
        let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
        choose(&headers, &[PROMETHEUS, OPENMETRICS])
    }

    #[test]
    fn openmetrics_is_for_whoever_asks_for_it() {
        // What Prometheus sends, before and after its third version.
        let second = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                      text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        let third = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
                     application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=1.0.0;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";
        for accept in [second, third, "application/openmetrics-text", "text/plain;q=0.5, application/openmetrics-text"]
        {
            assert_eq!(chosen(accept), Some(OPENMETRICS), "{accept}");
        }
        for accept in
            ["*/*", "text/plain", "text/*", "text/plain;version=0.0.4", "application/openmetrics-text;q=0, */*"]
        {
            assert_eq!(chosen(accept), Some(PROMETHEUS), "{accept}");
        }
    }

    #[test]
    fn who_says_nothing_or_wants_what_there_is_not_is_given_no_choice() {
        assert_eq!(choose(&HeaderMap::new(), &[PROMETHEUS, OPENMETRICS]), None);
        for accept in ["application/json", "text/plain;version=1.0.0", "no media type", ""] {
            assert_eq!(chosen(accept), None, "{accept}");
        }
    }
}

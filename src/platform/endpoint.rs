//! The address of a real endpoint: what may be called from this page, and what the browser would refuse anyway.

use web_sys::Url;

/// An address that can be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The whole address, as the browser reads it.
    pub href: String,
    /// Host and port: what consent is given for.
    pub host: String,
}

/// Why an address cannot be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is none.
    Missing,
    /// It cannot be read as an address.
    Unreadable,
    /// It is not http or https.
    Scheme(String),
    /// It carries a name or password, which browsers do not send this way.
    Credentials,
    /// This page came over https, the address is http and not on this machine: browsers block that as mixed content.
    MixedContent(String),
}

impl Refusal {
    /// What is wrong, and what to do about it.
    pub fn message(&self) -> String {
        match self {
            Refusal::Missing => "Enter the address of an endpoint, such as http://127.0.0.1:5000/data.".to_owned(),
            Refusal::Unreadable => {
                "This is not an address. Write it in full, with http:// or https:// in front.".to_owned()
            }
            Refusal::Scheme(scheme) => format!("{scheme} addresses cannot be called. Only http and https can."),
            Refusal::Credentials => "Leave name and password out of the address. They are not sent.".to_owned(),
            Refusal::MixedContent(host) => format!(
                "This page came over https, so the browser blocks requests to http://{host} (mixed content). Use the endpoint's https address, or open Millrace over http."
            ),
        }
    }
}

impl Endpoint {
    /// Reads an address.
    ///
    /// # Errors
    /// Why it cannot be called.
    pub fn read(text: &str) -> Result<Endpoint, Refusal> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Refusal::Missing);
        }
        let url = Url::new(text).map_err(|_| Refusal::Unreadable)?;
        let scheme = url.protocol();
        if !matches!(scheme.as_str(), "http:" | "https:") {
            return Err(Refusal::Scheme(scheme.trim_end_matches(':').to_owned()));
        }
        if url.host().is_empty() {
            return Err(Refusal::Unreadable);
        }
        if !url.username().is_empty() || !url.password().is_empty() {
            return Err(Refusal::Credentials);
        }
        if scheme == "http:" && page_is_secure() && !is_this_machine(&url.hostname()) {
            return Err(Refusal::MixedContent(url.host()));
        }
        Ok(Endpoint { href: url.href(), host: url.host() })
    }
}

fn page_is_secure() -> bool {
    web_sys::window().and_then(|w| w.location().protocol().ok()).is_some_and(|p| p == "https:")
}

/// The hosts that browsers trust over http: they are on this machine.
fn is_this_machine(hostname: &str) -> bool {
    hostname == "localhost" || hostname.ends_with(".localhost") || hostname == "[::1]" || {
        let mut parts = hostname.split('.');
        parts.next() == Some("127") && parts.count() == 3
    }
}

/// Whether the browser believes that it has a network.
pub fn is_online() -> bool {
    web_sys::window().is_none_or(|w| w.navigator().on_line())
}

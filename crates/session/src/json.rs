//! A scenario as a JSON file: the same keys as a link, in an object.
//!
//! `{ "pattern": "worker-pool", "seed": "otis", "fidelity": "shipped", "params": { "workers": 4, "mean": "20ms" } }`

use super::Scenario;
use super::link::{self, Decoded};
use millrace_patterns as patterns;
use serde_json::Value as Json;

impl Scenario {
    /// Reads a scenario from a link or, where the text begins with `{`, from JSON.
    ///
    /// # Errors
    /// A sentence that says what is wrong and where.
    pub fn read(text: &str) -> Result<Decoded, String> {
        if !text.trim_start().starts_with('{') {
            return link::decode(text);
        }
        let json: Json = serde_json::from_str(text).map_err(|e| format!("the scenario is no JSON: {e}"))?;
        let id = json.get("pattern").and_then(Json::as_str).ok_or("the scenario has no \"pattern\"")?;
        let pattern = patterns::find(id).ok_or_else(|| {
            let ids: Vec<_> = patterns::ALL.iter().map(|p| p.id).collect();
            format!("there is no pattern \"{id}\"; there are {}", ids.join(", "))
        })?;
        let mut pairs = Vec::new();
        for (key, value) in json.as_object().into_iter().flatten() {
            match (key.as_str(), value) {
                ("pattern", _) => {}
                ("params", Json::Object(params)) => pairs.extend(params.iter().map(|(k, v)| (k.clone(), plain(v)))),
                (key, value) => pairs.push((key.to_owned(), plain(value))),
            }
        }
        Ok(link::from_pairs(Scenario::new(pattern), pairs))
    }
}

/// A value as a link would have it.
fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

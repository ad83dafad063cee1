//! `millrace list`: the patterns with their parameters and presets.

use crate::patterns;
use crate::spec::{Fidelity, Field, Pattern};
use serde_json::{Value as Json, json};
use std::fmt::Write;

/// The list as JSON.
pub fn json() -> String {
    let all: Vec<Json> = patterns::ALL.iter().map(|p| pattern(p)).collect();
    format!("{:#}", Json::Array(all))
}

/// The list as text.
pub fn text() -> String {
    let mut out = String::new();
    for p in patterns::ALL {
        let values = p.values(Fidelity::Documented, None, |_| None);
        let _ok = writeln!(out, "{} — {}", p.id, p.title);
        for field in (p.fields)() {
            let default = values.get(field.key).map(ToString::to_string).unwrap_or_default();
            let _ok = writeln!(
                out,
                "    {:<16} {:<9} {:<28} {}",
                field.key,
                field.type_word(),
                format!("{default} ({})", field.range()),
                field.help
            );
        }
        for preset in p.presets() {
            let _ok = writeln!(out, "    preset={:<9} {}", preset.id, preset.told());
        }
        out.push('\n');
    }
    out
}

fn pattern(p: &Pattern) -> Json {
    let (plain, shipped) =
        (p.values(Fidelity::Documented, None, |_| None), p.values(Fidelity::Shipped, None, |_| None));
    let param = |field: &Field| {
        json!({
            "key": field.key,
            "label": field.label,
            "type": field.type_word(),
            "unit": field.unit,
            "range": field.range(),
            "default": plain.get(field.key).map(ToString::to_string),
            "default_shipped": shipped.get(field.key).map(ToString::to_string),
            "live": field.live,
            "help": field.help,
        })
    };
    json!({
        "id": p.id,
        "name": p.name,
        "title": p.title,
        "group": p.group,
        "params": (p.fields)().iter().map(param).collect::<Vec<_>>(),
        "usual": { "label": p.usual.label, "says": p.usual.says },
        "presets": p.presets().iter().map(|preset| json!({
            "id": preset.id,
            "label": preset.label,
            "says": preset.says,
            "help": preset.told(),
            "fidelity": preset.fidelity.map(Fidelity::id),
            "values": preset.values.iter().map(|(k, v)| ((*k).to_owned(), json!(v))).collect::<serde_json::Map<_, _>>(),
        })).collect::<Vec<_>>(),
    })
}

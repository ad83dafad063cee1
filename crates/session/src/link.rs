//! The wire format of a link: `#/<pattern-id>?<key>=<value>&…&seed=<word>`.
//!
//! The only place that knows it. Any text at all decodes: to a scenario, and a list of what was ignored or clamped; only an
//! unknown pattern is an error. Values that equal their default are not written, and keys come in the order of the
//! form, so equal scenarios have equal links.
//!
//! The playhead is `at=<time>`, and between the events of one instant `at=<time>~<events>`: so many of the run have happened.
//!
//! Interventions are `x=<ns>~<ordinal>~fault~<id>~<magnitude>@<duration in ns>`, where the id of a fault of another server than the first
//! has its name behind it, `outage.l2`, `…~fault~<id>~off` for the earliest of its kind that stands, `…~off~<magnitude>` for the one of that magnitude, `…~live~<key>~<value>`, separated by `;`. Without a duration a fault whose
//! magnitude is a time lasts for that, and another until it is switched off. What was asked of the running system is `<ns>~<ordinal>~ask~<client>~<method>~<path>~<body>` and `<ns>~<ordinal>~hang~<exchange>`, in which
//! what somebody wrote is percent-encoded once more.

use super::{DEFAULT_SEED, Scenario, Target, beside};
use millrace_engine::{Action, Intervention, Ordinal};
use millrace_patterns as patterns;
use millrace_spec::{FaultSpec, Fidelity, Pattern, Problem, Question, Role, parse_span};
use millrace_trace::{SimTime, Span};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// What would be read as something else in a link. Everything else stays readable.
const RESERVED: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'&').add(b'+').add(b'<').add(b'=').add(b'`').add(b'?');

/// What would be read as something else within an intervention.
const WITHIN: &AsciiSet = &CONTROLS.add(b'~').add(b';').add(b'%');

/// The most interventions a link carries.
const MOST_INTERVENTIONS: usize = 1_000;
/// The longest seed.
const LONGEST_SEED: usize = 64;

/// What a text turned out to be.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The scenario.
    pub scenario: Scenario,
    /// What was ignored or clamped, a sentence each.
    pub notices: Vec<String>,
}

/// The link of a scenario, from `#` on.
pub fn encode(scenario: &Scenario) -> String {
    let mut pairs: Vec<(&str, String)> = Vec::new();
    if let Some(preset) = scenario.preset {
        pairs.push(("preset", preset.id.to_owned()));
    }
    let usual = scenario.preset.and_then(|p| p.fidelity).unwrap_or_default();
    if scenario.fidelity != usual {
        pairs.push(("fidelity", scenario.fidelity.id().to_owned()));
    }
    pairs.extend(scenario.chosen().into_iter().map(|(key, value)| (key, value.to_string())));
    if scenario.seed != DEFAULT_SEED {
        pairs.push(("seed", scenario.seed.clone()));
    }
    if scenario.target == Target::Fetch {
        pairs.push(("target", "fetch".to_owned()));
    }
    if let Some(url) = &scenario.url {
        pairs.push(("url", url.clone()));
    }
    pairs.extend(scenario.until.map(|span| ("until", span.to_string())));
    let moment = &scenario.moment;
    pairs.extend(moment.at.map(|span| match moment.events {
        Some(events) => ("at", format!("{span}~{events}")),
        None => ("at", span.to_string()),
    }));
    if !scenario.interventions.is_empty() {
        let all: Vec<_> = scenario.interventions.iter().map(|i| encode_intervention(i, scenario)).collect();
        pairs.push(("x", all.join(";")));
    }
    if !scenario.versus.is_empty() {
        pairs.push(("vs", beside::encode(&scenario.versus)));
    }
    pairs.extend(moment.lane.iter().map(|lane| ("lane", lane.clone())));
    pairs.extend(moment.tab.iter().map(|tab| ("tab", tab.clone())));
    if scenario.embed {
        pairs.push(("embed", "1".to_owned()));
    }
    pairs.extend(scenario.card.iter().map(|card| ("card", card.clone())));
    let query: Vec<_> =
        pairs.iter().map(|(key, value)| format!("{key}={}", utf8_percent_encode(value, reserved(key)))).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("#/{}{mark}{}", scenario.pattern.id, query.join("&"))
}

/// What is written otherwise in the value of a key: in pairs within a value the `=` stays readable.
fn reserved(key: &str) -> &'static AsciiSet {
    const PAIRS: &AsciiSet = &RESERVED.remove(b'=');
    if key == "vs" { PAIRS } else { RESERVED }
}

fn encode_intervention(i: &Intervention, scenario: &Scenario) -> String {
    let action = match &i.action {
        Action::Fault { id, onset } => {
            let fault = scenario.fault(id);
            let usual = fault.as_ref().is_some_and(|fault| fault.onset(onset.magnitude, None) == *onset);
            let lasts = onset.lasts.filter(|_| !usual).map(|span| format!("@{}", span.0)).unwrap_or_default();
            format!("fault~{id}~{}{lasts}", magnitude_in_link(fault, onset.magnitude))
        }
        Action::Lift { id, magnitude: None } => format!("fault~{id}~off"),
        Action::Lift { id, magnitude: Some(magnitude) } => {
            format!("fault~{id}~off~{}", magnitude_in_link(scenario.fault(id), *magnitude))
        }
        Action::Live { key, value } => format!("live~{key}~{value}"),
        Action::Ask { client, method, path, body } => {
            let plain = |part| utf8_percent_encode(part, WITHIN).to_string();
            format!("ask~{}~{}~{}~{}", plain(client), plain(method), plain(path), plain(body))
        }
        Action::Hang { exchange } => format!("hang~{exchange}"),
    };
    format!("{}~{}~{action}", i.at.0, i.ordinal.events())
}

fn magnitude_in_link(fault: Option<FaultSpec>, magnitude: i64) -> String {
    fault.map_or_else(|| magnitude.to_string(), |fault| fault.unit.in_link(magnitude))
}

/// The link of a pattern's scenario as it is, `""` for that of its defaults: what [`encode`] writes, without a look at any value.
pub fn of_preset(pattern: &Pattern, preset: &str) -> String {
    let found = if preset.is_empty() { None } else { pattern.preset(preset) };
    with_beside(pattern, preset, found.map_or(&[][..], |preset| preset.beside))
}

/// The link of the scenario that answers a question.
pub fn of_question(pattern: &Pattern, question: &Question) -> String {
    with_beside(pattern, question.preset, question.beside)
}

fn with_beside(pattern: &Pattern, preset: &str, beside: &[(&str, &str)]) -> String {
    if preset.is_empty() {
        return format!("#/{}", pattern.id);
    }
    let pairs: Vec<String> = beside.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let beside = if pairs.is_empty() { String::new() } else { format!("&vs={}", pairs.join(",")) };
    format!("#/{}?preset={preset}{beside}", pattern.id)
}

/// Reads a link, whole or from `#` on, or from the pattern's id on.
///
/// # Errors
/// A sentence, for a text that names no pattern or one that is not there.
pub fn decode(text: &str) -> Result<Decoded, String> {
    let text = text.trim();
    let fragment = text.split_once('#').map_or(text, |(_, fragment)| fragment);
    let (path, query) = fragment.split_once('?').unwrap_or((fragment, ""));
    let id = percent_decode_str(path.trim_matches('/')).decode_utf8_lossy().into_owned();
    let ids = || patterns::ALL.iter().map(|p| p.id).collect::<Vec<_>>().join(", ");
    if id.is_empty() {
        return Err(format!("the link names no pattern; there are {}", ids()));
    }
    let pattern =
        patterns::find(&id).ok_or_else(|| format!("there is no pattern \"{}\"; there are {}", shorten(&id), ids()))?;
    Ok(decode_query(pattern, query))
}

/// Reads what stands after the `?` of a link to a pattern.
pub fn decode_query(pattern: &'static Pattern, query: &str) -> Decoded {
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let plain = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        (plain(key), plain(value))
    });
    from_pairs(Scenario::new(pattern), pairs)
}

/// Puts keys and values as links have them into a scenario.
pub(super) fn from_pairs(mut scenario: Scenario, pairs: impl IntoIterator<Item = (String, String)>) -> Decoded {
    let pairs: Vec<(String, String)> = pairs.into_iter().collect();
    let mut notices = Vec::new();
    // Preset and fidelity come first, wherever they stand: they say what the defaults are.
    for (key, value) in &pairs {
        match key.as_str() {
            "preset" => match scenario.pattern.preset(value) {
                Some(preset) => {
                    scenario.preset = Some(preset);
                    scenario.fidelity = preset.fidelity.unwrap_or(scenario.fidelity);
                }
                None => notices.push(format!(
                    "{} has no preset \"{}\"; it was ignored",
                    scenario.pattern.id,
                    shorten(value)
                )),
            },
            _ => continue,
        }
    }
    for (key, value) in &pairs {
        if key == "fidelity" {
            match Fidelity::from_id(value) {
                Some(fidelity) => scenario.fidelity = fidelity,
                None => notices
                    .push(format!("fidelity \"{}\" is neither documented nor shipped; it was ignored", shorten(value))),
            }
        }
    }
    for (key, value) in &pairs {
        match key.as_str() {
            "preset" | "fidelity" | "v" => {}
            "seed" if value.is_empty() => notices.push("the seed is empty; it was ignored".to_owned()),
            "seed" => {
                scenario.seed = value.chars().take(LONGEST_SEED).collect();
                if scenario.seed.len() < value.len() {
                    notices.push(format!("the seed was cut to {LONGEST_SEED} characters"));
                }
            }
            "target" => match value.as_str() {
                "sim" => scenario.target = Target::Sim,
                "fetch" => scenario.target = Target::Fetch,
                other => {
                    notices.push(format!("target \"{}\" is neither sim nor fetch; it was ignored", shorten(other)))
                }
            },
            "url" => scenario.url = word(value),
            "until" => scenario.until = span("until", value, &mut notices),
            "at" => (scenario.moment.at, scenario.moment.events) = playhead(value, &mut notices),
            "lane" => scenario.moment.lane = word(value),
            "tab" => scenario.moment.tab = word(value),
            "x" => scenario.interventions = interventions(value, &scenario, &mut notices),
            // It differs from all that is said here.
            "vs" => {}
            "embed" => scenario.embed = value != "0",
            "card" => scenario.card = word(value),
            _ => match scenario.set_one_of_several(key, value) {
                Ok(()) => {}
                Err(Problem::Form(_)) if scenario.field(key).is_none() => {
                    notices.push(format!(
                        "{} has no parameter \"{}\"; it was ignored",
                        scenario.pattern.id,
                        shorten(key)
                    ));
                }
                Err(Problem::Form(message)) => notices.push(format!("{key}: {message}; it was ignored")),
                Err(Problem::Range { nearest, .. }) => {
                    notices.push(format!("{key}={} is out of range; it was set to {nearest}", shorten(value)));
                    if let Some(field) = scenario.field(key) {
                        scenario.choose(field.key, nearest);
                    }
                }
            },
        }
    }
    drop_misfits(&mut scenario, &mut notices);
    if !scenario.calls_server() && (scenario.target == Target::Fetch || scenario.url.is_some()) {
        let id = scenario.pattern.id;
        notices.push(match scenario.field_with(Role::Server) {
            None => format!("{id} calls no server; the real endpoint was ignored"),
            // Only the default one can be, and each of these has a name.
            Some(_) => format!("none of the servers of {id} can be replaced by a real endpoint; it was ignored"),
        });
        (scenario.target, scenario.url) = (Target::Sim, None);
    }
    if let Some((_, value)) = pairs.iter().rev().find(|(key, _)| key == "vs") {
        scenario.versus = beside::decode(value, &scenario, &mut notices);
    }
    Decoded { scenario, notices: merged(notices) }
}

/// Of chosen values that cannot stand together, one is ignored, until the others can.
fn drop_misfits(scenario: &mut Scenario, notices: &mut Vec<String>) {
    while let Some((key, why)) = scenario.misfit_to_go() {
        scenario.reset(key);
        notices.push(format!("{key}: {why}; it was ignored"));
    }
}

/// Equal notices once, with how often: three hundred of one kind say no more than one.
fn merged(notices: Vec<String>) -> Vec<String> {
    let mut merged: Vec<(String, usize)> = Vec::new();
    for notice in notices {
        match merged.iter_mut().find(|(other, _)| *other == notice) {
            Some((_, times)) => *times += 1,
            None => merged.push((notice, 1)),
        }
    }
    let said = |(notice, times)| if times == 1 { notice } else { format!("{notice} ({times} times)") };
    merged.into_iter().map(said).collect()
}

fn span(key: &str, value: &str, notices: &mut Vec<String>) -> Option<Span> {
    parse_span(value, Span::secs(1)).map_err(|message| notices.push(format!("{key}: {message}; it was ignored"))).ok()
}

/// Where the playhead is to stand: an instant, and where not all of its events are to have happened, how many of the run have.
fn playhead(value: &str, notices: &mut Vec<String>) -> (Option<Span>, Option<u64>) {
    let (at, events) = value.split_once('~').map_or((value, None), |(at, events)| (at, Some(events)));
    let at = span("at", at, notices);
    let count = events.and_then(|events| events.parse().ok()).filter(|_| at.is_some());
    if let (Some(_), Some(events), None) = (at, events, count) {
        notices.push(format!("at: \"{}\" is no number of events; it was ignored", shorten(events)));
    }
    (at, count)
}

fn word(value: &str) -> Option<String> {
    (!value.is_empty()).then(|| value.to_owned())
}

fn interventions(text: &str, scenario: &Scenario, notices: &mut Vec<String>) -> Vec<Intervention> {
    let mut all = Vec::new();
    for entry in text.split(';').filter(|e| !e.is_empty()) {
        match intervention(entry, scenario) {
            _ if all.len() >= MOST_INTERVENTIONS => {
                notices.push(format!("only the first {MOST_INTERVENTIONS} interventions were taken"));
                break;
            }
            Ok(i) => all.push(i),
            Err(why) => notices.push(format!("{why}; it was ignored")),
        }
    }
    millrace_trace::order::sort_by_key(&mut all, |i| (i.at, i.ordinal));
    all
}

/// What somebody did to a run, or what keeps it from being read.
fn intervention(entry: &str, scenario: &Scenario) -> Result<Intervention, String> {
    let unreadable = || format!("the intervention \"{}\" cannot be read", shorten(entry));
    let (at, rest) = entry.split_once('~').ok_or_else(unreadable)?;
    let at = at.parse().map(SimTime).map_err(|_| {
        format!("\"{}\", the time of the intervention \"{}\", is no number of nanoseconds", shorten(at), shorten(entry))
    })?;
    let mut parts = rest.split('~');
    let ordinal = parts.next().and_then(|ordinal| ordinal.parse().ok()).map(Ordinal::after).ok_or_else(unreadable)?;
    let what = parts.next().ok_or_else(unreadable)?;
    if what == "fault"
        && let Some(id) = parts.clone().next()
        && scenario.fault(id).is_none()
    {
        return Err(no_such_fault(id, scenario));
    }
    action(what, parts, scenario).map(|action| Intervention { at, ordinal, action }).ok_or_else(unreadable)
}

/// That the picture of a scenario has no such fault, and which it has.
fn no_such_fault(id: &str, scenario: &Scenario) -> String {
    let faults = (scenario.pattern.scene)(&scenario.values(), scenario.fidelity).faults;
    let names: Vec<_> = faults.iter().map(FaultSpec::name).collect();
    let has = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    format!("{} has no fault \"{}\"; it has {has}", scenario.pattern.id, shorten(id))
}

fn action<'a>(what: &str, mut parts: impl Iterator<Item = &'a str>, scenario: &Scenario) -> Option<Action> {
    if let "ask" | "hang" = what {
        return asked(what, parts, scenario);
    }
    let (id, value, further) = (parts.next()?, parts.next()?, parts.next());
    if parts.next().is_some() {
        return None;
    }
    match (what, value) {
        ("fault", "off") => {
            let fault = scenario.fault(id)?;
            let magnitude = further.map(|number| fault.unit.from_link(number).ok_or(())).transpose().ok()?;
            Some(Action::Lift { id: fault.name().into_owned(), magnitude })
        }
        ("fault", _) if further.is_none() => begun(&scenario.fault(id)?, value),
        ("live", _) if further.is_none() => {
            let field = scenario.field(id).filter(|f| f.live)?;
            Some(Action::Live { key: field.key.to_owned(), value: value.parse().ok()? })
        }
        _ => None,
    }
}

/// A fault that begins: its magnitude, and how long it lasts where that is said.
fn begun(fault: &FaultSpec, value: &str) -> Option<Action> {
    let (magnitude, lasts) = match value.split_once('@') {
        Some((magnitude, lasts)) => (magnitude, Some(Span(lasts.parse().ok()?))),
        None => (value, None),
    };
    let magnitude = fault.unit.from_link(magnitude)?.clamp(fault.min, fault.max);
    Some(Action::Fault { id: fault.name().into_owned(), onset: fault.onset(magnitude, lasts) })
}

/// What was asked of the running system, if the pattern can be asked at all.
fn asked<'a>(what: &str, mut parts: impl Iterator<Item = &'a str>, scenario: &Scenario) -> Option<Action> {
    scenario.pattern.console?;
    let mut plain = || Some(percent_decode_str(parts.next()?).decode_utf8_lossy().into_owned());
    let action = match what {
        "ask" => Action::Ask { client: plain()?, method: plain()?, path: plain()?, body: plain()? },
        _ => Action::Hang { exchange: plain()?.parse().ok()? },
    };
    plain().is_none().then_some(action)
}

/// Keeps what somebody else wrote from filling a message.
fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(40).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if short.len() < text.len() && text.chars().count() > 40 {
        short.push('…');
    }
    short
}

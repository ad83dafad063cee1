//! The little pictures of the front door, 144 × 44, each in the marks that the stage has for what it shows.
//!
//! A question names its picture by a word, as a pattern names its glyph: nothing below the page knows how either is drawn. They are
//! decoration: what a question promises stands beside them in words.

use yew::prelude::*;

/// The picture for a word; none for one that nobody drew.
pub fn picture(word: &str) -> Html {
    let drawing = match word {
        "breaker" => BREAKER,
        "drown" => DROWN,
        "race" => RACE,
        "strand" => STRAND,
        "bang-bang" => BANG_BANG,
        _ => return Html::default(),
    };
    let svg = format!(r#"<svg viewBox="0 0 144 44" fill="none" aria-hidden="true" focusable="false">{drawing}</svg>"#);
    Html::from_html_unchecked(AttrValue::from(svg))
}

/// A contact that is closed, open, half-open.
const BREAKER: &str = r#"<rect y="9" width="44" height="26" rx="3" fill="var(--success-wash)"/><rect x="50" y="9" width="44" height="26" rx="3" fill="var(--server-wash)"/><rect x="100" y="9" width="44" height="26" rx="3" fill="var(--blocked-wash)"/><g stroke-width="1.6"><path d="M6 22h32" stroke="var(--success)"/><path d="M56 25h9l11-8M79 25h9" stroke="var(--server)"/><path d="M106 25h9M129 25h9" stroke="var(--blocked)"/><path d="m115 25 12-6" stroke="var(--blocked)" stroke-dasharray="3 2"/></g><g stroke-width="4" stroke-linecap="round"><path d="M15 22h0M29 22h0" stroke="var(--success)"/><path d="M65 25h0M79 25h0" stroke="var(--server)"/><path d="M115 25h0M129 25h0" stroke="var(--blocked)"/></g>"#;

/// A line before a server that has four slots, and three who gave up.
const DROWN: &str = r#"<path d="M5 10h0M14.5 10h0M24 10h0M33.5 10h0M43 10h0M52.5 10h0M62 10h0M71.5 10h0M5 22h0M14.5 22h0M24 22h0M33.5 22h0M43 22h0M52.5 22h0M62 22h0M71.5 22h0M5 34h0M14.5 34h0M24 34h0M33.5 34h0M43 34h0M52.5 34h0M62 34h0M71.5 34h0" stroke="var(--queued)" stroke-width="6.4" stroke-linecap="round"/><rect x="84" y="3" width="34" height="38" rx="3" fill="var(--sunken)" stroke="var(--line-3)" stroke-width="1.4"/><g stroke="var(--waiting)" stroke-width="1.5"><circle cx="101" cy="8.5" r="3.3"/><circle cx="101" cy="17.5" r="3.3"/><circle cx="101" cy="26.5" r="3.3"/><circle cx="101" cy="35.5" r="3.3"/></g><path d="M101 5a3.6 3.6 0 0 1 0 7zM101 14a3.6 3.6 0 0 1 0 7zM101 23a3.6 3.6 0 0 1 0 7zM101 32a3.6 3.6 0 0 1 0 7z" fill="var(--waiting)"/><g stroke="var(--timeout)" stroke-width="1.4"><circle cx="135" cy="11" r="3.7"/><circle cx="135" cy="22" r="3.7"/><circle cx="135" cy="33" r="3.7"/><path d="M135 8.8V11h1.9M135 19.8V22h1.9M135 30.8V33h1.9"/></g>"#;

/// A list in which two wrote into one place, twice.
const RACE: &str = r#"<path d="M1 26h12v14H1zM17 26h12v14H17zM33 26h12v14H33zM49 26h12v14H49zM65 26h12v14H65zM81 26h12v14H81zM97 26h12v14H97zM113 26h12v14h-12zM129 26h12v14h-12z" fill="var(--surface)" stroke="var(--line-3)"/><path d="M7 33h0M23 33h0M39 33h0M55 33h0M87 33h0M103 33h0M135 33h0" stroke="var(--success)" stroke-width="7.2" stroke-linecap="round"/><path d="m68 30 6 6M74 30l-6 6M116 30l6 6M122 30l-6 6" stroke="var(--server)" stroke-width="1.6"/><path d="M65 7h0M77 7h0M113 7h0M125 7h0" stroke="var(--running)" stroke-width="6.8" stroke-linecap="round"/><path d="m65 11 4 11M77 11l-4 11M113 11l4 11M125 11l-4 11" stroke="var(--running)" stroke-width="1.2"/>"#;

/// A car between two floors, and who waits below.
const STRAND: &str = r#"<path d="M8 2h88M8 15h88M8 28h88M8 42h88" stroke="var(--line)"/><path d="M8 2v40M52 2v40M96 2v40" stroke="var(--line-3)" stroke-width="1.4"/><path d="m10 42 10-6 6-8h24" stroke="var(--waiting)" stroke-width="1.4" stroke-linejoin="round"/><rect x="58" y="17" width="34" height="11" rx="2" fill="var(--surface)" stroke="var(--server)" stroke-width="1.4"/><path d="M102 42h40" stroke="var(--line-3)" stroke-width="1.2"/><circle cx="121.5" cy="32" r="2" fill="var(--blocked)"/><path d="M118 41v-3.5a3.5 2.5 0 0 1 7 0V41z" fill="var(--blocked)"/>"#;

/// A delay that goes up and down about a threshold.
const BANG_BANG: &str = r#"<path d="M0 40V8h16v28h16V8h16v28h16V8h16v28h16V8h16v28h16V8h16v32z" fill="var(--blocked-wash)"/><path d="M0 8h16v28h16V8h16v28h16V8h16v28h16V8h16v28h16V8h16" stroke="var(--blocked)" stroke-width="1.6" stroke-linejoin="round"/><path d="M0 40h144" stroke="var(--line-3)"/><path d="M0 22h144" stroke="var(--ink-3)" stroke-dasharray="3 2"/>"#;

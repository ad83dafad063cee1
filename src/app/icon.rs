//! The glyphs of the page, 16 × 16, in the colour of the text around them. Decoration: names are said in words beside them.

use yew::prelude::*;

/// Word and drawing.
const GLYPHS: &[(&str, &str)] = &[
    (
        "chain",
        r#"<circle cx="2.8" cy="8" r="1.6"/><circle cx="8" cy="8" r="1.6"/><circle cx="13.2" cy="8" r="1.6"/><path d="M4.4 8h2M9.6 8h2"/>"#,
    ),
    ("burst", r#"<path d="M2 4h9M2 8h6M2 12h8M13.5 2.5v11"/>"#),
    (
        "pool",
        r#"<circle cx="2.8" cy="8" r="1.4"/><circle cx="13.2" cy="8" r="1.4"/><path d="M4 7.2 7 3.5h2l3 3.7M4.2 8h7.6M4 8.8l3 3.7h2l3-3.7"/>"#,
    ),
    ("gate", r#"<path d="M1.8 8h3.4M10.8 8h3.4M5.2 3.2v9.6M10.8 3.2v9.6M5.2 5.8h5.6M5.2 10.2h5.6"/>"#),
    (
        "stages",
        r#"<rect x="1.5" y="5.8" width="3.4" height="4.4" rx=".8"/><rect x="6.3" y="5.8" width="3.4" height="4.4" rx=".8"/><rect x="11.1" y="5.8" width="3.4" height="4.4" rx=".8"/>"#,
    ),
    ("compare", r#"<path d="M2 3.5h12M2 6.5h5M2 9.5h9M2 12.5h7"/>"#),
    (
        "share",
        r#"<path d="M6.4 9.6 9.6 6.4M7.2 4.6l1.4-1.4a2.9 2.9 0 0 1 4.2 4.2l-1.4 1.4M8.8 11.4l-1.4 1.4a2.9 2.9 0 0 1-4.2-4.2l1.4-1.4"/>"#,
    ),
    ("theme", r#"<circle cx="8" cy="8" r="5.6"/><path d="M8 2.4a5.6 5.6 0 0 1 0 11.2z" fill="currentColor"/>"#),
    (
        "help",
        r#"<circle cx="8" cy="8" r="6"/><path d="M6.2 6.3a1.9 1.9 0 1 1 2.6 2c-.6.3-.8.6-.8 1.2"/><circle cx="8" cy="11.6" r=".5" fill="currentColor" stroke="none"/>"#,
    ),
    ("search", r#"<circle cx="7" cy="7" r="4.4"/><path d="m10.4 10.4 3.4 3.4"/>"#),
    ("pause", r#"<path d="M5.2 3.4v9.2M10.8 3.4v9.2" stroke-width="2.2"/>"#),
    ("step", r#"<path d="M4 3.4v9.2l6.6-4.6z" fill="currentColor"/><path d="M12.6 3.4v9.2"/>"#),
    ("restart", r#"<path d="M3.2 6.2A5.3 5.3 0 1 1 2.8 9M3 2.6v3.8h3.8"/>"#),
    (
        "dice",
        r#"<rect x="2.4" y="2.4" width="11.2" height="11.2" rx="2.2"/><circle cx="5.7" cy="5.7" r=".9" fill="currentColor" stroke="none"/><circle cx="10.3" cy="5.7" r=".9" fill="currentColor" stroke="none"/><circle cx="8" cy="8" r=".9" fill="currentColor" stroke="none"/><circle cx="5.7" cy="10.3" r=".9" fill="currentColor" stroke="none"/><circle cx="10.3" cy="10.3" r=".9" fill="currentColor" stroke="none"/>"#,
    ),
    ("check", r#"<path d="m3.2 8.4 3.2 3.2 6.4-7"/>"#),
    ("play", r#"<path d="M4.6 3.2v9.6l8-4.8z" fill="currentColor"/>"#),
    ("warning", r#"<path d="M8 2.4 14.4 13.4H1.6z"/><path d="M8 6.4v3.2M8 11.6v.1"/>"#),
    ("menu", r#"<path d="M2 4h12M2 8h12M2 12h12"/>"#),
    ("close", r#"<path d="m4 4 8 8M12 4l-8 8"/>"#),
    ("back", r#"<path d="M9.5 3.5 5 8l4.5 4.5"/>"#),
    ("dot", r#"<circle cx="8" cy="8" r="3"/>"#),
];

/// The drawing of a wheel in a mill race.
const BRAND: &str = r#"<svg viewBox="0 0 22 22" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" aria-hidden="true"><circle cx="12" cy="12.6" r="5.6"/><circle cx="12" cy="12.6" r="1.1" fill="currentColor" stroke="none"/><path d="M12 7v2.6M12 15.6v2.6M6.4 12.6H9M15 12.6h2.6M8 8.6l1.9 1.9M14.1 14.7l1.9 1.9M16 8.6l-1.9 1.9M8 16.6l1.9-1.9"/><path d="M1.5 4h14.2c2.8 0 4.6 1.8 4.6 4.4" stroke="var(--accent)" stroke-width="2"/></svg>"#;

/// Which glyph.
#[derive(Clone, PartialEq, Properties)]
pub struct IconProps {
    /// Its word; an unknown one is a dot.
    pub word: AttrValue,
}

/// A glyph.
#[component]
pub fn Icon(props: &IconProps) -> Html {
    let find = |word: &str| GLYPHS.iter().find(|(w, _)| *w == word).map(|(_, drawing)| *drawing);
    let drawing = find(&props.word).or_else(|| find("dot")).unwrap_or_default();
    let svg = format!(r#"<svg class="i" viewBox="0 0 16 16" aria-hidden="true">{drawing}</svg>"#);
    Html::from_html_unchecked(AttrValue::from(svg))
}

/// The mark of the page.
#[component]
pub fn Brand() -> Html {
    Html::from_html_unchecked(AttrValue::from(BRAND))
}

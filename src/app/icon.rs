//! The glyphs of the page, 16 × 16, in the colour of the text around them.
//!
//! Two ways to ask for one: the page's own controls by [`IconName`], so that a glyph nobody drew does not compile; patterns
//! by a word among their data, because nothing below the page may know how it is drawn. Glyphs are decoration: what a
//! control does must always stand beside its glyph in words, visible or for screen readers.

use yew::prelude::*;

/// A glyph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IconName {
    /// One after the other: sequential.
    Chain,
    /// All at once, joined at the end: wait group.
    Burst,
    /// Fan-out and fan-in: worker pool.
    Pool,
    /// A sluice: backpressure.
    Gate,
    /// Boxes in a row: pipeline.
    Stages,
    /// Two ways in, one way on: select.
    Select,
    /// A vessel: rate limiter.
    Bucket,
    /// Some taken, some free: semaphore.
    Permits,
    /// A padlock: read-write lock.
    Lock,
    /// A call to all who listen: condition variable.
    Signal,
    /// A single one: once.
    Once,
    /// One above three: context.
    Tree,
    /// A switch for all: graceful shutdown.
    Power,
    /// A raised contact: circuit breaker.
    Breaker,
    /// Waits that grow: retry.
    Backoff,
    /// Steps down: graceful degradation.
    Descent,
    /// Lines into a house: connection pool.
    Links,
    /// Many in one go: Redis pipeline.
    Arrows,
    /// Wider is slower: cache.
    Levels,
    /// Several into one box: batches.
    Batch,
    /// Bars by rank: priority queue.
    Priority,
    /// One in the middle of six: spokes.
    Spokes,
    /// Bars and an arrow up: pools that grow.
    Scale,
    /// One before three: a backend.
    Stack,
    /// Cars in their shafts: elevator.
    Lift,
    /// Run.
    Run,
    /// Pause.
    Pause,
    /// One event on.
    Step,
    /// From the start.
    Restart,
    /// The last step taken back.
    Undo,
    /// And taken again.
    Redo,
    /// To the very start.
    Start,
    /// Another seed.
    Dice,
    /// Bars side by side.
    Compare,
    /// One above the other.
    Beside,
    /// A link.
    Share,
    /// Out of the page.
    Export,
    /// Light and dark.
    Theme,
    /// A question.
    Help,
    /// A lens.
    Search,
    /// Three lines.
    Menu,
    /// Opens downwards.
    Down,
    /// Back to where one came from.
    Back,
    /// Away with it.
    Close,
    /// Further.
    Next,
    /// It holds.
    Check,
    /// Look here.
    Warning,
    /// For information.
    Notice,
    /// The same as a table.
    Table,
    /// A chest of drawers: the bug cabinet.
    Cabinet,
    /// Two at once: a race.
    Race,
    /// A measure: the wrong unit.
    Unit,
    /// A way that breaks off: lost work.
    Lost,
    /// A lever with a line through it: a dead control.
    Dead,
    /// Lines that cross: the wrong order.
    Order,
    /// A drop: a leak.
    Leak,
    /// What has no glyph of its own.
    Dot,
}

impl IconName {
    /// All of them.
    pub const ALL: &[IconName] = &[
        IconName::Chain,
        IconName::Burst,
        IconName::Pool,
        IconName::Gate,
        IconName::Stages,
        IconName::Select,
        IconName::Bucket,
        IconName::Permits,
        IconName::Lock,
        IconName::Signal,
        IconName::Once,
        IconName::Tree,
        IconName::Power,
        IconName::Breaker,
        IconName::Backoff,
        IconName::Descent,
        IconName::Links,
        IconName::Arrows,
        IconName::Levels,
        IconName::Batch,
        IconName::Priority,
        IconName::Spokes,
        IconName::Scale,
        IconName::Stack,
        IconName::Lift,
        IconName::Run,
        IconName::Pause,
        IconName::Step,
        IconName::Restart,
        IconName::Undo,
        IconName::Redo,
        IconName::Start,
        IconName::Dice,
        IconName::Compare,
        IconName::Beside,
        IconName::Share,
        IconName::Export,
        IconName::Theme,
        IconName::Help,
        IconName::Search,
        IconName::Menu,
        IconName::Down,
        IconName::Back,
        IconName::Close,
        IconName::Next,
        IconName::Check,
        IconName::Warning,
        IconName::Notice,
        IconName::Table,
        IconName::Cabinet,
        IconName::Race,
        IconName::Unit,
        IconName::Lost,
        IconName::Dead,
        IconName::Order,
        IconName::Leak,
        IconName::Dot,
    ];

    /// The glyph a word stands for. A word that nobody drew yet stands for a dot: a new pattern shows up with a plain mark
    /// rather than with none.
    pub fn from_word(word: &str) -> IconName {
        IconName::ALL.iter().copied().find(|name| name.word() == word).unwrap_or(IconName::Dot)
    }

    /// Its word, as patterns declare it.
    pub const fn word(self) -> &'static str {
        match self {
            IconName::Chain => "chain",
            IconName::Burst => "burst",
            IconName::Pool => "pool",
            IconName::Gate => "gate",
            IconName::Stages => "stages",
            IconName::Select => "ways",
            IconName::Bucket => "bucket",
            IconName::Permits => "permits",
            IconName::Lock => "lock",
            IconName::Signal => "signal",
            IconName::Once => "single",
            IconName::Tree => "tree",
            IconName::Power => "power",
            IconName::Breaker => "breaker",
            IconName::Backoff => "backoff",
            IconName::Descent => "descent",
            IconName::Links => "links",
            IconName::Arrows => "arrows",
            IconName::Levels => "levels",
            IconName::Batch => "batch",
            IconName::Priority => "priority",
            IconName::Spokes => "spokes",
            IconName::Scale => "scale",
            IconName::Stack => "stack",
            IconName::Lift => "lift",
            IconName::Run => "play",
            IconName::Pause => "pause",
            IconName::Step => "step",
            IconName::Restart => "restart",
            IconName::Undo => "undo",
            IconName::Redo => "redo",
            IconName::Start => "start",
            IconName::Dice => "dice",
            IconName::Compare => "compare",
            IconName::Beside => "beside",
            IconName::Share => "share",
            IconName::Export => "export",
            IconName::Theme => "theme",
            IconName::Help => "help",
            IconName::Search => "search",
            IconName::Menu => "menu",
            IconName::Down => "down",
            IconName::Back => "back",
            IconName::Close => "close",
            IconName::Next => "next",
            IconName::Check => "check",
            IconName::Warning => "warning",
            IconName::Notice => "notice",
            IconName::Table => "table",
            IconName::Cabinet => "cabinet",
            IconName::Race => "race",
            IconName::Unit => "unit",
            IconName::Lost => "lost work",
            IconName::Dead => "dead control",
            IconName::Order => "order",
            IconName::Leak => "leak",
            IconName::Dot => "dot",
        }
    }

    /// What is inside its `svg` element.
    const fn drawing(self) -> &'static str {
        match self {
            IconName::Chain => {
                r#"<circle cx="2.8" cy="8" r="1.6"/><circle cx="8" cy="8" r="1.6"/><circle cx="13.2" cy="8" r="1.6"/><path d="M4.4 8h2M9.6 8h2"/>"#
            }
            IconName::Burst => r#"<path d="M2 4h9M2 8h6M2 12h8M13.5 2.5v11"/>"#,
            IconName::Pool => {
                r#"<circle cx="2.8" cy="8" r="1.4"/><circle cx="13.2" cy="8" r="1.4"/><path d="M4 7.2 7 3.5h2l3 3.7M4.2 8h7.6M4 8.8l3 3.7h2l3-3.7"/>"#
            }
            IconName::Gate => r#"<path d="M1.8 8h3.4M10.8 8h3.4M5.2 3.2v9.6M10.8 3.2v9.6M5.2 5.8h5.6M5.2 10.2h5.6"/>"#,
            IconName::Stages => {
                r#"<rect x="1.5" y="5.8" width="3.4" height="4.4" rx=".8"/><rect x="6.3" y="5.8" width="3.4" height="4.4" rx=".8"/><rect x="11.1" y="5.8" width="3.4" height="4.4" rx=".8"/>"#
            }
            IconName::Select => r#"<path d="M2 3.5h3.2L9.5 8H14M2 12.5h3.2L7 10.6"/><circle cx="9.5" cy="8" r="1.2"/>"#,
            IconName::Bucket => r#"<path d="M3 5.5h10l-1.3 8H4.3zM8 1.6v1.6"/><path d="M4 9.2h8"/>"#,
            IconName::Permits => {
                r#"<circle cx="4" cy="5" r="1.8" fill="currentColor"/><circle cx="8.6" cy="5" r="1.8" fill="currentColor"/><circle cx="13" cy="5" r="1.8"/><circle cx="4" cy="11" r="1.8"/><circle cx="8.6" cy="11" r="1.8"/><circle cx="13" cy="11" r="1.8"/>"#
            }
            IconName::Lock => {
                r#"<rect x="3.5" y="7" width="9" height="6.5" rx="1"/><path d="M5.5 7V4.8a2.5 2.5 0 0 1 5 0V7M8 9.6v1.6"/>"#
            }
            IconName::Signal => {
                r#"<circle cx="8" cy="8" r="1.6"/><path d="M4.6 4.6a4.8 4.8 0 0 0 0 6.8M11.4 4.6a4.8 4.8 0 0 1 0 6.8M2.3 2.6a8 8 0 0 0 0 10.8M13.7 2.6a8 8 0 0 1 0 10.8"/>"#
            }
            IconName::Once => r#"<circle cx="8" cy="8" r="6"/><path d="M6.8 6.2 8.3 5v6"/>"#,
            IconName::Tree => {
                r#"<circle cx="8" cy="3" r="1.5"/><circle cx="3.4" cy="12.6" r="1.5"/><circle cx="8" cy="12.6" r="1.5"/><circle cx="12.6" cy="12.6" r="1.5"/><path d="M8 4.5v6.6M8 7.4H3.4v3.7M8 7.4h4.6v3.7"/>"#
            }
            IconName::Power => r#"<path d="M8 2v5.6M4.8 3.9a5.4 5.4 0 1 0 6.4 0"/>"#,
            IconName::Breaker => {
                r#"<path d="M1.5 10h3M11.5 10h3M5.6 9.2l5-4.6"/><circle cx="5" cy="10" r="1"/><circle cx="11" cy="10" r="1"/>"#
            }
            IconName::Backoff => {
                r#"<path d="M2 12.5V10M4.6 12.5V8.6M8.2 12.5V6M13.6 12.5V2.8"/><path d="M1.5 14h13"/>"#
            }
            IconName::Descent => r#"<path d="M2 3.4h3.6v3.4h4v3.4h4.4v3"/><path d="m12 11.6 1.8 1.8 1.6-1.8"/>"#,
            IconName::Links => {
                r#"<rect x="10" y="3" width="4.5" height="10" rx="1"/><path d="M1.8 4.8H10M1.8 8H10M1.8 11.2H10"/><circle cx="4.8" cy="8" r="1.1" fill="currentColor"/>"#
            }
            IconName::Arrows => {
                r#"<path d="M2 4h8.5M2 8h8.5M2 12h8.5M9 2.6 10.6 4 9 5.4M9 6.6 10.6 8 9 9.4M9 10.6 10.6 12 9 13.4M13.8 2.6v10.8"/>"#
            }
            IconName::Levels => {
                r#"<rect x="5.6" y="2" width="4.8" height="3" rx=".8"/><rect x="3.6" y="6.5" width="8.8" height="3" rx=".8"/><rect x="1.6" y="11" width="12.8" height="3" rx=".8"/>"#
            }
            IconName::Batch => {
                r#"<path d="M1.8 3h2.4M1.8 6.3h2.4M1.8 9.7h2.4M1.8 13h2.4M5.6 3 8.4 6.8M5.6 13l2.8-3.8M5.8 8h2.4"/><rect x="9.6" y="5" width="5" height="6" rx="1"/>"#
            }
            IconName::Priority => r#"<path d="M2 3.6h12M2 6.6h9M2 9.6h6M2 12.6h3.4"/>"#,
            IconName::Spokes => {
                r#"<circle cx="8" cy="8" r="2"/><circle cx="8" cy="2.2" r="1"/><circle cx="13" cy="5" r="1"/><circle cx="13" cy="11" r="1"/><circle cx="8" cy="13.8" r="1"/><circle cx="3" cy="11" r="1"/><circle cx="3" cy="5" r="1"/><path d="M8 3.2V6M12.1 5.5l-2.4 1.4M12.1 10.5 9.7 9.1M8 12.8V10M3.9 10.5l2.4-1.4M3.9 5.5l2.4 1.4"/>"#
            }
            IconName::Scale => {
                r#"<path d="M2.4 13.5v-3M6 13.5V8M9.6 13.5V5.4"/><path d="M11 4.6 13.2 2.4 15 4.6M13.2 2.6v10.9"/>"#
            }
            IconName::Stack => {
                r#"<rect x="1.6" y="6" width="4" height="4" rx="1"/><rect x="10.4" y="1.6" width="4" height="3.2" rx="1"/><rect x="10.4" y="6.4" width="4" height="3.2" rx="1"/><rect x="10.4" y="11.2" width="4" height="3.2" rx="1"/><path d="M5.6 8h4.8M8 3.2v9.6M8 3.2h2.4M8 12.8h2.4"/>"#
            }
            IconName::Lift => {
                r#"<path d="M2.5 1.8v12.4M8 1.8v12.4M13.5 1.8v12.4"/><rect x="3.9" y="8.6" width="2.7" height="3.6" fill="currentColor" stroke="none"/><rect x="9.4" y="3.4" width="2.7" height="3.6" fill="currentColor" stroke="none"/>"#
            }
            IconName::Run => r#"<path d="M4.5 2.8v10.4l8.6-5.2z" fill="currentColor"/>"#,
            IconName::Pause => r#"<path d="M5.2 3.4v9.2M10.8 3.4v9.2" stroke-width="2.2"/>"#,
            IconName::Step => r#"<path d="M4 3.4v9.2l6.6-4.6z" fill="currentColor"/><path d="M12.6 3.4v9.2"/>"#,
            IconName::Restart => r#"<path d="M3.2 6.2A5.3 5.3 0 1 1 2.8 9M3 2.6v3.8h3.8"/>"#,
            IconName::Undo => r#"<path d="M5.6 3 2.8 5.8l2.8 2.8M3 5.8h6.4a3.6 3.6 0 0 1 0 7.2H6"/>"#,
            IconName::Redo => r#"<path d="m10.4 3 2.8 2.8-2.8 2.8M13 5.8H6.6a3.6 3.6 0 0 0 0 7.2H10"/>"#,
            IconName::Start => r#"<path d="M3.4 3.4v9.2"/><path d="M12.6 3.4v9.2L6 8z"/>"#,
            IconName::Dice => {
                r#"<rect x="2.4" y="2.4" width="11.2" height="11.2" rx="2.2"/><circle cx="5.7" cy="5.7" r=".9" fill="currentColor" stroke="none"/><circle cx="10.3" cy="5.7" r=".9" fill="currentColor" stroke="none"/><circle cx="8" cy="8" r=".9" fill="currentColor" stroke="none"/><circle cx="5.7" cy="10.3" r=".9" fill="currentColor" stroke="none"/><circle cx="10.3" cy="10.3" r=".9" fill="currentColor" stroke="none"/>"#
            }
            IconName::Compare => r#"<path d="M2 3.5h12M2 6.5h5M2 9.5h9M2 12.5h7"/>"#,
            IconName::Beside => {
                r#"<rect x="2" y="2.4" width="12" height="4.4" rx="1"/><rect x="2" y="9.2" width="12" height="4.4" rx="1"/>"#
            }
            IconName::Share => {
                r#"<path d="M6.4 9.6 9.6 6.4M7.2 4.6l1.4-1.4a2.9 2.9 0 0 1 4.2 4.2l-1.4 1.4M8.8 11.4l-1.4 1.4a2.9 2.9 0 0 1-4.2-4.2l1.4-1.4"/>"#
            }
            IconName::Export => r#"<path d="M8 2.2v7.6M5 7l3 3 3-3M2.6 11.4v2.2h10.8v-2.2"/>"#,
            IconName::Theme => {
                r#"<circle cx="8" cy="8" r="5.6"/><path d="M8 2.4a5.6 5.6 0 0 1 0 11.2z" fill="currentColor"/>"#
            }
            IconName::Help => {
                r#"<circle cx="8" cy="8" r="6"/><path d="M6.2 6.3a1.9 1.9 0 1 1 2.6 2c-.6.3-.8.6-.8 1.2"/><circle cx="8" cy="11.6" r=".5" fill="currentColor" stroke="none"/>"#
            }
            IconName::Search => r#"<circle cx="7" cy="7" r="4.4"/><path d="m10.4 10.4 3.4 3.4"/>"#,
            IconName::Menu => r#"<path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11"/>"#,
            IconName::Down => r#"<path d="m4.5 6.5 3.5 3.5 3.5-3.5"/>"#,
            IconName::Back => r#"<path d="M10 3.5 5.5 8l4.5 4.5"/>"#,
            IconName::Close => r#"<path d="m4 4 8 8M12 4l-8 8"/>"#,
            IconName::Next => r#"<path d="m6 3.6 4.4 4.4L6 12.4"/>"#,
            IconName::Check => r#"<path d="m3.2 8.4 3.2 3.2 6.4-7"/>"#,
            IconName::Warning => r#"<path d="M8 2.4 14.4 13.4H1.6z"/><path d="M8 6.4v3.2M8 11.6v.1"/>"#,
            IconName::Notice => r#"<circle cx="8" cy="8" r="6"/><path d="M8 7.2v4M8 4.8v.1"/>"#,
            IconName::Cabinet => {
                r#"<rect x="2.5" y="2" width="11" height="12" rx="1"/><path d="M2.5 6h11M2.5 10h11M7 4h2M7 8h2M7 12h2"/>"#
            }
            IconName::Race => {
                r#"<path d="M2 4.5h5l3 3.5h4M2 11.5h5L10 8"/><path d="m4.5 3 1.6 1.5L4.5 6M4.5 10l1.6 1.5L4.5 13"/>"#
            }
            IconName::Unit => r#"<path d="M1.5 11h13M2 11V7.5M5 11V9M8 11V7.5M11 11V9M14 11V7.5"/>"#,
            IconName::Lost => r#"<path d="M1.5 5h5l2.5 3"/><path d="m11 10 1 1.2M13.4 12.8l.6.7"/>"#,
            IconName::Dead => {
                r#"<rect x="1.5" y="5" width="13" height="6" rx="3"/><circle cx="5" cy="8" r="1.4"/><path d="M3 13.5 13 2.5"/>"#
            }
            IconName::Order => {
                r#"<path d="M2 4.5h3l5 7h4M2 11.5h3l5-7h4M12.4 3 14 4.5 12.4 6M12.4 10l1.6 1.5-1.6 1.5"/>"#
            }
            IconName::Leak => r#"<path d="M8 2C5.5 5.6 4.2 7.6 4.2 9.7a3.8 3.8 0 0 0 7.6 0C11.8 7.6 10.5 5.6 8 2z"/>"#,
            IconName::Table => {
                r#"<rect x="2.4" y="3" width="11.2" height="10" rx="1.2"/><path d="M2.4 6.4h11.2M2.4 9.7h11.2M6.8 6.4V13"/>"#
            }
            IconName::Dot => r#"<circle cx="8" cy="8" r="3"/>"#,
        }
    }
}

/// The drawing of a wheel in a mill race.
const BRAND: &str = r#"<svg viewBox="0 0 22 22" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" aria-hidden="true"><circle cx="12" cy="12.6" r="5.6"/><circle cx="12" cy="12.6" r="1.1" fill="currentColor" stroke="none"/><path d="M12 7v2.6M12 15.6v2.6M6.4 12.6H9M15 12.6h2.6M8 8.6l1.9 1.9M14.1 14.7l1.9 1.9M16 8.6l-1.9 1.9M8 16.6l1.9-1.9"/><path d="M1.5 4h14.2c2.8 0 4.6 1.8 4.6 4.4" stroke="var(--accent)" stroke-width="2"/></svg>"#;

/// The glyph for a word.
pub fn icon(word: &str) -> Html {
    icon_of(IconName::from_word(word))
}

/// A glyph. It is the same markup whenever the page renders, which Yew then leaves alone.
pub fn icon_of(name: IconName) -> Html {
    let drawing = name.drawing();
    let svg = format!(r#"<svg class="i" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{drawing}</svg>"#);
    Html::from_html_unchecked(AttrValue::from(svg))
}

/// The mark of the page.
pub fn brand() -> Html {
    Html::from_html_unchecked(AttrValue::Static(BRAND))
}

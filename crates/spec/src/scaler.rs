//! What a pool shows of how its size is found, on its own station, for whoever draws it, checks it or reports it.

use millrace_trace::{Gauge, Span};

/// What the gauges of a pool that is scaled mean. They stand behind those of a pool of connections. Use is in millionths of the size, a threshold too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScalerGauges {
    /// How many there may be.
    pub size: Gauge,
    /// How much was used at the last look; said at each.
    pub used: Gauge,
    /// What the rule goes by; said at each look.
    pub mean: Gauge,
    /// The highest use there ever was.
    pub peak: Gauge,
    /// Above this there are to be more.
    pub up: Gauge,
    /// Below this fewer.
    pub down: Gauge,
    /// Until when it rests after a step, in ns; 0 before the first.
    pub rests_until: Gauge,
    /// What came of the last look: 1 up, -1 down, 0 neither.
    pub stepped: Gauge,
    /// How many looks are kept.
    pub kept: Gauge,
    /// How many more are in use after an hour if it goes on so, in thousandths. Said by whoever works it out.
    pub trend: Gauge,
    /// How many have had to wait, and for how long in all, in ns: as the alerts read it.
    pub waits: Gauge,
    /// See [`ScalerGauges::waits`].
    pub waited: Gauge,
    /// How many had to wait between the last two looks, whatever the alerts read.
    pub waits_lately: Gauge,
    /// How many alerts came so far: of the use, of the time waited, of the waits.
    pub alerts: [Gauge; 3],
    /// Whether one of those at the last look was about waits: 1.
    pub warns_of_waits: Gauge,
    /// Whether its health is degraded: 1.
    pub degraded: Gauge,
    /// How many opening a connection was in vain for, since the last look.
    pub in_vain: Gauge,
    /// How many are expected to be wanted [so much later](Expects::ahead); said at each look from when it is known on.
    pub expected: Gauge,
    /// The size that the rule would go to if it did not rest. Said by a rule that knows it.
    pub wish: Gauge,
    /// The share of those who wanted one and had to wait, in millionths, as the rule read it last. Said by a rule that goes by it.
    pub waited_share: Gauge,
}

impl ScalerGauges {
    /// The gauges of every pool that is scaled.
    pub const ALL: ScalerGauges = ScalerGauges {
        size: Gauge(32),
        used: Gauge(33),
        mean: Gauge(34),
        peak: Gauge(35),
        up: Gauge(36),
        down: Gauge(37),
        rests_until: Gauge(38),
        stepped: Gauge(50),
        kept: Gauge(39),
        trend: Gauge(40),
        waits: Gauge(41),
        waited: Gauge(42),
        waits_lately: Gauge(43),
        alerts: [Gauge(44), Gauge(48), Gauge(49)],
        warns_of_waits: Gauge(45),
        degraded: Gauge(46),
        in_vain: Gauge(47),
        expected: Gauge(51),
        wish: Gauge(52),
        waited_share: Gauge(53),
    };

    /// Whether it is said at each look, so that its past is the looks themselves.
    pub fn is_a_look(gauge: Gauge) -> bool {
        let ScalerGauges { size, used, mean, expected, .. } = ScalerGauges::ALL;
        [size, used, mean, expected].contains(&gauge)
    }
}

/// How the size of a pool is found. What its station shows is in [`ScalerGauges`].
#[derive(Clone, Debug, PartialEq)]
pub struct Scaler {
    /// The greatest size it may have, whichever way it comes to it.
    pub most: u32,
    /// How often somebody looks.
    pub every: Span,
    /// How long it rests after a step; zero where it does not.
    pub rests: Span,
    /// The thresholds that were meant, in percent, where those in force are others.
    pub meant: Option<[f64; 2]>,
    /// Whether somebody works out where its use is going, and its health goes by the use there is. Otherwise by the highest that there ever was.
    pub trend: bool,
    /// What the rule goes by.
    pub goes_by: GoesBy,
    /// What it expects, where it does.
    pub expects: Option<Expects>,
    /// The share of those who want one that may have to wait, where the target is moved towards that.
    pub goal: Option<f64>,
}

/// What a rule of size goes by.
#[derive(Clone, Debug, PartialEq)]
pub enum GoesBy {
    /// The mean use of the last looks.
    Mean,
    /// The use at the last look.
    Use,
    /// What is wanted, in percent of the size: more than a hundred where somebody waits.
    Wanted,
    /// A measure that somebody declared.
    Own {
        /// As it was written.
        says: String,
        /// What it is meant to be.
        target: f64,
    },
}

/// What a rule expects of a load that repeats itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expects {
    /// After how long.
    pub season: Span,
    /// How far ahead it looks.
    pub ahead: Span,
}

//! Tuned: a proportional rule whose target is moved by a controller, towards a share of those who may have to wait. It is *auto-tuning*.
//!
//! Whoever chooses a target guesses how far the load swings while the rule rests. The controller measures it instead:
//!
//! target ← clamp(target + gain × 100 × (goal − share), bounds)
//!
//! where share = those who had to wait ÷ those who wanted one, over the looks since it moved the target last. It is the discrete integral law (Hellerstein, Diao,
//! Parekh and Tilbury, "Feedback Control of Computing Systems", 2004, chapter 8), with the target use of an autoscaler as what it turns, as in Lim, Babu, Chase
//! and Parekh, "Automated Control in Cloud Computing: Challenges and Opportunities", ACDC 2009. Where all are served the target rises by gain × goal, a
//! little each time; where half of them wait it falls by dozens of percent at once.
//!
//! What is under way says nothing yet: while the rule rests the controller only counts. And where the size is at an end, so that another target would change
//! nothing, the controller does not wind itself up: at the greatest size it goes no further down, at the least no further up (conditional integration, Åström and
//! Hägglund, "PID Controllers", 1995, section 3.5).

use super::look::Look;
use super::proportional::{Proportional, ProportionalSettings};

/// The knobs of [`Tuned`], beside those of the rule that it tunes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TunedSettings {
    /// The share of those who want one that may have to wait.
    pub goal: f64,
    /// How far the target moves: so many percent for each percent by which the share is off.
    pub gain: f64,
    /// The target is never below the first or above the second.
    pub bounds: (f64, f64),
}

/// See [the module](self).
#[derive(Clone, Debug)]
pub struct Tuned {
    rule: Proportional,
    settings: TunedSettings,
    /// Who had to wait, and who wanted one, since the target was moved last.
    waits: u64,
    wanted: u64,
    /// What the last of these shares was.
    share: Option<f64>,
}

impl Tuned {
    /// A rule that begins with the target of these settings, or the bound that is nearest to it.
    pub fn new(rule: ProportionalSettings, settings: TunedSettings) -> Tuned {
        let mut rule = Proportional::new(rule);
        let target = rule.settings().target;
        rule.aim_at(target.max(settings.bounds.0).min(settings.bounds.1));
        Tuned { rule, settings, waits: 0, wanted: 0, share: None }
    }

    /// Takes in a look. How many there should be.
    pub fn look(&mut self, found: &Look) -> u32 {
        self.waits += found.waits;
        self.wanted += u64::from(found.wanted());
        if !self.rule.is_resting(found.now) {
            self.tune(found.size);
        }
        self.rule.look(found.now, found.pressed(), found.size)
    }

    fn tune(&mut self, size: u32) {
        let (waits, wanted) = (std::mem::take(&mut self.waits), std::mem::take(&mut self.wanted));
        if wanted == 0 {
            return;
        }
        let share = (waits as f64 / wanted as f64).min(1.0);
        self.share = Some(share);
        let TunedSettings { goal, gain, bounds: (least, greatest) } = self.settings;
        let off = goal - share;
        let (smallest, largest) = self.rule.settings().ends;
        let in_vain = if off < 0.0 { size >= largest } else { size <= smallest };
        if !in_vain {
            let target = self.rule.settings().target + gain * 100.0 * off;
            self.rule.aim_at(target.max(least).min(greatest));
        }
    }

    /// The rule with the target that is in force.
    pub fn rule(&self) -> &Proportional {
        &self.rule
    }

    /// The share of those who wanted one and had to wait, as the controller read it last.
    pub fn share(&self) -> Option<f64> {
        self.share
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_trace::{SimTime, Span};

    fn tuned(target: f64, cool_down: u64) -> Tuned {
        let rule = ProportionalSettings { ends: (10, 200), target, tolerance: 0.1, cool_down: Span::secs(cool_down) };
        Tuned::new(rule, TunedSettings { goal: 0.01, gain: 0.5, bounds: (20.0, 95.0) })
    }

    fn found(secs: u64, size: u32, wanted: u32, waits: u64) -> Look {
        let in_use = wanted.min(size);
        Look { now: SimTime(secs * 1_000_000_000), size, in_use, waiting: wanted - in_use, waits, ..Look::default() }
    }

    fn target(rule: &Tuned) -> f64 {
        rule.rule().settings().target
    }

    #[test]
    fn the_target_rises_a_little_where_all_are_served_and_falls_by_how_many_waited() {
        let mut rule = tuned(70.0, 0);
        rule.look(&found(30, 100, 70, 0));
        assert_eq!(target(&rule), 70.5, "gain × goal");
        rule.look(&found(60, 100, 70, 7));
        // A tenth waited: 0.5 × (1 − 10) percent.
        assert!((target(&rule) - 66.0).abs() < 1e-9, "{}", target(&rule));
        assert_eq!(rule.share(), Some(0.1));
    }

    #[test]
    fn it_stays_within_its_bounds_and_begins_within_them() {
        let mut low = tuned(70.0, 0);
        low.look(&found(30, 100, 100, 400));
        assert_eq!(target(&low), 20.5, "no more than all of them wait: 0.5 × (1 − 100) percent");
        low.look(&found(60, 100, 100, 100));
        assert_eq!(target(&low), 20.0);
        assert_eq!(target(&tuned(5.0, 0)), 20.0);
        let mut high = tuned(100.0, 0);
        for look in 1..9 {
            high.look(&found(look * 30, 100, 90, 0));
        }
        assert_eq!(target(&high), 95.0);
    }

    #[test]
    fn while_it_rests_it_counts_and_at_an_end_it_does_not_wind_up() {
        let mut rule = tuned(70.0, 120);
        assert_eq!(rule.look(&found(30, 50, 100, 0)), 142, "⌈100 ÷ 0.705⌉");
        for look in 2..5 {
            rule.look(&found(look * 30, 142, 100, 10));
            assert_eq!(target(&rule), 70.5);
        }
        rule.look(&found(150, 142, 100, 0));
        // 30 of 400 over four looks.
        assert!((target(&rule) - (70.5 + 0.5 * (1.0 - 7.5))).abs() < 1e-9);
        let mut full = tuned(70.0, 0);
        full.look(&found(30, 200, 300, 300));
        assert_eq!(target(&full), 70.0, "more than all there may be cannot be had");
        let mut least = tuned(70.0, 0);
        least.look(&found(30, 10, 2, 0));
        assert_eq!(target(&least), 70.0);
        let mut nobody = tuned(70.0, 0);
        nobody.look(&found(30, 100, 0, 0));
        assert_eq!((target(&nobody), nobody.share()), (70.0, None), "where nobody wants one nothing is known");
    }
}

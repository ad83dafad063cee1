//! Classes of requests by how much they matter, and how many come of each, as a list: `high:1,normal:8,low:1`.
//!
//! What cannot be read says which class it is and at which character.

use super::{entries, parse_count};

/// How much a request matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// The first to go.
    Low,
    /// In between.
    Normal,
    /// The last to go.
    High,
}

impl Priority {
    /// All classes, in the order in which they are written and shown: what matters most comes first.
    pub const ALL: [Priority; 3] = [Priority::High, Priority::Normal, Priority::Low];

    /// Its name in links, lists and reports.
    pub const fn id(self) -> &'static str {
        match self {
            Priority::High => "high",
            Priority::Normal => "normal",
            Priority::Low => "low",
        }
    }

    /// The class with this id.
    ///
    /// # Errors
    /// A sentence with the names there are.
    pub fn from_id(id: &str) -> Result<Priority, String> {
        let class = Priority::ALL.into_iter().find(|class| class.id() == id);
        class.ok_or_else(|| format!("\"{id}\" is none of high, normal, low"))
    }

    /// Its place in [`Priority::ALL`].
    pub const fn place(self) -> usize {
        match self {
            Priority::High => 0,
            Priority::Normal => 1,
            Priority::Low => 2,
        }
    }
}

/// How many come of each class, in proportion to each other: in the order of [`Priority::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shares(pub [u64; 3]);

/// The greatest weight.
const MOST: u64 = 1_000_000;

impl Shares {
    /// Whose the lot is: a number from 0 up to 1.
    pub fn of(self, lot: f64) -> Priority {
        drawn(&self.0, lot).and_then(|place| Priority::ALL.get(place).copied()).unwrap_or(Priority::Normal)
    }
}

/// Reads a list of classes with their weights. A class that is left out never comes.
///
/// # Errors
/// What is wrong, and where.
pub fn parse_classes(text: &str) -> Result<Shares, String> {
    parse_weights("class", text, Priority::ALL.map(Priority::id)).map(Shares)
}

/// The same for others than classes, or of other names: the weight of each, in their order. `what` is what one of them is called.
///
/// # Errors
/// What is wrong, and where.
pub fn parse_weights<const N: usize>(what: &str, text: &str, names: [&str; N]) -> Result<[u64; N], String> {
    let mut seen = [None; N];
    for (number, at, entry) in entries(text, ',') {
        let wrong = |why: String| format!("{what} {number}, at character {at}: {why}");
        let (name, weight) = entry.split_once(':').unwrap_or((entry, ""));
        let name = name.trim();
        let place = names.iter().position(|known| *known == name);
        let place = place.ok_or_else(|| wrong(format!("\"{name}\" is none of {}", names.join(", "))))?;
        if weight.trim().is_empty() {
            return Err(wrong(format!("write {name}:1")));
        }
        let weight = parse_count(weight).map_err(wrong)?;
        if weight > MOST {
            return Err(wrong(format!("a weight is {MOST} at most")));
        }
        if let Some(seen) = seen.get_mut(place)
            && seen.replace(weight).is_some()
        {
            return Err(wrong(format!("{name} is there twice")));
        }
    }
    let shares = seen.map(Option::unwrap_or_default);
    match entries(text, ',').next() {
        _ if shares.iter().any(|weight| *weight > 0) => Ok(shares),
        Some((_, at, _)) => Err(format!("at character {at}: all weights are 0, so nobody would come")),
        None => {
            let one = names.get(1).or(names.first()).copied().unwrap_or_default();
            Err(format!("at character 1: there is no {what}, write one as in {one}:1"))
        }
    }
}

/// Whose a lot is, a number from 0 up to 1, where each has a weight: its place.
pub fn drawn(weights: &[u64], lot: f64) -> Option<usize> {
    let total: u64 = weights.iter().sum();
    let mut before = 0;
    weights.iter().position(|weight| {
        before += weight;
        lot * (total as f64) < before as f64
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_read_in_any_order_and_one_that_is_left_out_never_comes() {
        assert_eq!(parse_classes("high:1,normal:8,low:1"), Ok(Shares([1, 8, 1])));
        assert_eq!(parse_classes(" low : 2 , high:0 "), Ok(Shares([0, 0, 2])));
        assert_eq!(parse_classes("normal:1,"), Ok(Shares([0, 1, 0])));
    }

    #[test]
    fn what_is_no_class_says_which_one_and_at_which_character() {
        for (text, says) in [
            ("high:1,vip:2", "class 2, at character 8: \"vip\" is none of high, normal, low"),
            ("high:1, low:x", "class 2, at character 9: "),
            ("high:1.5", "class 1, at character 1: "),
            ("low:-1", "class 1, at character 1: "),
            ("high", "class 1, at character 1: write high:1"),
            ("high:", "write high:1"),
            ("high:1,low:1,high:2", "class 3, at character 14: high is there twice"),
            ("high:0,high:1", "class 2, at character 8: high is there twice"),
            ("high:1000001", "a weight is 1000000 at most"),
            ("high:0, low:0", "at character 1: all weights are 0"),
            ("", "at character 1: there is no class"),
            (" , ", "there is no class"),
        ] {
            let message = parse_classes(text).expect_err(text);
            assert!(message.contains(says), "{text}: {message}");
        }
    }

    #[test]
    fn a_lot_falls_on_each_class_as_its_weight_says() {
        let shares = Shares([1, 8, 1]);
        let of = |lot| shares.of(lot);
        assert_eq!(
            [of(0.0), of(0.099), of(0.1), of(0.899), of(0.9), of(0.999)].map(Priority::place),
            [0, 0, 1, 1, 2, 2]
        );
        let mut counted = [0; 3];
        for lot in 0..1_000 {
            counted[shares.of((f64::from(lot) + 0.5) / 1_000.0).place()] += 1;
        }
        assert_eq!(counted, [100, 800, 100]);
        assert_eq!((0..9).map(|lot| Shares([0, 0, 3]).of(f64::from(lot) / 9.0)).max(), Some(Priority::Low));
    }
}

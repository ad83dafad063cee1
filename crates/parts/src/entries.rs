//! What a script says of each of those who come: its entries one after the other, each as often as it says.
//!
//! A script says when somebody comes and may say who or what that is; where it does not, and where there is none, whoever asks finds it otherwise, by lot mostly.

use super::Traffic;

/// What is left of a script, in words that were read.
#[derive(Debug)]
pub struct Entries<T> {
    rest: std::vec::IntoIter<(Option<T>, u32)>,
    now: (Option<T>, u32),
}

impl<T: Copy> Entries<T> {
    /// The entries of traffic that is a script: `read` makes of each what it says, or nothing.
    pub fn of(traffic: &Traffic, read: impl Fn(&str) -> Option<T>) -> Entries<T> {
        let all: Vec<_> = match traffic {
            Traffic::Script(script) => script.iter().map(|entry| (read(&entry.what), entry.times)).collect(),
            _ => Vec::new(),
        };
        Entries { rest: all.into_iter(), now: (None, 0) }
    }

    /// What it says of the next who comes; nothing where it says nothing, and beyond its end.
    pub fn next_one(&mut self) -> Option<T> {
        while self.now.1 == 0 {
            self.now = self.rest.next()?;
        }
        self.now.1 -= 1;
        self.now.0
    }

    /// What each entry says that is left.
    pub fn all(&self) -> impl Iterator<Item = Option<T>> + '_ {
        self.rest.as_slice().iter().map(|(said, _)| *said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_spec::parse_script;

    #[test]
    fn each_entry_is_said_as_often_as_it_says_and_beyond_the_end_nothing_is() {
        let script = parse_script("7*2@0s;x@1s;9@2s").expect("a good script");
        let mut entries: Entries<u32> = Entries::of(&Traffic::Script(script.into()), |what| what.parse().ok());
        assert_eq!(entries.all().collect::<Vec<_>>(), [Some(7), None, Some(9)]);
        let said: Vec<_> = (0..6).map(|_| entries.next_one()).collect();
        assert_eq!(said, [Some(7), Some(7), None, Some(9), None, None]);
        assert_eq!(Entries::of(&Traffic::Closed, |what| what.parse::<u32>().ok()).next_one(), None);
    }
}

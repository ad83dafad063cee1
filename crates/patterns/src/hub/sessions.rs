//! Whom a message can be for: the sessions of the scenario, which have numbers, and those that came from outside, which have names.
//!
//! A session is known as long as somebody is connected for it, and some time longer, so that who comes again goes on with its interview.
//! There is an end to how many are known, whoever comes: those that nobody is connected for are forgotten first, and where there is
//! no such one nobody new is let in.

use super::messages::Interview;
use super::name;
use millrace_trace::StationId;
use std::collections::BTreeMap;

/// The most sessions that are known by name.
const MOST: usize = 10_000;

/// A session.
#[derive(Debug, Default)]
pub(super) struct Session {
    /// How far its interview is.
    pub interview: Interview,
    /// The station of the connection that it had last.
    last: Option<StationId>,
    /// Its name, where it came from outside and is none of the scenario's.
    name: Option<String>,
    /// How many are connected for it from outside.
    connected: u32,
}

/// All of them.
#[derive(Debug)]
pub(super) struct Sessions {
    /// How many there are by the scenario.
    simulated: u32,
    known: BTreeMap<u32, Session>,
    names: BTreeMap<String, u32>,
    /// Those with a name that somebody is connected for, in the order of their numbers.
    present: Vec<u32>,
    next: u32,
}

impl Sessions {
    pub fn new(simulated: u32) -> Sessions {
        let (known, names) = (BTreeMap::new(), BTreeMap::new());
        Sessions { simulated, known, names, present: Vec::new(), next: simulated + 1 }
    }

    /// How many a message may be for.
    pub fn len(&self) -> u64 {
        u64::from(self.simulated) + self.present.len() as u64
    }

    /// The one at a place among them; none where there are not so many.
    pub fn at(&self, place: u64) -> Option<u32> {
        match place.checked_sub(u64::from(self.simulated)) {
            None => u32::try_from(place + 1).ok(),
            Some(place) => self.present.get(usize::try_from(place).ok()?).copied(),
        }
    }

    /// Its last connection has this station.
    pub fn connected(&mut self, number: u32, station: StationId) {
        self.known.entry(number).or_default().last = Some(station);
    }

    /// The station of its last connection.
    pub fn station(&self, number: u32) -> Option<StationId> {
        self.known.get(&number)?.last
    }

    /// Whether somebody outside reads what it is told.
    pub fn is_read(&self, number: u32) -> bool {
        self.known.get(&number).is_some_and(|session| session.connected > 0)
    }

    /// The session of a number.
    pub fn get(&mut self, number: u32) -> Option<&mut Session> {
        self.known.get_mut(&number)
    }

    /// The number of a session by its name.
    pub fn find(&self, named: &str) -> Option<u32> {
        let simulated = named.strip_prefix('s').and_then(|number| number.parse().ok());
        let simulated =
            simulated.filter(|number| (1..=self.simulated).contains(number) && name(*number, false) == named);
        simulated.or_else(|| self.names.get(named).copied())
    }

    /// Somebody outside connects for a session. Its number, and whether somebody outside was there already; none where there are too many.
    pub fn enter(&mut self, named: &str) -> Option<(u32, bool)> {
        let number = match self.find(named) {
            Some(number) => number,
            None => {
                if self.names.len() >= MOST {
                    self.forget_one()?;
                }
                let number = self.next;
                self.next = number.checked_add(1)?;
                self.names.insert(named.to_owned(), number);
                self.known.insert(number, Session { name: Some(named.to_owned()), ..Session::default() });
                number
            }
        };
        let session = self.known.entry(number).or_default();
        session.connected += 1;
        session.interview.comes_again();
        if session.connected == 1
            && session.name.is_some()
            && let Err(place) = self.present.binary_search(&number)
        {
            self.present.insert(place, number);
        }
        Some((number, session.connected > 1 || number <= self.simulated))
    }

    /// Who had connected for a session is gone.
    pub fn leave(&mut self, number: u32) {
        let Some(session) = self.known.get_mut(&number) else { return };
        session.connected = session.connected.saturating_sub(1);
        if session.connected == 0
            && let Ok(place) = self.present.binary_search(&number)
        {
            self.present.remove(place);
        }
    }

    /// Forgets the one of those that nobody is connected for which came first.
    fn forget_one(&mut self) -> Option<()> {
        let (&number, _) = self.known.iter().find(|(_, session)| session.name.is_some() && session.connected == 0)?;
        let name = self.known.remove(&number)?.name?;
        self.names.remove(&name);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_one_number_as_long_as_it_is_known_and_those_of_the_scenario_have_theirs() {
        let mut sessions = Sessions::new(12);
        assert_eq!(sessions.enter("s07"), Some((7, true)));
        assert_eq!(sessions.enter("s7"), Some((13, false)), "that is no name of the scenario");
        assert_eq!((sessions.enter("otis"), sessions.enter("otis")), (Some((14, false)), Some((14, true))));
        assert_eq!(
            (sessions.len(), sessions.at(6), sessions.at(12), sessions.at(13), sessions.at(14)),
            (14, Some(7), Some(13), Some(14), None)
        );
        sessions.leave(14);
        assert!(sessions.is_read(14), "the other one is there");
        sessions.leave(14);
        assert_eq!((sessions.len(), sessions.is_read(14), sessions.find("otis")), (13, false, Some(14)));
        assert_eq!(sessions.enter("otis"), Some((14, false)));
    }

    #[test]
    fn there_is_an_end_to_how_many_are_known() {
        let mut sessions = Sessions::new(0);
        for n in 0..MOST {
            assert!(sessions.enter(&format!("client {n}")).is_some());
        }
        assert_eq!(sessions.enter("one more"), None, "all are connected");
        let third = sessions.find("client 2").expect("it is known");
        sessions.leave(third);
        assert!(sessions.enter("one more").is_some());
        assert_eq!((sessions.find("client 2"), sessions.names.len(), sessions.known.len()), (None, MOST, MOST));
    }
}

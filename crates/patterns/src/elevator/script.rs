//! The texts of two parameters: which cars there are, and who asks for what and when.
//!
//! `A:0..9,B:-4..5` is a list of cars, `0->9@0s;1->4@6.75s` one of requests. What cannot be read says which entry it is and
//! at which character. What can be read and makes no sense (from a floor to itself, to a floor that nobody has) is no
//! mistake of the text: the running system answers it.

use super::floor::{Floor, HIGHEST, LOWEST};
use millrace_spec::{entries, parse_span};
use millrace_trace::Span;

/// The most cars.
pub const MOST_CARS: usize = 100;
/// The most requests of a script.
const MOST_REQUESTS: usize = 10_000;
/// The latest time in a script. Virtual time has an end, and a run must not come near it.
const LATEST: Span = Span::secs(366 * 86_400);

/// A car to begin with.
#[derive(Clone, Debug, PartialEq)]
pub struct CarSpec {
    /// Its name.
    pub name: String,
    /// The lowest floor it serves.
    pub min: Floor,
    /// The highest.
    pub max: Floor,
}

/// A request of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scripted {
    /// From which floor.
    pub from: Floor,
    /// To which.
    pub to: Floor,
    /// When.
    pub at: Span,
}

fn floor(text: &str) -> Result<Floor, String> {
    if text.trim().is_empty() {
        return Err("a floor is missing".to_owned());
    }
    let number = text.trim().replace('−', "-");
    number.parse().map(Floor).map_err(|_| format!("\"{}\" is no floor; floors are whole numbers", text.trim()))
}

/// Reads a list of cars.
///
/// # Errors
/// What is wrong, and where.
pub fn cars(text: &str) -> Result<Vec<CarSpec>, String> {
    let mut cars: Vec<CarSpec> = Vec::new();
    for (number, at, entry) in entries(text, ',') {
        let car = car(entry).map_err(|why| format!("car {number}, at character {at}: {why}"))?;
        if cars.iter().any(|c| c.name == car.name) {
            return Err(format!("car {number}, at character {at}: there is a car {} already", car.name));
        }
        if cars.len() == MOST_CARS {
            return Err(format!("car {number}, at character {at}: {MOST_CARS} cars are the most"));
        }
        cars.push(car);
    }
    Ok(cars)
}

fn car(entry: &str) -> Result<CarSpec, String> {
    let (name, range) = entry.rsplit_once(':').ok_or("write name:lowest..highest, as in A:0..9")?;
    let (min, max) = range.split_once("..").ok_or("write the floors as lowest..highest, as in 0..9")?;
    let (name, min, max) = (name.trim(), floor(min)?, floor(max)?);
    if name.is_empty() {
        return Err("a name is missing".to_owned());
    }
    if min == max {
        return Err("the lowest and the highest floor cannot be the same".to_owned());
    }
    for floor in [min, max] {
        if floor < LOWEST || floor > HIGHEST {
            return Err(format!("floor {floor} is outside {LOWEST} to {HIGHEST}"));
        }
    }
    Ok(CarSpec { name: name.to_owned(), min, max })
}

/// Reads a script, in the order of time; requests of one instant keep the order of the text.
///
/// # Errors
/// What is wrong, and where.
pub fn requests(text: &str) -> Result<Vec<Scripted>, String> {
    let mut all = Vec::new();
    for (number, at, entry) in entries(text, ';') {
        if all.len() == MOST_REQUESTS {
            return Err(format!("request {number}, at character {at}: {MOST_REQUESTS} requests are the most"));
        }
        all.push(request(entry).map_err(|why| format!("request {number}, at character {at}: {why}"))?);
    }
    millrace_trace::order::sort_by_key(&mut all, |r| r.at);
    Ok(all)
}

fn request(entry: &str) -> Result<Scripted, String> {
    let (trip, at) = entry.split_once('@').ok_or("write from->to@time, as in 0->9@2s")?;
    let (from, to) =
        trip.split_once("->").or_else(|| trip.split_once('→')).ok_or("write the trip as from->to, as in 0->9")?;
    let (from, to) = (floor(from)?, floor(to)?);
    if at.trim().is_empty() {
        return Err("the time is missing".to_owned());
    }
    if at.contains(',') && at.contains("->") {
        return Err("write ; between requests".to_owned());
    }
    let at = parse_span(at, Span::secs(1))?;
    if at > LATEST {
        return Err("the time is later than a year".to_owned());
    }
    Ok(Scripted { from, to, at })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cars_are_read_with_basements_and_spaces() {
        let read = cars(" A:0..9, Lift B : -4..5 ").expect("two cars");
        let of = |name: &str, min, max| CarSpec { name: name.to_owned(), min: Floor(min), max: Floor(max) };
        assert_eq!(read, [of("A", 0, 9), of("Lift B", -4, 5)]);
        assert_eq!(cars(""), Ok(Vec::new()), "a building may begin without any");
    }

    #[test]
    fn what_is_no_car_says_which_one_and_at_which_character() {
        for (text, says) in [
            ("A:0..9,B", "car 2, at character 8: write name:lowest..highest"),
            ("A:0..9, B:0-9", "car 2, at character 9: write the floors"),
            ("A:0..x", "\"x\" is no floor"),
            (":0..9", "a name is missing"),
            ("A:0..", "a floor is missing"),
            ("A:3..3", "the lowest and the highest floor cannot be the same"),
            ("A:0..201", "floor 201 is outside -100 to 200"),
            ("A:0..9,A:0..5", "there is a car A already"),
        ] {
            let message = cars(text).expect_err(text);
            assert!(message.contains(says), "{text}: {message}");
        }
    }

    #[test]
    fn scripts_are_read_in_the_order_of_time() {
        let read = requests("1->4@6.75s; 0->9@0s ;-2→3@500ms").expect("three requests");
        let of = |from, to, ms| Scripted { from: Floor(from), to: Floor(to), at: Span::millis(ms) };
        assert_eq!(read, [of(0, 9, 0), of(-2, 3, 500), of(1, 4, 6_750)]);
    }

    #[test]
    fn what_is_no_request_says_which_one_and_at_which_character() {
        for (text, says) in [
            ("0->9@0s;1->4", "request 2, at character 9: write from->to@time"),
            ("0-9@0s", "request 1, at character 1: write the trip as from->to"),
            ("0->x@0s", "\"x\" is no floor"),
            ("0->9@3 parsecs", "\"parsecs\" is no unit of time"),
            ("0->9@", "the time is missing"),
            ("0->@1s", "a floor is missing"),
            ("0->9@1s,1->2@2s", "write ; between requests"),
            // The end of virtual time: a page that went there was never heard of again.
            ("0->9@18446744073s", "later than a year"),
        ] {
            let message = requests(text).expect_err(text);
            assert!(message.contains(says), "{text}: {message}");
        }
    }
}

//! The bodies of requests, read as the original's decoder reads them, with words for what is wrong.
//!
//! What is missing or null has its zero value, what nobody asked for is ignored, and the case of a name does not matter, as in
//! Go's encoding/json. What is of another type is an error.

use serde_json::{Map, Value as Json};

/// Why a body could not be read.
#[derive(Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Whether it is JSON at all.
    is_json: bool,
    /// What is wrong, and where.
    pub details: String,
}

impl Unreadable {
    /// The message that goes with the details.
    pub fn message(&self) -> &'static str {
        if self.is_json { "the body does not fit" } else { "the body is no valid JSON" }
    }
}

/// Somebody at a floor wants to go to another.
#[derive(Debug, PartialEq, Eq)]
pub struct FloorRequest {
    /// From where.
    pub from: i32,
    /// To where.
    pub to: i32,
}

/// A car to be added.
#[derive(Debug, PartialEq, Eq)]
pub struct NewElevator {
    /// Its name.
    pub name: String,
    /// The lowest floor it serves.
    pub min_floor: i32,
    /// The highest.
    pub max_floor: i32,
    /// With more than this to do it counts as overloaded.
    pub overload_threshold: Option<i64>,
}

/// A car by its name.
#[derive(Debug, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: String,
}

impl FloorRequest {
    /// Reads a body.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(body: &str) -> Result<FloorRequest, Unreadable> {
        let object = object(body)?;
        Ok(FloorRequest { from: floor(&object, "from")?, to: floor(&object, "to")? })
    }
}

impl NewElevator {
    /// Reads a body.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(body: &str) -> Result<NewElevator, Unreadable> {
        let object = object(body)?;
        Ok(NewElevator {
            name: name(&object)?,
            min_floor: floor(&object, "min_floor")?,
            max_floor: floor(&object, "max_floor")?,
            overload_threshold: whole(&object, "overload_threshold")?,
        })
    }
}

impl Named {
    /// Reads a body.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(body: &str) -> Result<Named, Unreadable> {
        Ok(Named { name: name(&object(body)?)? })
    }
}

fn object(body: &str) -> Result<Map<String, Json>, Unreadable> {
    if body.trim().is_empty() {
        return Err(Unreadable { is_json: false, details: "it is empty".to_owned() });
    }
    match serde_json::from_str(body) {
        Ok(Json::Object(object)) => Ok(object),
        Ok(Json::Null) => Ok(Map::new()),
        Ok(other) => Err(unfit(format!("an object is expected, not {}", kind(&other)))),
        Err(error) => Err(Unreadable { is_json: false, details: error.to_string() }),
    }
}

fn unfit(details: String) -> Unreadable {
    Unreadable { is_json: true, details }
}

/// What a value is, in words.
fn kind(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(_) => "a boolean".to_owned(),
        Json::Number(number) => format!("the number {number}"),
        Json::String(_) => "a string".to_owned(),
        Json::Array(_) => "a list".to_owned(),
        Json::Object(_) => "an object".to_owned(),
    }
}

/// A member, whatever the case of its name; the exact one first. Null is as good as missing.
fn member<'a>(object: &'a Map<String, Json>, key: &str) -> Option<&'a Json> {
    let alike = || object.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value);
    object.get(key).or_else(alike).filter(|value| !value.is_null())
}

fn whole<T: TryFrom<i64>>(object: &Map<String, Json>, key: &str) -> Result<Option<T>, Unreadable> {
    let Some(value) = member(object, key) else { return Ok(None) };
    let number = value.as_i64().and_then(|number| T::try_from(number).ok());
    number.map(Some).ok_or_else(|| unfit(format!("{key} must be a whole number in range, not {}", kind(value))))
}

fn floor(object: &Map<String, Json>, key: &str) -> Result<i32, Unreadable> {
    Ok(whole(object, key)?.unwrap_or_default())
}

fn name(object: &Map<String, Json>) -> Result<String, Unreadable> {
    match member(object, "name") {
        None => Ok(String::new()),
        Some(Json::String(name)) => Ok(name.clone()),
        Some(other) => Err(unfit(format!("name must be a string, not {}", kind(other)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_zero_and_names_are_read_in_any_case() {
        assert_eq!(FloorRequest::read(r#"{"From": 1, "TO": 2}"#), Ok(FloorRequest { from: 1, to: 2 }));
        assert_eq!(FloorRequest::read(r#"{"from": 3, "to": null, "why": []}"#), Ok(FloorRequest { from: 3, to: 0 }));
        let new = NewElevator::read(r#"{"name": "C", "max_floor": 9}"#).expect("a car");
        assert_eq!((new.name.as_str(), new.min_floor, new.max_floor, new.overload_threshold), ("C", 0, 9, None));
    }

    #[test]
    fn what_is_wrong_is_said_in_words_of_the_interface() {
        for (body, message, details) in [
            ("", "the body is no valid JSON", "it is empty"),
            (r#"{"from": 3"#, "the body is no valid JSON", "EOF while parsing an object at line 1 column 10"),
            (r#"{"from": 1.5}"#, "the body does not fit", "from must be a whole number in range, not the number 1.5"),
            (r#"{"from": 99999999999}"#, "the body does not fit", "not the number 99999999999"),
            (r#"{"to": "7"}"#, "the body does not fit", "to must be a whole number in range, not a string"),
            ("[1, 2]", "the body does not fit", "an object is expected, not a list"),
        ] {
            let wrong = FloorRequest::read(body).expect_err(body);
            assert_eq!(wrong.message(), message, "{body}");
            assert!(wrong.details.contains(details), "{body}: {}", wrong.details);
        }
        let wrong = Named::read(r#"{"name": 7}"#).expect_err("a number is no name");
        assert_eq!(wrong.details, "name must be a string, not the number 7");
        assert!(NewElevator::read(r#"{"overload_threshold": 1e30}"#).is_err(), "no whole number has so many digits");
    }
}

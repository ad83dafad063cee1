//! A group of parameters that a pattern takes twice: `..l2: ServerParams as "l2"` has the keys `l2-mean`, `l2-slots` and so on.
//!
//! Keys are `&'static str` everywhere, and a pattern's fields are asked for many times a second, so each key that is put together is
//! kept for ever: there are as many as there are fields in the source.

use super::{Field, FieldGroup, Values};
use litemap::LiteMap;
use std::sync::{Mutex, PoisonError};

/// What the keys of a group begin with, for a group that has to know it, as a member: `..prefix: Prefix`. A live parameter is told to
/// the engine by its key, and a group does not know by which name it is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prefix(&'static str);

impl Prefix {
    /// The key of a field that the group itself calls so.
    pub fn key(self, key: &str) -> &'static str {
        joined(self.0, key)
    }
}

impl FieldGroup for Prefix {
    fn fields() -> Vec<Field> {
        Vec::new()
    }

    fn key_of(_: &str) -> Option<&'static str> {
        None
    }

    fn read(values: &Values) -> Prefix {
        Prefix(values.prefix())
    }
}

/// The fields of a group as a pattern has them that takes it with a prefix, for `params!`: keys begin with it, and labels say whose they
/// are.
pub fn prefixed(mut fields: Vec<Field>, prefix: &'static str) -> Vec<Field> {
    let mut whose = prefix.trim_end_matches('-').replace('-', " ");
    if let Some(first) = whose.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    for field in &mut fields {
        field.key = joined(prefix, field.key);
        field.label = kept(format!("{whose}: {}", field.label));
        field.prefix = joined(prefix, field.prefix);
    }
    fields
}

/// A prefix with what comes behind it.
pub(super) fn joined(prefix: &'static str, rest: &str) -> &'static str {
    if rest.is_empty() { prefix } else { kept(format!("{prefix}{rest}")) }
}

fn kept(text: String) -> &'static str {
    static KEPT: Mutex<LiteMap<&'static str, &'static str>> = Mutex::new(LiteMap::new_vec());
    let mut all = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(there) = all.get(text.as_str()) {
        return there;
    }
    let text: &'static str = text.leak();
    all.insert(text, text);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DefaultValue, Fidelity, Role, Value, params};

    fn busy(values: &Values) -> bool {
        values.count("jobs") > 10
    }

    params! {
        /// A group.
        struct Inner {
            ..prefix: Prefix,
            /// How many.
            jobs: u32 => Field::count("jobs", "Jobs", 7, 1..=100).role(Role::Jobs),
            /// How many fit.
            room: u32 => Field::count("room", "Room", 1, 1..=100).when(busy).shipped(DefaultValue::SameAs("jobs")),
        }
    }

    params! {
        /// A pattern that takes the group three times.
        struct Outer {
            ..far: Inner as "far-away" { jobs: 3 },
            ..plain: Inner,
            ;
            ..near: Inner as "near",
        }
    }

    fn values(fidelity: Fidelity, given: &[(&str, u64)]) -> Values {
        Values::resolve(&Outer::fields(), fidelity, |field| {
            given.iter().find(|(key, _)| *key == field.key).map(|(_, n)| Value::Count(*n))
        })
    }

    #[test]
    fn each_of_three_has_keys_labels_and_values_of_its_own() {
        let keys: Vec<_> = Outer::fields().iter().map(|f| (f.key, f.label)).collect();
        let expected = [
            ("far-away-jobs", "Far away: Jobs"),
            ("far-away-room", "Far away: Room"),
            ("jobs", "Jobs"),
            ("room", "Room"),
            ("near-jobs", "Near: Jobs"),
            ("near-room", "Near: Room"),
        ];
        assert_eq!(keys, expected);
        let read = Outer::read(&values(Fidelity::Documented, &[("near-jobs", 20)]));
        assert_eq!((read.far.jobs, read.plain.jobs, read.near.jobs, read.near.room), (3, 7, 20, 1));
        let key = |group: &Inner| group.prefix.key("jobs");
        assert_eq!([key(&read.far), key(&read.plain), key(&read.near)], ["far-away-jobs", "jobs", "near-jobs"]);
    }

    #[test]
    fn what_a_field_looks_at_is_in_its_own_group() {
        let values = values(Fidelity::Shipped, &[("near-jobs", 20)]);
        let shown: Vec<_> = Outer::fields().into_iter().filter(|f| f.is_relevant(&values)).map(|f| f.key).collect();
        assert_eq!(shown, ["far-away-jobs", "jobs", "near-jobs", "near-room"]);
        assert_eq!(["far-away-room", "room", "near-room"].map(|key| values.count(key)), [3, 7, 20]);
    }

    #[test]
    fn a_role_is_first_that_of_the_group_without_a_prefix() {
        assert_eq!(values(Fidelity::Documented, &[("jobs", 9)]).jobs(), Some(9));
    }

    #[test]
    fn a_key_that_is_put_together_is_kept_once() {
        let again = || Outer::fields().first().map(|f| f.key.as_ptr());
        assert_eq!(again(), again());
    }
}

//! The values of a pattern's parameters.

use super::prefix::joined;
use super::{CLOSED, Fidelity, Field, Role, SCRIPT, script_entries, script_total};
use millrace_trace::Span;
use std::borrow::Cow;
use std::fmt;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A whole number.
    Count(u64),
    /// A time.
    Span(Span),
    /// A share or a rate.
    Number(f64),
    /// A choice's id, or a text.
    Word(String),
}

impl fmt::Display for Value {
    /// As links have it: it reads back as the same value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Count(n) => write!(f, "{n}"),
            Value::Span(span) => write!(f, "{span}"),
            Value::Number(x) => write!(f, "{x}"),
            Value::Word(word) => f.write_str(word),
        }
    }
}

impl Value {
    /// The value as live parameters have it: nanoseconds, a count, millionths of a share or rate. 0 for words.
    pub fn as_live(&self) -> i64 {
        match self {
            Value::Count(n) => i64::try_from(*n).unwrap_or(i64::MAX),
            Value::Span(span) => i64::try_from(span.0).unwrap_or(i64::MAX),
            Value::Number(x) => (x * 1e6 + 0.5) as i64,
            Value::Word(_) => 0,
        }
    }

    /// The value of the same type that a live number stands for.
    pub fn from_live(&self, live: i64) -> Value {
        match self {
            Value::Count(_) => Value::Count(live.max(0) as u64),
            Value::Span(_) => Value::Span(Span(live.max(0) as u64)),
            Value::Number(_) => Value::Number(live as f64 / 1e6),
            Value::Word(word) => Value::Word(word.clone()),
        }
    }
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// Of the right type, but outside the range.
    Range {
        /// The nearest value inside.
        nearest: Value,
        /// What to enter instead.
        message: String,
    },
    /// Not of the right type.
    Form(String),
}

impl Problem {
    /// What is wrong, in a sentence without a full stop.
    pub fn message(&self) -> &str {
        match self {
            Problem::Range { message, .. } | Problem::Form(message) => message,
        }
    }
}

/// The values of all parameters of a pattern, in the order of its fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    fidelity: Fidelity,
    entries: Vec<(&'static str, Value)>,
    /// Which entry has a role, those of groups without a prefix first.
    roles: Vec<(Role, usize)>,
    /// Of which group that is taken with a prefix they are.
    prefix: &'static str,
}

impl Values {
    /// The defaults of a pattern's fields with a fidelity, where `given` does not say otherwise.
    pub fn resolve(fields: &[Field], fidelity: Fidelity, given: impl Fn(&Field) -> Option<Value>) -> Values {
        let mut values = Values { fidelity, ..Values::default() };
        let mut of_others = Vec::new();
        for field in fields {
            let value = given(field).unwrap_or_else(|| field.default_value(fidelity, &values));
            let roles = if field.prefix.is_empty() { &mut values.roles } else { &mut of_others };
            roles.extend(field.role.map(|role| (role, values.entries.len())));
            values.entries.push((field.key, value));
        }
        values.roles.append(&mut of_others);
        values
    }

    /// Those of a group that is taken with a prefix, by the keys that the group itself gives them.
    pub fn under(&self, prefix: &'static str) -> Cow<'_, Values> {
        if prefix.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut own = Values { fidelity: self.fidelity, prefix: joined(self.prefix, prefix), ..Values::default() };
        for (index, (key, value)) in self.entries.iter().enumerate() {
            let Some(key) = key.strip_prefix(prefix) else { continue };
            own.roles
                .extend(self.roles.iter().filter(|(_, i)| *i == index).map(|(role, _)| (*role, own.entries.len())));
            own.entries.push((key, value.clone()));
        }
        Cow::Owned(own)
    }

    /// The prefix that their group was taken with, or nothing.
    pub fn prefix(&self) -> &'static str {
        self.prefix
    }

    /// The fidelity they were resolved for.
    pub fn fidelity(&self) -> Fidelity {
        self.fidelity
    }

    /// A value by key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries.iter().find(|(k, _)| *k == key).map(|(_, v)| v)
    }

    /// The value of the first field with a role.
    pub fn with_role(&self, role: Role) -> Option<&Value> {
        let (_, index) = self.roles.iter().find(|(r, _)| *r == role)?;
        self.entries.get(*index).map(|(_, value)| value)
    }

    /// How many jobs there are to be, where a field or a script says.
    pub fn jobs(&self) -> Option<u64> {
        match (self.way_of_arriving(), self.script(), self.with_role(Role::Jobs)) {
            (Some(SCRIPT), Some((script, Role::Costs)), _) => Some(script_entries(script)),
            (Some(SCRIPT), Some((script, _)), _) => Some(script_total(script)),
            (_, _, Some(Value::Count(n))) => Some(*n),
            _ => None,
        }
    }

    /// The script, if there may be one, and what its numbers are.
    fn script(&self) -> Option<(&str, Role)> {
        [Role::Script, Role::Costs].into_iter().find_map(|role| match self.with_role(role)? {
            Value::Word(script) => Some((script.as_str(), role)),
            _ => None,
        })
    }

    /// How long a caller waits for an answer; none where it waits for ever, or calls nobody.
    pub fn patience(&self) -> Option<Span> {
        match self.with_role(Role::Patience) {
            Some(Value::Span(span)) if !span.is_zero() => Some(*span),
            _ => None,
        }
    }

    /// When a run ends by itself, whatever happens in it; none where that depends on what happens.
    pub fn lasts(&self) -> Option<Span> {
        match self.with_role(Role::Lasts) {
            Some(Value::Span(span)) => Some(*span),
            _ => None,
        }
    }

    /// How jobs arrive, by the choice's id: [`SCRIPT`] wherever a script is in force.
    pub fn way_of_arriving(&self) -> Option<&str> {
        match (self.script(), self.with_role(Role::Arrivals)) {
            (Some((script, _)), _) if !script.is_empty() => Some(SCRIPT),
            (_, Some(Value::Word(arrivals))) => Some(arrivals),
            _ => None,
        }
    }

    /// Whether the next job is made when the last was taken, so that none has a time of its own.
    pub fn is_closed_loop(&self) -> bool {
        self.way_of_arriving() == Some(CLOSED)
    }

    /// Whether jobs come when they come, whoever is ready for them. A pattern that knows no such choice says neither.
    pub fn has_open_arrivals(&self) -> bool {
        self.way_of_arriving().is_some_and(|way| way != CLOSED)
    }

    /// Sets a value that is there.
    pub fn set(&mut self, key: &str, value: Value) {
        if let Some((_, slot)) = self.entries.iter_mut().find(|(k, _)| *k == key) {
            *slot = value;
        }
    }

    /// All keys and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.entries.iter().map(|(k, v)| (*k, v))
    }

    /// A count, or 0.
    pub fn count(&self, key: &str) -> u64 {
        match self.get(key) {
            Some(Value::Count(n)) => *n,
            _ => 0,
        }
    }

    /// A time, or none at all.
    pub fn span(&self, key: &str) -> Span {
        match self.get(key) {
            Some(Value::Span(span)) => *span,
            _ => Span::ZERO,
        }
    }

    /// A share or rate, or 0.
    pub fn number(&self, key: &str) -> f64 {
        match self.get(key) {
            Some(Value::Number(x)) => *x,
            _ => 0.0,
        }
    }

    /// A word, or an empty one.
    pub fn word(&self, key: &str) -> &str {
        match self.get(key) {
            Some(Value::Word(word)) => word,
            _ => "",
        }
    }
}

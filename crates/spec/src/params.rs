//! `params!`: a pattern's parameters as a struct whose doc comments become the form's help texts.

use super::{DefaultValue, Field, Value};
use millrace_trace::Span;

/// A set of parameters that several patterns share, or a pattern's own.
pub trait FieldGroup: Sized {
    /// The fields, in the order of the form.
    fn fields() -> Vec<Field>;

    /// The key of the field that a member of the struct is read from: `client-errors` of `client_errors`. None for a group within.
    fn key_of(member: &str) -> Option<&'static str>;

    /// The parameters that a set of values stands for.
    fn read(values: &super::Values) -> Self;
}

/// A share of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share(pub f64);

/// What a value becomes in a parameter struct.
pub trait FromValue {
    /// Reads the value. A missing or wrong one, which the door keeps out, counts as nothing.
    fn from_value(value: Option<&Value>) -> Self;
}

impl FromValue for u32 {
    fn from_value(value: Option<&Value>) -> u32 {
        match value {
            Some(Value::Count(n)) => u32::try_from(*n).unwrap_or(u32::MAX),
            _ => 0,
        }
    }
}

impl FromValue for Span {
    fn from_value(value: Option<&Value>) -> Span {
        match value {
            Some(Value::Span(span)) => *span,
            _ => Span::ZERO,
        }
    }
}

impl FromValue for f64 {
    fn from_value(value: Option<&Value>) -> f64 {
        match value {
            Some(Value::Number(x)) => *x,
            _ => 0.0,
        }
    }
}

impl FromValue for Share {
    fn from_value(value: Option<&Value>) -> Share {
        Share(f64::from_value(value))
    }
}

impl FromValue for String {
    fn from_value(value: Option<&Value>) -> String {
        match value {
            Some(Value::Word(word)) => word.clone(),
            _ => String::new(),
        }
    }
}

/// What can be written in `params!` as another default for a member of type `T`: a plain literal, of the member's own type.
pub trait Given<T> {
    /// The value.
    fn value(self) -> Value;
}

impl Given<u32> for u32 {
    fn value(self) -> Value {
        Value::Count(u64::from(self))
    }
}

impl Given<Span> for Span {
    fn value(self) -> Value {
        Value::Span(self)
    }
}

impl Given<f64> for f64 {
    fn value(self) -> Value {
        Value::Number(self)
    }
}

impl Given<Share> for f64 {
    fn value(self) -> Value {
        Value::Number(self)
    }
}

impl Given<String> for &str {
    fn value(self) -> Value {
        Value::Word(self.to_owned())
    }
}

/// Gives the field behind a member of a group another default, for `params!`; `_of` lets the compiler know the member, and its type.
pub fn set_default<G: FieldGroup, T>(fields: &mut [Field], member: &str, _of: fn(&G) -> &T, given: impl Given<T>) {
    let key = G::key_of(member);
    if let Some(field) = fields.iter_mut().find(|field| Some(field.key) == key) {
        field.default = DefaultValue::Is(given.value());
    }
}

/// Declares a struct of parameters, in the order of the form: groups that come first (`..name: FieldGroup`), then the pattern's
/// own (`name: Type => Field::…`, whose doc comment becomes the help text), then, after a semicolon, the groups that come
/// last.
///
/// A group may have other defaults in a pattern than it has elsewhere, by the members of its struct:
/// `..load: Load { requests: 3_000, arrivals: "poisson" }`. It may be taken several times, with prefixes for its keys:
/// `..l2: ServerParams as "l2" { slots: 4 }` has `l2-mean`, `l2-slots` and so on, and their labels say whose they are.
#[macro_export]
macro_rules! params {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident {
            $(..$first:ident: $first_group:ty $(as $first_prefix:literal)? $({ $($first_member:ident: $first_value:expr),+ $(,)? })?,)*
            $($(#[doc = $doc:literal])+ $field:ident: $ty:ty => $make:expr,)*
            $(; $(..$last:ident: $last_group:ty $(as $last_prefix:literal)? $({ $($last_member:ident: $last_value:expr),+ $(,)? })?,)*)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        $vis struct $name {
            $(#[doc = "A group of parameters."] pub $first: $first_group,)*
            $($(#[doc = $doc])+ pub $field: $ty,)*
            $($(#[doc = "A group of parameters."] pub $last: $last_group,)*)?
        }

        impl $crate::FieldGroup for $name {
            #[allow(clippy::vec_init_then_push, reason = "whether a group or a field comes first differs")]
            fn fields() -> Vec<$crate::Field> {
                let mut fields = Vec::new();
                $(fields.extend($crate::params!(@group $first_group $(as $first_prefix)? $({ $($first_member: $first_value),+ })?));)*
                $(fields.push(($make).help(concat!($($doc),+)));)*
                $($(fields.extend($crate::params!(@group $last_group $(as $last_prefix)? $({ $($last_member: $last_value),+ })?));)*)?
                fields
            }

            fn key_of(member: &str) -> Option<&'static str> {
                match member {
                    $(stringify!($field) => Some(($make).key),)*
                    _ => None,
                }
            }

            fn read(values: &$crate::Values) -> Self {
                $(let $first = $crate::params!(@read values, $first_group $(as $first_prefix)?);)*
                $(let $field = <$ty as $crate::FromValue>::from_value(values.get(($make).key));)*
                $($(let $last = $crate::params!(@read values, $last_group $(as $last_prefix)?);)*)?
                $name { $($first,)* $($field,)* $($($last,)*)? }
            }
        }
    };
    (@group $group:ty $(as $prefix:literal)? $({ $($member:ident: $value:expr),+ })?) => {{
        #[allow(unused_mut, reason = "most groups are taken as they are")]
        let mut fields = <$group as $crate::FieldGroup>::fields();
        $($($crate::set_default::<$group, _>(&mut fields, stringify!($member), |group| &group.$member, $value);)+)?
        $(let fields = $crate::prefixed(fields, concat!($prefix, "-"));)?
        fields
    }};
    (@read $values:ident, $group:ty) => { <$group as $crate::FieldGroup>::read($values) };
    (@read $values:ident, $group:ty as $prefix:literal) => {
        <$group as $crate::FieldGroup>::read(&$values.under(concat!($prefix, "-")))
    };
}

#[cfg(test)]
mod tests {
    use super::FieldGroup;
    use crate::{Fidelity, Field, Share, Values};
    use millrace_trace::Span;

    params! {
        /// A group.
        struct Inner {
            /// How many.
            jobs: u32 => Field::count("jobs-to-do", "Jobs", 7, 1..=100),
            /// How long.
            hold: Span => Field::span("hold", "Hold", Span::ZERO, Span::ZERO..=Span::secs(1)),
            /// How often.
            errors: Share => Field::share("errors", "Errors", 0.0, 1.0),
        }
    }

    params! {
        /// A pattern's own.
        struct Outer {
            ..inner: Inner { jobs: 3, errors: 0.25 },
            /// How fast.
            rate: f64 => Field::rate("rate", "Rate", 2.0, 0.0..=9.0),
        }
    }

    #[test]
    fn a_group_has_other_defaults_where_it_was_given_them_and_nowhere_else() {
        let read = Outer::read(&Values::resolve(&Outer::fields(), Fidelity::Documented, |_| None));
        assert_eq!((read.inner.jobs, read.inner.errors, read.inner.hold), (3, Share(0.25), Span::ZERO));
        assert_eq!(read.rate, 2.0);
        let plain = Inner::read(&Values::resolve(&Inner::fields(), Fidelity::Documented, |_| None));
        assert_eq!((plain.jobs, plain.errors), (7, Share(0.0)));
    }

    #[test]
    fn a_member_is_known_by_the_key_of_its_field() {
        assert_eq!(Inner::key_of("jobs"), Some("jobs-to-do"));
        assert_eq!(Outer::key_of("inner"), None);
    }
}

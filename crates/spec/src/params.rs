//! `params!`: a pattern's parameters as a struct whose doc comments become the form's help texts.

use super::{Field, Value};
use millrace_trace::Span;

/// A set of parameters that several patterns share, or a pattern's own.
pub trait FieldGroup: Sized {
    /// The fields, in the order of the form.
    fn fields() -> Vec<Field>;

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

/// Declares a struct of parameters, in the order of the form: groups that come first (`..name: FieldGroup`), then the pattern's
/// own (`name: Type => Field::…`, whose doc comment becomes the help text), then, after a semicolon, the groups that come
/// last.
#[macro_export]
macro_rules! params {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident {
            $(..$first:ident: $first_group:ty,)*
            $($(#[doc = $doc:literal])+ $field:ident: $ty:ty => $make:expr,)*
            $(; $(..$last:ident: $last_group:ty,)*)?
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
                $(fields.extend(<$first_group as $crate::FieldGroup>::fields());)*
                $(fields.push(($make).help(concat!($($doc),+)));)*
                $($(fields.extend(<$last_group as $crate::FieldGroup>::fields());)*)?
                fields
            }

            fn read(values: &$crate::Values) -> Self {
                $(let $first = <$first_group as $crate::FieldGroup>::read(values);)*
                $(let $field = <$ty as $crate::FromValue>::from_value(values.get(($make).key));)*
                $($(let $last = <$last_group as $crate::FieldGroup>::read(values);)*)?
                $name { $($first,)* $($field,)* $($($last,)*)? }
            }
        }
    };
}

//! One parameter of a pattern: key, words, type, range, default. The form, the link and `millrace list` are made of these.

use super::prefix::joined;
use super::values::{Problem, Value};
use super::{Fidelity, Values};
use millrace_trace::Span;

/// A parameter.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name in links, on the command line and in test handles.
    pub key: &'static str,
    /// Its name on the page.
    pub label: &'static str,
    /// What it does, in a sentence or two.
    pub help: &'static str,
    /// Its type and range.
    pub kind: Kind,
    /// What it is if nobody says otherwise.
    pub default: DefaultValue,
    /// What it is by default with the fidelity *shipped*, if that is something else.
    pub shipped: Option<DefaultValue>,
    /// The word behind the number on the page: "/s", "workers".
    pub unit: &'static str,
    /// Whether the simple form shows it.
    pub level: Level,
    /// Whether a change is felt while the run goes on, rather than with the next one.
    pub live: bool,
    /// When it matters at all; none for always.
    pub relevant: Option<fn(&Values) -> bool>,
    /// What is wrong with its value beside the others', in a sentence without a full stop: a least limit above the greatest. Nothing for
    /// most, whose range says all.
    pub fits: Option<Fits>,
    /// What there is to say of its value beside the others' that is no mistake: that it never acts, or acts as another would. Nothing for most.
    pub remark: Option<Remark>,
    /// What it means to those who know no pattern; none for most.
    pub role: Option<Role>,
    /// What the keys of its group begin with, where a pattern takes that with a prefix: it looks at others of its group only.
    pub prefix: &'static str,
}

/// Looks at all values, and says why one cannot stand beside the others.
pub type Fits = fn(&Values) -> Result<(), String>;

/// Looks at all values, and says what nobody would expect of one beside the others, in a few words without a full stop.
pub type Remark = fn(&Values) -> Option<String>;

/// What a field means to form, report and picture, which know no pattern and no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A count: how many jobs there are to be. Progress, what is left at the source and the matrix of all jobs are made of it.
    Jobs,
    /// A choice: how jobs arrive. [`CLOSED`] is a loop that makes the next when the last was taken; with any other a response is
    /// measured from its intended start.
    Arrivals,
    /// A text: a script of arrivals. One that is not empty is in force whatever the arrivals are.
    Script,
    /// The same, where *n is what an entry costs: each entry is one job.
    Costs,
    /// A time: how long a caller waits for an answer, 0 for ever. It is a line in the chart of latencies.
    Patience,
    /// A time: how long it goes on. The run ends by itself then, also where nothing happens until that.
    Lasts,
    /// A choice: how the simulated server behaves. Who has such a field calls a server, which a real endpoint can replace.
    Server,
}

/// The choice of [`Role::Arrivals`] that is no stream.
pub const CLOSED: &str = "closed";
/// The choice of [`Role::Arrivals`] that leaves all to the script.
pub const SCRIPT: &str = "script";

/// Which form shows a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Both.
    Simple,
    /// The advanced one only.
    Advanced,
}

/// The default of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum DefaultValue {
    /// This value.
    Is(Value),
    /// Whatever another field, which comes earlier in the list, is.
    SameAs(&'static str),
    /// So many hundredths of another field, which is a count or a time and comes earlier in the list. Behind a reference, as there are many fields and few of these.
    PercentOf(&'static (&'static str, u64)),
}

/// The type of a field, and its range.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A whole number.
    Count {
        /// The least.
        min: u64,
        /// The greatest.
        max: u64,
    },
    /// A time.
    Span {
        /// The shortest.
        min: Span,
        /// The longest.
        max: Span,
    },
    /// A share of one, written as a number from 0 to 1.
    Share {
        /// The greatest, at most 1.
        max: f64,
    },
    /// A number per second.
    Rate {
        /// The least.
        min: f64,
        /// The greatest.
        max: f64,
    },
    /// One of a few words.
    Choice(&'static [Choice]),
    /// Text of a form that the pattern checks.
    Text {
        /// What the text must look like.
        form: &'static str,
        /// Says what is wrong with a text.
        check: fn(&str) -> Result<(), String>,
        /// Texts that it accepts, of different kinds, for tests by chance.
        examples: &'static [&'static str],
    },
}

/// One of a few words.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// In links.
    pub id: &'static str,
    /// On the page.
    pub label: &'static str,
    /// What it means.
    pub help: &'static str,
}

impl Field {
    fn new(key: &'static str, label: &'static str, kind: Kind, default: Value) -> Field {
        Field {
            key,
            label,
            help: "",
            kind,
            default: DefaultValue::Is(default),
            shipped: None,
            unit: "",
            level: Level::Advanced,
            live: false,
            relevant: None,
            fits: None,
            remark: None,
            role: None,
            prefix: "",
        }
    }

    /// A whole number from `min` to `max`.
    pub fn count(key: &'static str, label: &'static str, default: u64, range: std::ops::RangeInclusive<u64>) -> Field {
        Field::new(key, label, Kind::Count { min: *range.start(), max: *range.end() }, Value::Count(default))
    }

    /// A time from `min` to `max`.
    pub fn span(key: &'static str, label: &'static str, default: Span, range: std::ops::RangeInclusive<Span>) -> Field {
        Field::new(key, label, Kind::Span { min: *range.start(), max: *range.end() }, Value::Span(default))
    }

    /// A share from 0 to `max`.
    pub fn share(key: &'static str, label: &'static str, default: f64, max: f64) -> Field {
        Field::new(key, label, Kind::Share { max }, Value::Number(default))
    }

    /// A number per second.
    pub fn rate(key: &'static str, label: &'static str, default: f64, range: std::ops::RangeInclusive<f64>) -> Field {
        Field::new(key, label, Kind::Rate { min: *range.start(), max: *range.end() }, Value::Number(default)).unit("/s")
    }

    /// One of a few words; the default is one of them.
    pub fn choice(key: &'static str, label: &'static str, default: &'static str, choices: &'static [Choice]) -> Field {
        Field::new(key, label, Kind::Choice(choices), Value::Word(default.to_owned()))
    }

    /// A text that `check` accepts, as it does each of the `examples`.
    pub fn text(
        key: &'static str,
        label: &'static str,
        default: &str,
        form: &'static str,
        check: fn(&str) -> Result<(), String>,
        examples: &'static [&'static str],
    ) -> Field {
        Field::new(key, label, Kind::Text { form, check, examples }, Value::Word(default.to_owned()))
    }

    /// With this explanation.
    pub fn help(mut self, help: &'static str) -> Field {
        self.help = help.trim();
        self
    }

    /// With this word behind the number. A time with the word "s" has that for a number without a unit, in place of milliseconds.
    pub fn unit(mut self, unit: &'static str) -> Field {
        self.unit = unit;
        self
    }

    /// Shown in the simple form too.
    pub fn simple(mut self) -> Field {
        self.level = Level::Simple;
        self
    }

    /// Felt at once when it is changed.
    pub fn live(mut self) -> Field {
        self.live = true;
        self
    }

    /// By default something else with the fidelity *shipped*.
    pub fn shipped(mut self, default: DefaultValue) -> Field {
        self.shipped = Some(default);
        self
    }

    /// With a meaning to those who know no pattern.
    pub fn role(mut self, role: Role) -> Field {
        self.role = Some(role);
        self
    }

    /// Only of use when this holds.
    pub fn when(mut self, relevant: fn(&Values) -> bool) -> Field {
        self.relevant = Some(relevant);
        self
    }

    /// Good only beside values of others with which this does not complain. Where two fields bound each other, both say so, so that the
    /// message stands at the one that was changed last.
    pub fn fits(mut self, fits: Fits) -> Field {
        self.fits = Some(fits);
        self
    }

    /// With something to say of its value beside those of others: "never acts: the lifetime is shorter". The value stays good.
    pub fn remark(mut self, remark: Remark) -> Field {
        self.remark = Some(remark);
        self
    }

    /// What there is to say of its value beside these others; nothing where it cannot stand there at all, or does not matter.
    pub fn remarked(&self, values: &Values) -> Option<String> {
        let remark = self.remark.filter(|_| self.is_relevant(values) && self.misfit(values).is_none())?;
        remark(&values.under(self.prefix))
    }

    /// Why its value cannot stand beside these others; nothing where it can, or does not matter.
    pub fn misfit(&self, values: &Values) -> Option<String> {
        let fits = self.fits.filter(|_| self.is_relevant(values))?;
        fits(&values.under(self.prefix)).err()
    }

    /// Whether the field matters with these values.
    pub fn is_relevant(&self, values: &Values) -> bool {
        self.relevant.is_none_or(|relevant| relevant(&values.under(self.prefix)))
    }

    /// The default with a fidelity, given the values of the earlier fields.
    pub fn default_value(&self, fidelity: Fidelity, earlier: &Values) -> Value {
        let default = match (&self.shipped, fidelity) {
            (Some(shipped), Fidelity::Shipped) => shipped,
            _ => &self.default,
        };
        match default {
            DefaultValue::Is(value) => value.clone(),
            DefaultValue::SameAs(key) => self.by_another(earlier, key, 100),
            DefaultValue::PercentOf((key, percent)) => self.by_another(earlier, key, *percent),
        }
    }

    /// So many hundredths of another field, as many as there can be here; of one that is neither a count nor a time, all of it.
    fn by_another(&self, earlier: &Values, key: &'static str, percent: u64) -> Value {
        let own = earlier.get(joined(self.prefix, key)).or_else(|| earlier.get(key));
        match (own, &self.kind) {
            (Some(Value::Count(n)), Kind::Count { min, max }) => {
                Value::Count((n.saturating_mul(percent) / 100).clamp(*min, *max))
            }
            (Some(Value::Span(span)), Kind::Span { min, max }) => {
                Value::Span(Span(span.0.saturating_mul(percent) / 100).clamp(*min, *max))
            }
            (same, _) => same.cloned().unwrap_or(Value::Count(0)),
        }
    }

    /// Reads a text as this field's value.
    ///
    /// # Errors
    /// [`Problem::Range`] with the nearest value within the range, or [`Problem::Form`] where there is none; both say what
    /// is wrong in a sentence.
    pub fn read(&self, text: &str) -> Result<Value, Problem> {
        let form = Problem::Form;
        match &self.kind {
            Kind::Count { min, max } => {
                let negative =
                    text.trim().strip_prefix(['-', '−']).is_some_and(|rest| super::parse_count(rest).is_ok());
                let count = if negative { None } else { Some(super::parse_count(text).map_err(form)?) };
                self.within(
                    count.is_some_and(|c| (*min..=*max).contains(&c)),
                    Value::Count(count.unwrap_or(0).clamp(*min, *max)),
                )
            }
            Kind::Span { min, max } => {
                let span = super::parse_span(text, self.bare().0).map_err(form)?;
                self.within((*min..=*max).contains(&span), Value::Span(span.clamp(*min, *max)))
            }
            Kind::Share { max } => {
                let text = text.trim();
                let number = match text.strip_suffix('%') {
                    Some(percent) => super::parse_number(percent).map_err(form)? / 100.0,
                    None => super::parse_number(text).map_err(form)?,
                };
                self.within((0.0..=*max).contains(&number), Value::Number(number.clamp(0.0, *max)))
            }
            Kind::Rate { min, max } => {
                let number = super::parse_number(text).map_err(form)?;
                self.within((*min..=*max).contains(&number), Value::Number(number.clamp(*min, *max)))
            }
            Kind::Choice(choices) => {
                let word = text.trim();
                if choices.iter().any(|c| c.id == word) {
                    return Ok(Value::Word(word.to_owned()));
                }
                let ids: Vec<_> = choices.iter().map(|c| c.id).collect();
                Err(Problem::Form(format!("\"{word}\" is none of {}", ids.join(", "))))
            }
            Kind::Text { check, .. } => {
                check(text).map_err(form)?;
                Ok(Value::Word(text.to_owned()))
            }
        }
    }

    /// What a number without a unit means in a field of a time, and its name.
    fn bare(&self) -> (Span, &'static str) {
        if self.unit == "s" { (Span::secs(1), "s") } else { (Span::millis(1), "ms") }
    }

    /// A time as a box shows it, and the unit beside that: what is in the box is read as the same time. The box has room for six digits: what has more is written with a
    /// unit of its own, `40m`.
    pub fn boxed(&self, span: Span) -> (String, &'static str) {
        let (one, unit) = self.bare();
        if span.0 / one.0 >= 1_000_000 {
            return (span.to_string(), "");
        }
        let digits = format!("{:.9}", span.0 as f64 / one.0 as f64);
        (digits.trim_end_matches('0').trim_end_matches('.').to_owned(), unit)
    }

    fn within(&self, inside: bool, nearest: Value) -> Result<Value, Problem> {
        if inside { Ok(nearest) } else { Err(Problem::Range { nearest, message: format!("enter {}", self.range()) }) }
    }

    /// The range in words: `1–256`, `0ms–10s`, `one of closed, poisson, constant`.
    pub fn range(&self) -> String {
        match &self.kind {
            Kind::Count { min, max } => format!("{}–{}", thousands(*min), thousands(*max)),
            Kind::Span { min, max } => format!("{min}–{max}"),
            Kind::Share { max } => format!("0–{max}"),
            Kind::Rate { min, max } => format!("{min}–{max}"),
            Kind::Choice(choices) => format!("one of {}", choices.iter().map(|c| c.id).collect::<Vec<_>>().join(", ")),
            Kind::Text { form, .. } => (*form).to_owned(),
        }
    }

    /// The ends of a slider over it: its range, but no further than people want to slide. None for what is no number.
    pub fn slides(&self) -> Option<(f64, f64)> {
        let (low, high) = match &self.kind {
            Kind::Count { min, max } => (*min as f64, *max as f64),
            // Seconds, or a thousand of the least where that is long.
            Kind::Span { min, max } => {
                (min.0 as f64, max.0.min(min.0.saturating_mul(1_000).max(10_000_000_000)) as f64)
            }
            Kind::Share { max } => (0.0, *max),
            Kind::Rate { min, max } => (min.max(1.0), max.min(100_000.0)),
            Kind::Choice(_) | Kind::Text { .. } => return None,
        };
        // What is below one is read in full as text, and slid to from there.
        Some((low, high.max(low)))
    }

    /// The word for its type in `millrace list`.
    pub fn type_word(&self) -> &'static str {
        match self.kind {
            Kind::Count { .. } => "count",
            Kind::Span { .. } => "duration",
            Kind::Share { .. } => "share",
            Kind::Rate { .. } => "rate",
            Kind::Choice(_) => "choice",
            Kind::Text { .. } => "text",
        }
    }
}

fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

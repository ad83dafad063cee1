//! A configuration as a process finds it in its environment: a line for each variable, `NAME=value`, as a `.env` file has it.
//!
//! What somebody has in a file or a console can so be pasted, and need not be typed into a form. Nothing of it is guessed: a line that cannot be read is
//! told with where it is, and whoever reads takes all lines or none.

/// Variables that a system is configured by, and the parameters of a pattern that take them.
#[derive(Clone, Copy, Debug)]
pub struct Environment {
    /// All variables of the system. A pattern that shows a part of it has no parameter for some.
    pub variables: &'static [Variable],
    /// Which parameter takes which: the variable's name, the parameter's key.
    pub takes: &'static [(&'static str, &'static str)],
    /// Parameters that are so many times their variable, by key: the code multiplies it.
    pub times: &'static [(&'static str, u64)],
}

/// A variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// How its value is written.
    pub form: Form,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A whole number.
    Number,
    /// A time in whole seconds, without a unit.
    Seconds,
    /// `true` or `false`.
    Switch,
}

/// A line that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// The parameter that takes it; none where the pattern has none for it.
    pub key: Option<&'static str>,
    /// The variable.
    pub name: &'static str,
    /// Its value, as a parameter would be written.
    pub value: String,
    /// Where the value begins.
    pub at: Position,
}

/// A place in a text: line and column, both from 1, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Where.
    pub at: Position,
    /// What, in a sentence without a full stop.
    pub what: String,
}

impl Wrong {
    /// "line 3, column 1: …"
    pub fn message(&self) -> String {
        format!("line {}, column {}: {}", self.at.line, self.at.column, self.what)
    }
}

impl Environment {
    /// Reads lines: those that can be read, and what is wrong with the others, each in order: no `=`, no or an unknown name, no value, a variable that has a
    /// value already. Empty ones and those that begin with `#` say nothing; `export ` before a name and quotes round a value may be there, as shells have it.
    pub fn read(&self, text: &str) -> (Vec<Assigned>, Vec<Wrong>) {
        let (mut all, mut wrong) = (Vec::<Assigned>::new(), Vec::new());
        for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            match self.line(index + 1, line, &all) {
                Ok(assigned) => all.extend(assigned),
                Err(what) => wrong.push(what),
            }
        }
        (all, wrong)
    }

    fn line(&self, line: usize, text: &str, before: &[Assigned]) -> Result<Option<Assigned>, Wrong> {
        let wrong = |column: usize, what: String| Wrong { at: Position { line, column }, what };
        let from = |rest: &str| text.chars().count() - rest.chars().count() + 1;
        let rest = text.trim_start();
        if rest.is_empty() || rest.starts_with('#') {
            return Ok(None);
        }
        let said = rest.strip_prefix("export ").unwrap_or(rest).trim_start();
        let Some((name, value)) = said.split_once('=') else {
            let name = said.split_whitespace().next().unwrap_or(said);
            let what = format!("a \"=\" is missing after {name}");
            return Err(wrong(from(said) + name.chars().count(), what));
        };
        let name = name.trim_end();
        if name.is_empty() {
            return Err(wrong(from(said), "there is no name before the \"=\"".to_owned()));
        }
        let Some(variable) = self.variables.iter().find(|variable| variable.name == name) else {
            return Err(wrong(from(said), self.unknown(name)));
        };
        if let Some(earlier) = before.iter().find(|earlier| earlier.name == variable.name) {
            return Err(wrong(from(said), format!("{name} has a value already, in line {}", earlier.at.line)));
        }
        let start = value.trim_start();
        let column = from(start);
        let Some(value) = unquoted(start) else {
            return Err(wrong(column, "the quote that begins here has no end".to_owned()));
        };
        if value.is_empty() {
            return Err(wrong(column, format!("{name} has no value")));
        }
        let value = variable.form.as_parameter(value).map_err(|what| wrong(column, what))?;
        let key = self.takes.iter().find(|(taken, _)| *taken == variable.name).map(|(_, key)| *key);
        // What is no number the parameter says.
        let factor = key.map_or(1, |key| self.factor(key));
        let product = super::parse_count(&value).ok().filter(|_| factor > 1).and_then(|n| n.checked_mul(factor));
        let value = product.map_or(value, |product| product.to_string());
        Ok(Some(Assigned { key, name: variable.name, value, at: Position { line, column } }))
    }

    fn factor(&self, key: &str) -> u64 {
        self.times.iter().find(|(own, _)| *own == key).map_or(1, |(_, times)| (*times).max(1))
    }

    /// That there is no such variable, with the one that was meant where one can tell.
    fn unknown(&self, name: &str) -> String {
        let plain = |name: &str| name.chars().filter(|c| *c != '_').map(|c| c.to_ascii_uppercase()).collect::<String>();
        let meant = self.variables.iter().find(|variable| plain(variable.name) == plain(name));
        match meant {
            Some(variable) => format!("there is no \"{name}\"; its name is {}", variable.name),
            None => format!("there is no variable \"{name}\""),
        }
    }

    /// The lines that say what some values are, for those that a parameter takes.
    pub fn write(&self, value: impl Fn(&str) -> Option<String>) -> String {
        let line = |variable: &Variable| {
            let (_, key) = self.takes.iter().find(|(name, _)| *name == variable.name)?;
            let value = variable.form.of_parameter(&value(key)?);
            let quotient =
                super::parse_count(&value).ok().filter(|_| self.factor(key) > 1).map(|n| n / self.factor(key));
            Some(format!("{}={}\n", variable.name, quotient.map_or(value, |quotient| quotient.to_string())))
        };
        self.variables.iter().filter_map(line).collect()
    }
}

/// A value without its quotes, or without what follows it as a comment; nothing where a quote has no end.
fn unquoted(text: &str) -> Option<&str> {
    match text.chars().next().filter(|quote| matches!(quote, '"' | '\'')) {
        Some(quote) => text.get(1..)?.split_once(quote).map(|(value, _)| value),
        None => Some(text.split(" #").next().unwrap_or(text).trim_end()),
    }
}

impl Form {
    /// A value as a parameter would be written.
    ///
    /// # Errors
    /// It is not of this form. Whether a number is within its range the parameter says.
    fn as_parameter(self, value: &str) -> Result<String, String> {
        let is_whole = value.trim_start_matches('-').chars().all(|c| c.is_ascii_digit());
        match self {
            Form::Number => Ok(value.to_owned()),
            Form::Seconds if is_whole => Ok(format!("{value}s")),
            Form::Seconds => Err(format!("\"{value}\" is no whole number of seconds")),
            Form::Switch => match value {
                "true" | "1" => Ok("on".to_owned()),
                "false" | "0" => Ok("off".to_owned()),
                _ => Err(format!("\"{value}\" is neither true nor false")),
            },
        }
    }

    /// The other way.
    fn of_parameter(self, value: &str) -> String {
        match self {
            Form::Number => value.to_owned(),
            Form::Seconds => {
                let span = super::parse_span(value, millrace_trace::Span::secs(1)).unwrap_or_default();
                (span.0 / 1_000_000_000).to_string()
            }
            Form::Switch => if value == "on" { "true" } else { "false" }.to_owned(),
        }
    }
}

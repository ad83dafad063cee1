//! A measure that somebody declares: a small expression over what a look finds, `(in-use + waiting) / size`. It is a *custom metric*.
//!
//! Sums, differences, products, quotients and brackets of numbers and [`NAMES`]. A minus has spaces round it, as names have one in them. What is divided by nothing is
//! nothing: there are no infinite sizes. What cannot be read says at which character, counted from one.

use super::look::Look;
use millrace_spec::parse_number;

/// What a measure may name: how many are used, wait, are wanted (both), and are there; the use in percent; how many had to wait since the look before, and how many
/// seconds those waited whose wait has ended since, in the mean and at the 95th percentile.
pub const NAMES: [&str; 8] = ["in-use", "waiting", "wanted", "size", "use", "waits", "wait-mean", "wait-p95"];

/// The longest text, which bounds how deep brackets go too.
const LONGEST: usize = 120;

/// An expression, its operations in the order in which they are done.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure(Vec<Part>);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    Number(f64),
    /// One of [`NAMES`].
    Name(usize),
    /// Of the two values before it.
    Done(char),
}

impl Measure {
    /// Reads an expression.
    ///
    /// # Errors
    /// What is wrong, and at which character.
    pub fn read(text: &str) -> Result<Measure, String> {
        let mut reader = Reader { text: text.chars().collect(), at: 0, parts: Vec::new() };
        if reader.text.len() > LONGEST {
            return Err(format!("{LONGEST} characters are the most"));
        }
        reader.sum()?;
        if let Some(rest) = reader.peek() {
            return Err(reader.wrong(&format!("\"{rest}\" is one too many")));
        }
        if !reader.parts.iter().any(|part| matches!(part, Part::Name(_))) {
            return Err(format!("at character 1: nothing in it is measured; write one of {}", NAMES.join(", ")));
        }
        Ok(Measure(reader.parts))
    }

    /// Its value at a look.
    pub fn of(&self, found: &Look) -> f64 {
        let mut values: Vec<f64> = Vec::new();
        for part in &self.0 {
            let value = match *part {
                Part::Number(number) => number,
                Part::Name(name) => named(found, name),
                Part::Done(how) => {
                    let (right, left) = (values.pop().unwrap_or_default(), values.pop().unwrap_or_default());
                    match how {
                        '+' => left + right,
                        '-' => left - right,
                        '*' => left * right,
                        _ if right == 0.0 => 0.0,
                        _ => left / right,
                    }
                }
            };
            values.push(if value.is_finite() { value } else { 0.0 });
        }
        values.pop().unwrap_or_default()
    }
}

fn named(found: &Look, name: usize) -> f64 {
    match name {
        0 => found.in_use.into(),
        1 => found.waiting.into(),
        2 => found.wanted().into(),
        3 => found.size.into(),
        4 => found.used(),
        5 => found.waits as f64,
        6 => found.wait.0.seconds(),
        _ => found.wait.1.seconds(),
    }
}

struct Reader {
    text: Vec<char>,
    at: usize,
    parts: Vec<Part>,
}

impl Reader {
    fn wrong(&self, why: &str) -> String {
        format!("at character {}: {why}", self.at + 1)
    }

    /// The next character that is no space.
    fn peek(&mut self) -> Option<char> {
        while self.text.get(self.at).is_some_and(|c| c.is_whitespace()) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn sum(&mut self) -> Result<(), String> {
        self.all_of(['+', '-'], Reader::product)
    }

    fn product(&mut self) -> Result<(), String> {
        self.all_of(['*', '/'], Reader::value)
    }

    /// What stands between these signs, from the left to the right.
    fn all_of(&mut self, signs: [char; 2], each: fn(&mut Reader) -> Result<(), String>) -> Result<(), String> {
        each(self)?;
        while let Some(sign) = self.peek().filter(|c| signs.contains(c)) {
            self.at += 1;
            each(self)?;
            self.parts.push(Part::Done(sign));
        }
        Ok(())
    }

    fn value(&mut self) -> Result<(), String> {
        match self.peek() {
            None => Err(self.wrong("a name or a number is missing")),
            Some('(') => {
                self.at += 1;
                self.sum()?;
                if self.peek() != Some(')') {
                    return Err(self.wrong("a bracket is not closed"));
                }
                self.at += 1;
                Ok(())
            }
            Some(c) if c.is_ascii_alphanumeric() || c == '.' => self.word(),
            Some(c) => Err(self.wrong(&format!("a name or a number is missing before \"{c}\""))),
        }
    }

    fn word(&mut self) -> Result<(), String> {
        let inside = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let word: String = self.text.iter().skip(self.at).take_while(|c| inside(c)).collect();
        let part = match NAMES.iter().position(|name| *name == word) {
            Some(name) => Part::Name(name),
            None => match parse_number(&word) {
                Ok(number) => Part::Number(number),
                Err(_) => return Err(self.wrong(&format!("\"{word}\" is none of {}", NAMES.join(", ")))),
            },
        };
        self.parts.push(part);
        self.at += word.len();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_trace::Span;

    const FOUND: Look = Look {
        now: millrace_trace::SimTime::ZERO,
        size: 20,
        in_use: 15,
        waiting: 5,
        waits: 8,
        wait: (Span::millis(500), Span::secs(2)),
    };

    #[test]
    fn products_come_before_sums_and_all_from_the_left() {
        for (text, value) in [
            ("waiting", 5.0),
            ("(in-use + waiting) / size", 1.0),
            ("in-use + waiting / size", 15.25),
            ("size - in-use - waiting", 0.0),
            ("size / waiting / 2", 2.0),
            ("2*(waiting+0.5*waits)", 18.0),
            ("use + wanted", 95.0),
            ("wait-mean * 4 + wait-p95", 4.0),
            ("waits / (waiting - 5)", 0.0),
        ] {
            assert_eq!(Measure::read(text).map(|measure| measure.of(&FOUND)), Ok(value), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_at_which_character() {
        for (text, says) in [
            ("", "at character 1: a name or a number is missing"),
            ("waiting / ", "at character 11: a name or a number is missing"),
            ("waiting / sise", "at character 11: \"sise\" is none of in-use"),
            ("in-use-waiting", "at character 1: \"in-use-waiting\" is none of"),
            ("(waiting / size", "at character 16: a bracket is not closed"),
            ("waiting) / size", "at character 8: \")\" is one too many"),
            ("waiting size", "at character 9: \"s\" is one too many"),
            ("waiting * / size", "at character 11: a name or a number is missing before \"/\""),
            ("wäiting", "at character 1: \"w\" is none of"),
            ("1 + 2", "nothing in it is measured"),
            ("waiting % 2", "at character 9: \"%\" is one too many"),
        ] {
            let message = Measure::read(text).expect_err(text);
            assert!(message.contains(says), "{text}: {message}");
        }
        let deep = format!("{}waiting", "(".repeat(2_000));
        assert_eq!(Measure::read(&deep), Err("120 characters are the most".to_owned()));
    }
}

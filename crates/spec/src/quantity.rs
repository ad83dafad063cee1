//! Quantities as people write them: `7,500`, `500ms`, `2s`, `0.86ms`, `5 %`.

use super::decimal;
use millrace_trace::Span;

/// Reads a duration: `500ms`, `2s`, `1m`, `860us`, `100ns`, `1h`; a bare number is in `unit`.
///
/// # Errors
/// A sentence that says what is wrong, for the place where it was typed.
pub fn parse_span(text: &str, unit: Span) -> Result<Span, String> {
    let text = text.trim();
    let cut = text.find(|c: char| c.is_ascii_alphabetic() || c == 'µ').unwrap_or(text.len());
    let (number, suffix) = text.split_at(cut);
    let scale = match suffix.trim() {
        "" => unit.0 as f64,
        "ns" => 1.0,
        "us" | "µs" | "μs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "m" | "min" => 60e9,
        "h" => 3600e9,
        other => return Err(format!("\"{other}\" is no unit of time: use ns, us, ms, s, m or h")),
    };
    let nanos = parse_number(number)? * scale;
    if nanos < 0.0 {
        return Err("a time cannot be negative".to_owned());
    }
    // Half a nanosecond up, so that 0.86 ms is 860,000 ns although 0.86 is not a binary fraction.
    Ok(Span((nanos + 0.5) as u64))
}

/// Reads a whole number, with or without thousands commas.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn parse_count(text: &str) -> Result<u64, String> {
    let digits = without_separators(text);
    if digits.is_empty() {
        return Err("enter a whole number".to_owned());
    }
    digits.parse().map_err(|_| format!("\"{}\" is not a whole number", text.trim()))
}

/// Reads a number, with or without thousands commas.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn parse_number(text: &str) -> Result<f64, String> {
    let digits = without_separators(text);
    if digits.is_empty() {
        return Err("enter a number".to_owned());
    }
    decimal::read(&digits).ok_or_else(|| format!("\"{}\" is not a number", text.trim()))
}

/// A number as people write it: the digits that are only the rounding of a binary fraction are left out, so that
/// 0.00336 × 1000 is 3.36.
pub fn plain(x: f64) -> String {
    // A double has fifteen digits and a bit; what a few operations get wrong is in the last ones.
    decimal::read(&format!("{x:.11e}")).unwrap_or(x).to_string()
}

fn without_separators(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, ',' | '_' | ' ' | '\u{a0}' | '\u{202f}')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_in_every_unit_and_bare_numbers_in_the_given_one() {
        let ms = Span::millis(1);
        assert_eq!(parse_span("500ms", ms), Ok(Span::millis(500)));
        assert_eq!(parse_span(" 2 s ", ms), Ok(Span::secs(2)));
        assert_eq!(parse_span("1m", ms), Ok(Span::secs(60)));
        assert_eq!(parse_span("0.86ms", ms), Ok(Span::nanos(860_000)));
        assert_eq!(parse_span("50", ms), Ok(Span::millis(50)));
        assert_eq!(parse_span("1,500us", ms), Ok(Span::micros(1_500)));
    }

    #[test]
    fn a_number_is_written_with_the_digits_it_was_meant_to_have() {
        // The closed form once said 200000 × 3.3600000000000003 ms ÷ 15.
        assert_ne!((0.00336 * 1e3).to_string(), "3.36", "or this test says nothing");
        assert_eq!([0.00336 * 1e3, 0.1 + 0.2, 20.0, 1.0 / 3.0].map(plain), ["3.36", "0.3", "20", "0.333333333333"]);
        assert_eq!([0.0, -2.5, 1e9, 123_456_789.25].map(plain), ["0", "-2.5", "1000000000", "123456789.25"]);
    }

    #[test]
    fn what_is_no_span_says_why() {
        let ms = Span::millis(1);
        assert!(parse_span("5 parsecs", ms).is_err_and(|e| e.contains("parsecs")));
        assert!(parse_span("-5ms", ms).is_err_and(|e| e.contains("negative")));
        assert!(parse_span("", ms).is_err());
        assert!(parse_span("NaN", ms).is_err());
        assert!(parse_span("1e999s", ms).is_err());
    }

    #[test]
    fn a_span_is_written_so_that_it_reads_back_the_same() {
        for nanos in [0, 1, 860_000, 5_000_000, 1_500_000_000, 60_000_000_000, 123_456_789, u64::from(u32::MAX)] {
            assert_eq!(parse_span(&Span(nanos).to_string(), Span::millis(1)), Ok(Span(nanos)), "{nanos} ns");
        }
    }
}

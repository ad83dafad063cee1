//! Numbers as the page writes them: comma thousands, one decimal of milliseconds below 1,000, a true minus.

/// A whole number with thousands commas: `7,500`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A whole number where there is little room: as [`count`], from ten millions on in millions, `10.8 M`.
pub fn short_count(n: u64) -> String {
    if n < 10_000_000 { count(n) } else { millions(n) }
}

/// A whole number that is to be no wider than so many characters, if that can be: in full, or rounded to millions or thousands.
pub fn count_within(n: u64, characters: usize) -> String {
    let full = count(n);
    if full.len() <= characters || n < 10_000 {
        full
    } else if n < 1_000_000 {
        format!("{} k", (n + 500) / 1_000)
    } else {
        millions(n)
    }
}

/// `10.8 M`
fn millions(n: u64) -> String {
    let tenths = n / 100_000 + u64::from(n % 100_000 >= 50_000);
    format!("{}.{} M", count(tenths / 10), tenths % 10)
}

/// Milliseconds without the unit: one decimal below 1,000, then none.
pub fn millis(nanos: u64) -> String {
    let ms = nanos as f64 / 1e6;
    if ms < 999.95 { format!("{ms:.1}") } else { count((ms + 0.5) as u64) }
}

/// Milliseconds for narrow columns: one decimal below 100, then none.
pub fn short_millis(nanos: u64) -> String {
    let ms = nanos as f64 / 1e6;
    if ms < 99.95 { format!("{ms:.1}") } else { count((ms + 0.5) as u64) }
}

/// Seconds without the unit, two decimals.
pub fn seconds(nanos: u64) -> String {
    format!("{:.2}", nanos as f64 / 1e9)
}

/// Seconds without the unit, where they may be many: two decimals below 10, one below 1,000, then none.
pub fn short_seconds(nanos: u64) -> String {
    let seconds = nanos as f64 / 1e9;
    if seconds < 9.995 {
        format!("{seconds:.2}")
    } else if seconds < 999.95 {
        format!("{seconds:.1}")
    } else {
        count((seconds + 0.5) as u64)
    }
}

/// A share as percent without the sign, one decimal.
pub fn percent(share: f64) -> String {
    format!("{:.1}", share * 100.0)
}

/// A rate: one decimal below 10, then none, and thousands from 100,000 on.
pub fn rate(per_second: f64) -> String {
    if per_second >= 99_999.5 {
        format!("{}k", count((per_second / 1e3 + 0.5) as u64))
    } else if per_second < 9.95 {
        format!("{per_second:.1}")
    } else {
        count((per_second + 0.5) as u64)
    }
}

/// A figure as it is written, or a dash where nothing was measured.
pub fn dashed<T>(figure: Option<T>, written: impl FnOnce(T) -> String) -> String {
    figure.map_or_else(|| "—".to_owned(), written)
}

/// A signed number with a true minus and a sign always.
pub fn signed(x: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", x.abs());
    if x < 0.0 { format!("−{text}") } else { format!("+{text}") }
}

/// The virtual clock: `00:00:12.480`.
pub fn clock(nanos: u64) -> String {
    let ms = nanos / 1_000_000;
    format!("{:02}:{:02}:{:02}.{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60, ms % 1_000)
}

/// A time axis label in the unit that suits `step`.
pub fn axis_seconds(seconds: f64, step: f64) -> String {
    if step >= 1.0 {
        count((seconds + 0.5) as u64)
    } else if step >= 0.1 {
        format!("{seconds:.1}")
    } else if step >= 0.01 {
        format!("{seconds:.2}")
    } else {
        format!("{seconds:.3}")
    }
}

/// A round step, 1, 2 or 5 times a power of ten, of which about `parts` make up `whole`.
pub fn round_step(whole: f64, parts: f64) -> f64 {
    let raw = (whole / parts.max(1.0)).max(1e-9);
    let magnitude = libm::pow(10.0, libm::floor(libm::log10(raw)));
    let lead = raw / magnitude;
    magnitude
        * if lead <= 1.0 {
            1.0
        } else if lead <= 2.0 {
            2.0
        } else if lead <= 5.0 {
            5.0
        } else {
            10.0
        }
}

/// The longest a quoted value is, in characters.
const QUOTED: usize = 40;

/// A value among other words: cut where it is long, and a word where it is empty.
pub fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        _ if text.trim().is_empty() => "none".to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_design_says() {
        assert_eq!(count(7_500), "7,500");
        assert_eq!(count(1_000_000), "1,000,000");
        assert_eq!(count(12), "12");
        assert_eq!((short_count(9_999_999), short_count(10_804_321)), ("9,999,999".into(), "10.8 M".into()));
        assert_eq!(short_count(100_000_000), "100.0 M");
        assert_eq!((count_within(7_500, 4), count_within(1_234_567, 9)), ("7,500".into(), "1,234,567".into()));
        assert_eq!((count_within(123_456, 6), count_within(10_804_321, 9)), ("123 k".into(), "10.8 M".into()));
        assert_eq!(millis(37_940_000), "37.9");
        assert_eq!(millis(8_536_000_000), "8,536");
        assert_eq!(short_millis(533_000_000), "533");
        assert_eq!(short_seconds(6_094_000_000), "6.09");
        assert_eq!(short_seconds(71_640_000_000), "71.6");
        assert_eq!(short_seconds(1_234_000_000_000), "1,234");
        assert_eq!(clock(12_480_000_000), "00:00:12.480");
        assert_eq!(clock(3_723_004_000_000), "01:02:03.004");
        assert_eq!(signed(-5.04, 2), "−5.04");
        assert_eq!(rate(156.2), "156");
        assert_eq!(rate(433_809.0), "434k");
    }

    #[test]
    fn a_quoted_value_does_not_fill_the_message_around_it() {
        // A script of thirty requests was once repeated whole below the field that it was refused in.
        assert_eq!(quoted("A:0..9"), "A:0..9");
        assert_eq!(quoted(""), "none");
        let long = quoted(&"→".repeat(41));
        assert_eq!((long.chars().count(), long.ends_with("→…")), (41, true));
        assert_eq!(quoted(&"→".repeat(40)), "→".repeat(40));
    }

    #[test]
    fn steps_are_one_two_or_five_times_a_power_of_ten() {
        assert_eq!(round_step(30.0, 6.0), 5.0);
        assert_eq!(round_step(10.0, 8.0), 2.0);
        assert!((round_step(0.7, 7.0) - 0.1).abs() < 1e-12);
    }
}

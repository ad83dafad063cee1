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

/// So many of something: "1 task", "3 tasks".
pub fn counted(n: u64, one: &str, several: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { several })
}

/// A whole number where there is little room: in full below 100,000, then to three digits, `150k`, `10.8M`.
pub fn short_count(n: u64) -> String {
    match n {
        0..100_000 => count(n),
        100_000..999_500 => format!("{}k", (n + 500) / 1_000),
        _ => scaled(n as f64 / 1e6, "M"),
    }
}

/// A number to three digits, and what it was divided by: `1.25M`, `10.8M`, `150M`.
fn scaled(x: f64, by: &str) -> String {
    match x {
        _ if x < 9.995 => format!("{x:.2}{by}"),
        _ if x < 99.95 => format!("{x:.1}{by}"),
        _ => format!("{}{by}", count((x + 0.5) as u64)),
    }
}

/// A time in the unit that suits it, to three digits, and that unit: `27.6 ms`, `250 ms`, `4.03 s`, `12.7 s`; from 100,000 s on in hours.
pub fn time(nanos: u64) -> (String, &'static str) {
    let ms = nanos as f64 / 1e6;
    match ms {
        _ if nanos > 0 && ms < 0.0995 => (format!("{:.0}", ms * 1e3), "µs"),
        _ if ms < 0.995 => (format!("{ms:.2}"), "ms"),
        _ if ms < 99.95 => (format!("{ms:.1}"), "ms"),
        _ if ms < 999.5 => (format!("{ms:.0}"), "ms"),
        _ if ms < 99_999_500.0 => (short_seconds(nanos), "s"),
        _ => (scaled(ms / 3.6e6, ""), "h"),
    }
}

/// The same as one text.
pub fn time_text(nanos: u64) -> String {
    let (number, unit) = time(nanos);
    format!("{number} {unit}")
}

/// A whole number that is to be no wider than so many characters, if that can be: in full, or rounded to millions or thousands. Four
/// digits can be read without a comma.
pub fn count_within(n: u64, characters: usize) -> String {
    let full = count(n);
    if full.len() <= characters {
        full
    } else if n < 10_000 {
        n.to_string()
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

/// A time in a column of milliseconds that has room for so many characters: the first way of writing it that fits, with its unit where that
/// is another; nothing where none does.
pub fn millis_within(nanos: u64, characters: usize) -> Option<String> {
    let whole = |(unit, name): (u64, &str)| format!("{}{name}", count((nanos + unit / 2) / unit));
    let units = [(1_000_000, ""), (1_000_000_000, " s"), (60_000_000_000, " min"), (HOUR, " h")];
    // Less than one of a unit is not told in it.
    let whole = units.into_iter().filter(|(unit, _)| nanos >= *unit).map(whole);
    std::iter::once(short_millis(nanos)).chain(whole).find(|way| way.chars().count() <= characters)
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

/// A rate: one decimal below 10, then none, and three digits of thousands from 10,000 on.
pub fn rate(per_second: f64) -> String {
    if per_second >= 999_500.0 {
        scaled(per_second / 1e6, "M")
    } else if per_second >= 9_999.5 {
        scaled(per_second / 1e3, "k")
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

/// From an hour on seconds are too many to be read.
pub const HOUR: u64 = 3_600_000_000_000;

/// An instant, to the millisecond and without a unit: `12.480`, and from an hour on as the clock has it, `08:01:54.669`.
pub fn instant(nanos: u64) -> String {
    if nanos < HOUR { format!("{:.3}", nanos as f64 / 1e9) } else { clock(nanos) }
}

/// The same among other words: `12.480 s`, `08:01:54.669`.
pub fn moment(nanos: u64) -> String {
    format!("{}{}", instant(nanos), if nanos < HOUR { " s" } else { "" })
}

/// The same where there is little room: `12.5 s`, `1,234 s`, and from an hour on the clock to the second, `08:01:54`.
pub fn short_moment(nanos: u64) -> String {
    if nanos < HOUR {
        return format!("{} s", short_seconds(nanos));
    }
    let clock = clock(nanos);
    clock.split('.').next().unwrap_or(&clock).to_owned()
}

/// The same to be read aloud: `12.480 seconds`, `08:01:54.669`.
pub fn spoken(nanos: u64) -> String {
    format!("{}{}", instant(nanos), if nanos < HOUR { " seconds" } else { "" })
}

/// How long a run or a wait of people took, and the unit: seconds, from an hour on hours.
pub fn long_time(nanos: u64) -> (String, &'static str) {
    if nanos < HOUR { (short_seconds(nanos), "s") } else { (scaled(nanos as f64 / HOUR as f64, ""), "h") }
}

/// Two figures that are held against each other: with so many decimals, or as many more, up to three, as it takes to tell them apart. None
/// where that does not tell them apart: then they are the same.
pub fn apart(a: f64, b: f64, decimals: usize) -> Option<(String, String)> {
    (decimals..=decimals + 3).map(|n| (format!("{a:.n$}"), format!("{b:.n$}"))).find(|(a, b)| a != b)
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
        assert_eq!([99_999, 149_600, 999_499, 999_500].map(short_count), ["99,999", "150k", "999k", "1.00M"]);
        assert_eq!([10_804_321, 100_000_000].map(short_count), ["10.8M", "100M"]);
        assert_eq!((count_within(7_500, 5), count_within(1_234_567, 9)), ("7,500".into(), "1,234,567".into()));
        assert_eq!(count_within(7_500, 4), "7500", "a comma gives way before a digit does");
        let ways = [6, 5, 4, 3].map(|characters| millis_within(13_481_000_000, characters));
        assert_eq!(ways, ["13,481", "13 s", "13 s", ""].map(|way| Some(way.to_owned()).filter(|way| !way.is_empty())));
        assert_eq!(millis_within(30_000_000_000_000, 6).as_deref(), Some("8 h"));
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
        assert_eq!([433_809.0, 12_345.0, 2_500_000.0].map(rate), ["434k", "12.3k", "2.50M"]);
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
    fn a_time_has_the_unit_that_suits_it_and_three_digits() {
        // "4,027…" and "12,71…" stood in tiles, cut off before their unit.
        let written = [0, 42_000, 860_000, 27_600_000, 250_000_000, 999_600_000, 4_027_000_000, 12_710_000_000];
        let texts = ["0.00 ms", "42 µs", "0.86 ms", "27.6 ms", "250 ms", "1.00 s", "4.03 s", "12.7 s"];
        assert_eq!(written.map(time_text), texts);
        assert_eq!(time_text(100_000_000_000_000), "27.8 h");
    }

    #[test]
    fn an_instant_is_written_as_the_clock_has_it_once_its_seconds_are_too_many() {
        // A flag at "28914.669" stood below a clock at 08:01:54.
        assert_eq!([12_480_000_000, 3_599_000_000_000].map(instant), ["12.480", "3599.000"]);
        assert_eq!(instant(28_914_669_000_000), clock(28_914_669_000_000));
        let (early, late) = (12_480_000_000, 28_914_669_000_000);
        assert_eq!([early, late].map(moment), ["12.480 s", "08:01:54.669"]);
        assert_eq!([early, late].map(short_moment), ["12.5 s", "08:01:54"]);
        assert_eq!([early, late].map(spoken), ["12.480 seconds", "08:01:54.669"]);
        assert_eq!([early, late].map(long_time), [("12.5".to_owned(), "s"), ("8.03".to_owned(), "h")]);
    }

    #[test]
    fn two_figures_that_are_compared_never_read_the_same() {
        // "14.1 ms instead of 14.1 ms".
        let text = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(apart(14.1, 27.3, 1), text("14.1", "27.3"));
        assert_eq!(apart(14.093, 14.127, 1), text("14.09", "14.13"));
        assert_eq!(apart(14.1, 14.1, 1), None);
        assert_eq!(apart(14.100_000_1, 14.1, 1), None);
    }

    #[test]
    fn steps_are_one_two_or_five_times_a_power_of_ten() {
        assert_eq!(round_step(30.0, 6.0), 5.0);
        assert_eq!(round_step(10.0, 8.0), 2.0);
        assert!((round_step(0.7, 7.0) - 0.1).abs() < 1e-12);
    }
}

//! Dates as the interfaces of systems write them.

use millrace_trace::SimTime;

/// An instant as RFC 3339 has it, counted from the beginning of 1970, where a run in virtual time begins. The date is Howard Hinnant's
/// `civil_from_days`.
pub fn timestamp(at: SimTime) -> String {
    let (seconds, millis) = (at.0 / 1_000_000_000, at.0 / 1_000_000 % 1_000);
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let z = days + 719_468;
    let (era, day_of_era) = (z / 146_097, z % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (h, m, s) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}.{millis:03}Z")
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_trace::Span;

    #[test]
    fn instants_are_counted_from_1970_through_leap_years() {
        let at = |days: u64, ms: u64| timestamp(SimTime::ZERO + Span::secs(days * 86_400) + Span::millis(ms));
        assert_eq!(at(0, 1_500), "1970-01-01T00:00:01.500Z");
        assert_eq!(at(31 + 28, 0), "1970-03-01T00:00:00.000Z");
        // 1972 is the first leap year: two years of 365 days, then the 60th day of the third.
        assert_eq!(at(730 + 59, 0), "1972-02-29T00:00:00.000Z");
        assert_eq!(at(10_957, 0), "2000-01-01T00:00:00.000Z");
    }
}

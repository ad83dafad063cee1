//! Decimal numbers, read without std's tables: those are 10 KB of powers of five that no compression makes smaller, a fiftieth of the
//! page. What people and links write is read exactly, to the last bit as std reads it; tests compare the two.

/// The number that a text says, in the notation of std: `-12.5`, `3e-2`. None if it says none, or none that is finite. Exact for up to
/// nineteen digits that are up to nineteen places from the point; beyond that the last bits may be off.
pub fn read(text: &str) -> Option<f64> {
    let (sign, text) = match text.as_bytes() {
        [b'-', ..] => (-1.0, text.get(1..)?),
        [b'+', ..] => (1.0, text.get(1..)?),
        _ => (1.0, text),
    };
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?.clamp(-999, 999)),
        None => (text, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    // The first nineteen digits, and how many places the point is away from behind them.
    let (mut number, mut places, mut behind) = (0_u64, exponent, false);
    for byte in whole.bytes().chain(*b".").chain(fraction.bytes()) {
        match byte {
            b'.' if !behind => behind = true,
            b'0'..=b'9' if number < 1_000_000_000_000_000_000 => {
                number = number * 10 + u64::from(byte - b'0');
                places -= i32::from(behind);
            }
            b'0'..=b'9' => places += i32::from(!behind),
            _ => return None,
        }
    }
    let size = scaled(number, places);
    size.is_finite().then_some(sign * size)
}

/// A number times a power of ten, rounded once.
fn scaled(number: u64, places: i32) -> f64 {
    if number == 0 {
        return 0.0;
    }
    let power = |places: u32| 10_u64.pow(places.min(19));
    match places {
        0..=19 => (u128::from(number) * u128::from(power(places.unsigned_abs()))) as f64,
        -19..=-1 => {
            // As many binary places as there is room for. Whether anything is left is one more, so that rounding sees it.
            let shift = 64 + number.leading_zeros();
            let (dividend, divisor) = (u128::from(number) << shift, u128::from(power(places.unsigned_abs())));
            let quotient = (dividend / divisor) | u128::from(dividend % divisor != 0);
            quotient as f64 / f64::from_bits(u64::from(1023 + shift) << 52)
        }
        20.. => scaled(number, 19) * (0..places - 19).fold(1.0, |power, _| power * 10.0),
        _ => scaled(number, -19) / (0..-19 - places).fold(1.0, |power, _| power * 10.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_to_the_last_bit_as_std_reads_them() {
        let mut seed = 1_u64;
        let mut draw = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            seed >> 11
        };
        let compare =
            |text: &str| assert_eq!(read(text).map(f64::to_bits), text.parse().ok().map(f64::to_bits), "{text}");
        for text in [
            "0",
            "-0",
            "1",
            "0.86",
            "5.",
            ".5",
            "+3",
            "00.0010",
            "1e3",
            "2.5E-4",
            "9007199254740993",
            "0.1e1",
            "1000000000000000000000",
        ] {
            compare(text);
        }
        for _ in 0..200_000 {
            let (number, places) = (draw() >> (draw() % 50), draw() % 16);
            compare(
                &format!("{}.{:0width$}", number % 1_000_000, number, width = places as usize)
                    .chars()
                    .take(19)
                    .collect::<String>(),
            );
            compare(&format!("{number}e-{places}"));
            // What std writes reads back the same.
            compare(&(number as f64 / 1e5).to_string());
            compare(&format!("{:.11e}", number as f64 * 1e-7));
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "-", ".", "e5", "1e", "1.2.3", "1x", "--1", "inf", "NaN", "1e999", " 1", "0x10"] {
            assert_eq!(read(text), None, "{text:?}");
        }
        assert_eq!(read("1e-999"), Some(0.0));
    }
}

//! Randomness by key, not by the order of calls.
//!
//! A draw is a function of (seed, stream name, key, attempt): request 4,711 has the same service time in each of two
//! designs that are compared on one seed, whichever of them asks first. A process with memory (a latency walk) uses its
//! own stream and its own count as the key.
//!
//! The generator is SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014),
//! the stream name enters by FNV-1a. `ln`, `exp` and `cos` come from `libm`: those of std differ in their last bits between
//! native and wasm for some inputs, and one bit is another trace.

use millrace_trace::Span;

/// What all randomness of a run derives from: a word that people choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub u64);

impl Seed {
    /// The seed a word stands for.
    pub fn from_word(word: &str) -> Seed {
        Seed(mix(fnv1a(word)))
    }

    /// The draws that belong to a key of a stream.
    pub fn draw(self, stream: &str, key: u64, attempt: u32) -> Draw {
        self.stream(stream).draw(key, attempt)
    }

    /// A stream, for whoever draws from it again and again: its name is taken in once.
    pub fn stream(self, name: &str) -> Stream {
        Stream(mix(self.0 ^ fnv1a(name)))
    }
}

/// All draws of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream(u64);

impl Stream {
    /// The draws that belong to a key.
    #[inline]
    pub fn draw(self, key: u64, attempt: u32) -> Draw {
        Draw { state: mix(self.0 ^ mix(key.wrapping_add(GAMMA)) ^ u64::from(attempt).rotate_left(48)) }
    }
}

/// A short sequence of random numbers.
#[derive(Clone, Debug)]
pub struct Draw {
    state: u64,
}

const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01B3))
}

impl Draw {
    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GAMMA);
        mix(self.state)
    }

    /// Uniform in [0, 1), with 53 bits.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in [low, high).
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Uniform in 0..n; 0 for n = 0. By multiplication (Lemire 2019), whose bias of at most n ÷ 2^64 nobody can see.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u64
    }

    /// Exponential with this mean, by inversion.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(1.0 - self.unit())
    }

    /// Standard normal (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        radius * libm::cos(std::f64::consts::TAU * self.unit())
    }

    /// Uniform between two spans, to the nanosecond.
    pub fn span(&mut self, low: Span, high: Span) -> Span {
        Span(low.0 + self.below(high.0.saturating_sub(low.0).saturating_add(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_depends_on_seed_stream_key_and_attempt_and_on_nothing_else() {
        let seed = Seed::from_word("otis");
        let first = seed.draw("service", 7, 0).bits();
        assert_eq!(first, Seed::from_word("otis").draw("service", 7, 0).bits());
        assert_eq!(first, seed.stream("service").draw(7, 0).bits());
        for other in [
            seed.draw("arrival", 7, 0),
            seed.draw("service", 8, 0),
            seed.draw("service", 7, 1),
            Seed::from_word("ofis").draw("service", 7, 0),
        ] {
            assert_ne!(first, other.clone().bits());
        }
    }

    #[test]
    fn neighbouring_keys_are_uniform_over_sixteen_bins_by_chi_squared() {
        let seed = Seed::from_word("chi");
        let mut bins = [0u32; 16];
        for key in 0..16_000 {
            bins[seed.draw("bins", key, 0).below(16) as usize] += 1;
        }
        let chi: f64 = bins.iter().map(|&n| (f64::from(n) - 1000.0) * (f64::from(n) - 1000.0) / 1000.0).sum();
        // 15 degrees of freedom: 99.9 % of fair generators stay below 37.7.
        assert!(chi < 37.7, "chi squared {chi}, bins {bins:?}");
    }

    #[test]
    fn exponential_and_normal_have_the_moments_they_are_named_for() {
        let seed = Seed::from_word("moments");
        let n = 40_000;
        let mean = (0..n).map(|k| seed.draw("e", k, 0).exponential(3.0)).sum::<f64>() / n as f64;
        assert!((mean - 3.0).abs() < 0.06, "four standard errors are 0.06; mean {mean}");
        let square = (0..n).map(|k| seed.draw("n", k, 0).normal()).map(|x| x * x).sum::<f64>() / n as f64;
        assert!((square - 1.0).abs() < 0.03, "four standard errors are 0.028; mean square {square}");
    }
}

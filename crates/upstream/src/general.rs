//! Service times by distribution, all with the same mean.

use millrace_engine::Draw;
use millrace_trace::Span;

/// How service times are distributed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Always the mean.
    Constant,
    /// From nothing to twice the mean.
    Uniform,
    /// Exponential: what M/M/c theory is about.
    Exponential,
    /// Lognormal with a standard deviation of ln of 0.5: most requests near the mean, some two or three times it.
    Lognormal,
    /// Pareto with shape 2.5: a heavy tail, with a variance that is finite but large.
    Pareto,
}

/// The standard deviation of the logarithm of a lognormal service time.
const SIGMA: f64 = 0.5;
/// The shape of the Pareto distribution.
const SHAPE: f64 = 2.5;

/// A server with a service time distribution and a share of errors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct General {
    /// The distribution.
    pub service: Service,
    /// Its mean.
    pub mean: Span,
    /// The share of answers that are errors.
    pub errors: f64,
    /// The share of the others that find fault with the request: 404.
    pub client_errors: f64,
}

impl Service {
    /// The distribution with this id.
    pub fn from_id(id: &str) -> Service {
        match id {
            "constant" => Service::Constant,
            "uniform" => Service::Uniform,
            "lognormal" => Service::Lognormal,
            "pareto" => Service::Pareto,
            _ => Service::Exponential,
        }
    }

    /// A service time.
    pub fn sample(self, mean: Span, draw: &mut Draw) -> Span {
        let m = mean.seconds();
        match self {
            Service::Constant => mean,
            Service::Uniform => Span::from_seconds(draw.uniform(0.0, 2.0 * m)),
            Service::Exponential => Span::from_seconds(draw.exponential(m)),
            // The mean of exp(mu + sigma z) is exp(mu + sigma² / 2).
            Service::Lognormal => Span::from_seconds(m * libm::exp(SIGMA * draw.normal() - SIGMA * SIGMA / 2.0)),
            // By inversion: scale / u^(1 / shape), with mean scale * shape / (shape - 1).
            Service::Pareto => {
                let scale = m * (SHAPE - 1.0) / SHAPE;
                Span::from_seconds(scale / libm::pow(1.0 - draw.unit(), 1.0 / SHAPE))
            }
        }
    }
}

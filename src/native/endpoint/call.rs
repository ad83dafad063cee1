//! What the endpoint is asked to be. The server's own options are the parameters that patterns have for it, with the same
//! names, ranges and defaults.

use super::Garbage;
use crate::session::DEFAULT_SEED;
use crate::spec::{Fidelity, Field, FieldGroup, FromValue, Kind, Prefix, Share, Values};
use crate::trace::Span;
use crate::upstream::ServerParams;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, FromArgMatches};
use std::ffi::OsString;

/// What `millrace endpoint` is asked to be.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct EndpointCall {
    /// The address to bind: 0.0.0.0 lets other machines in.
    #[arg(long, default_value = "127.0.0.1")]
    pub host: String,
    /// The port; 0 takes a free one.
    #[arg(long, default_value_t = 5000)]
    pub port: u16,
    /// How the server behaves: as documented, as its source has it, with the one state shared, or by a distribution.
    #[arg(long, default_value = "documented", value_parser = choices("server"))]
    pub model: String,
    /// Serve the interface that a pattern's own system has, in real time, instead of /data: the pattern's id, or a link to it.
    #[arg(
        long,
        value_name = "PATTERN",
        conflicts_with_all = ["model", "base", "service", "mean", "slots", "errors", "garbage"]
    )]
    pub system: Option<String>,
    /// With --system: set a parameter, or fidelity, preset: --set traffic=up-peak.
    #[arg(long = "set", value_name = "KEY=VALUE", requires = "system")]
    pub set: Vec<String>,
    /// Added to each answer's time: 500ms, 2s; a bare number is in milliseconds.
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = parameter::<Span>("base"))]
    pub base: Span,
    /// The word that the dice derive from: the n-th request throws the same each time, here and in simulations.
    #[arg(long, value_name = "WORD", default_value = DEFAULT_SEED)]
    pub seed: String,

    /// With --model general: how service times are distributed [default: exponential].
    #[arg(long, value_parser = choices("service"))]
    pub service: Option<String>,
    /// With --model general: the mean service time [default: 20ms].
    #[arg(long, value_name = "TIME", value_parser = parameter::<Span>("mean"))]
    pub mean: Option<Span>,
    /// With --model general: how many requests are worked on at once, the others queue; 0 for no limit [default: 0].
    #[arg(long, value_name = "COUNT", value_parser = parameter::<u32>("slots"))]
    pub slots: Option<u32>,
    /// With --model general: the share of answers that are errors, 0.05 or 5% [default: 0].
    #[arg(long, value_name = "SHARE", value_parser = parameter::<Share>("errors"))]
    pub errors: Option<Share>,

    /// Write no log: otherwise there is a line for each request on standard error.
    #[arg(long)]
    pub quiet: bool,

    /// To see how a client bears it: let this time pass before anything is answered, /healthz too.
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = parameter::<Span>("base"), help_heading = "Misbehaviour")]
    pub delay: Span,
    /// To see how a client bears it: leave out the CORS headers, so that a browser keeps the answers from the page.
    #[arg(long, help_heading = "Misbehaviour")]
    pub no_cors: bool,
    /// To see how a client bears it: answer every request with garbage, and serve nothing else.
    #[arg(
        long,
        value_name = "KIND",
        value_enum,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "cut",
        help_heading = "Misbehaviour"
    )]
    pub garbage: Option<Garbage>,
}

impl EndpointCall {
    /// Reads options as they are written after `millrace endpoint`.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn read<W: Into<OsString> + Clone>(words: impl IntoIterator<Item = W>) -> Result<EndpointCall, clap::Error> {
        let command = EndpointCall::augment_args(clap::Command::new("endpoint").no_binary_name(true));
        EndpointCall::from_arg_matches(&command.try_get_matches_from(words)?)
    }

    /// The server's parameters, as a pattern would have them.
    ///
    /// # Errors
    /// A sentence, where an option of the general model is given for another.
    pub fn server(&self) -> Result<ServerParams, String> {
        let given = [
            ("--service", self.service.is_some()),
            ("--mean", self.mean.is_some()),
            ("--slots", self.slots.is_some()),
            ("--errors", self.errors.is_some()),
        ];
        if self.model != "general"
            && let Some((option, _)) = given.iter().find(|(_, is_given)| *is_given)
        {
            return Err(format!("{option} is for --model general; the model here is {}", self.model));
        }
        Ok(ServerParams {
            prefix: Prefix::default(),
            server: self.model.clone(),
            base: self.base,
            service: self.service.clone().unwrap_or_else(|| default("service")),
            mean: self.mean.unwrap_or_else(|| default("mean")),
            slots: self.slots.unwrap_or_else(|| default("slots")),
            queue: default("server-queue"),
            gone: default("callers-gone"),
            errors: self.errors.unwrap_or_else(|| default("errors")),
            client_errors: default("client-errors"),
            outage_answers: default("outage-answers"),
            retry_after: Span::ZERO,
            timeout: Span::ZERO,
        })
    }
}

/// The parameter of simulated servers with this key.
fn field(key: &str) -> Option<Field> {
    ServerParams::fields().into_iter().find(|field| field.key == key)
}

/// What a parameter is where nobody says.
fn default<T: FromValue>(key: &str) -> T {
    T::from_value(field(key).map(|field| field.default_value(Fidelity::Documented, &Values::default())).as_ref())
}

/// Reads an option as the parameter of that key is read everywhere else.
fn parameter<T: FromValue>(key: &'static str) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| {
        let field = field(key).ok_or_else(|| format!("servers have no parameter {key}"))?;
        let value = field.read(text).map_err(|problem| problem.message().to_owned())?;
        Ok(T::from_value(Some(&value)))
    }
}

/// The words that the parameter of that key may be, with what they mean.
fn choices(key: &str) -> PossibleValuesParser {
    let choices = match field(key).map(|field| field.kind) {
        Some(Kind::Choice(choices)) => choices,
        _ => &[],
    };
    PossibleValuesParser::new(choices.iter().map(|choice| PossibleValue::new(choice.id).help(choice.help)))
}

//! The stages of a pipeline as they are written down: `name:workers:buffer`, and behind another colon the time of an item.

use millrace_parts::PipelineStage;
use millrace_spec::parse_span;
use millrace_trace::Span;

/// A stage, and what it does with an item.
pub(super) struct Stage {
    pub stage: PipelineStage,
    pub work: Work,
    /// How long it takes for an item, where that is written.
    pub time: Option<Span>,
}

/// What a stage does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// Multiply by itself.
    Square,
    /// Add to itself.
    Double,
    /// Ask the server.
    Call,
    /// Take its time.
    Handle,
}

const MOST: usize = 8;
/// The longest that an item may take in a stage.
const LONGEST: Span = Span::secs(3_600);

/// Reads a list of stages.
pub(super) fn read_stages(text: &str) -> Result<Vec<Stage>, String> {
    let mut stages: Vec<Stage> = Vec::new();
    let mut begins = 1;
    for (index, entry) in text.split(',').enumerate() {
        let at = begins + entry.chars().take_while(|c| c.is_whitespace()).count();
        begins += entry.chars().count() + 1;
        let stage = read_stage(entry.trim(), &stages)
            .and_then(|stage| if index < MOST { Ok(stage) } else { Err(format!("at most {MOST} stages")) });
        stages.push(stage.map_err(|why| format!("stage {}, at character {at}: {why}", index + 1))?);
    }
    // Of those that nothing else is said of, the one in the middle calls.
    let plain = |stage: &Stage| stage.work == Work::Handle && stage.time.is_none();
    let middle = stages.iter().filter(|stage| plain(stage)).count() / 2;
    if let Some(stage) = stages.iter_mut().filter(|stage| plain(stage)).nth(middle) {
        stage.work = Work::Call;
    }
    Ok(stages)
}

fn read_stage(entry: &str, before: &[Stage]) -> Result<Stage, String> {
    let mut parts = entry.split(':').map(str::trim);
    let (Some(name), Some(workers), Some(buffer), time, None) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(format!("\"{entry}\" is not name:workers:buffer or name:workers:buffer:time"));
    };
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || name.len() > 24 || !name.chars().all(is_word) {
        return Err(format!("\"{name}\" is no stage name: use 1 to 24 letters, digits, - or _"));
    }
    if matches!(name, "source" | "server" | "results" | "input") || before.iter().any(|s| s.stage.name == name) {
        return Err(format!("the name \"{name}\" is taken"));
    }
    let number = |what: &str, text: &str, max: u32| match text.parse::<u32>() {
        Ok(n) if n <= max => Ok(n),
        _ => Err(format!("{what} of {name} must be a whole number from 0 to {max}, not \"{text}\"")),
    };
    let (workers, buffer) = (number("the workers", workers, 256)?, number("the buffer", buffer, 100_000)?);
    let time = time.map(|time| match parse_span(time, Span::millis(1)) {
        Ok(span) if span <= LONGEST => Ok(span),
        _ => Err(format!("the time of {name} must be a duration from 0ms to 1h, as 8ms, not \"{time}\"")),
    });
    let work = match name {
        "square" => Work::Square,
        "double" => Work::Double,
        _ => Work::Handle,
    };
    Ok(Stage { stage: PipelineStage { name: name.to_owned(), workers, buffer }, work, time: time.transpose()? })
}

pub(super) fn check_stages(text: &str) -> Result<(), String> {
    read_stages(text).map(|_| ())
}

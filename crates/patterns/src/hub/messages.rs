//! What clients say and what they are told: the messages of the interview platform, one JSON object each.
//!
//! The document around the hub gives their names and fields. Where it says no more it is a choice: `type` names a message, dates are
//! written as in RFC 3339, the questions are made up, and a confidence is at least one half, with two digits. So is what the emotion
//! service does: seven classes, the time of that of the frame processor (lognormal, 120 ms on average), and no face in one of a hundred
//! frames. A client hears nothing before it has said something, and each thing that it says has one answer; only the first question, which
//! nothing else would bring, comes behind the first status.

use millrace_engine::Draw;
use millrace_spec::timestamp;
use millrace_trace::SimTime;
use serde_json::{Value as Json, json};

/// The seven classes that models of facial expressions are trained on.
const EMOTIONS: [&str; 7] = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"];

/// The questions of an interview.
const QUESTIONS: [&str; 5] = [
    "What did you build last?",
    "What went wrong with it, and how did you notice?",
    "How did you find the cause?",
    "What would you do otherwise today?",
    "What do you want to know from us?",
];

/// The most of somebody's own words that are given back.
const QUOTED: usize = 40;

/// What a client said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// A frame of its camera; one without a picture has no face.
    Frame { is_empty: bool },
    /// The answer to the question that it was asked.
    Answer,
    /// It is there, and wants to know where it stands.
    Ping,
}

impl Said {
    /// Reads a message.
    ///
    /// # Errors
    /// What the client is told that said something else.
    pub fn read(text: &str) -> Result<Said, String> {
        let wrong = |message: &str| error("INVALID_MESSAGE", message);
        let said: Json = serde_json::from_str(text).map_err(|problem| wrong(&format!("this is no JSON: {problem}")))?;
        let Some(kind) = said.get("type").and_then(Json::as_str) else {
            return Err(wrong("a message is an object with a type: frame, answer or ping"));
        };
        match kind {
            "frame" => {
                let shows = |key| said.get(key).and_then(Json::as_str).is_some_and(|picture| !picture.is_empty());
                Ok(Said::Frame { is_empty: !["image", "image_data", "data"].into_iter().any(shows) })
            }
            "answer" => Ok(Said::Answer),
            "ping" => Ok(Said::Ping),
            other => {
                let quoted: String = other.chars().take(QUOTED).collect();
                Err(error("UNKNOWN_TYPE", &format!("nobody knows \"{quoted}\" here: frame, answer or ping")))
            }
        }
    }
}

/// How far an interview is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Interview {
    answered: usize,
    /// Whether the question that stands was told.
    is_asked: bool,
}

impl Interview {
    /// The client wants to know where it stands: it is told, and asked the first question if it was asked none.
    pub fn pinged(&mut self) -> Vec<String> {
        let question = if self.is_asked { None } else { self.question() };
        std::iter::once(self.status()).chain(question).collect()
    }

    /// The client has answered: the next question, or that there is none. One that was asked nothing yet is asked first.
    pub fn answered(&mut self) -> String {
        if self.answered == QUESTIONS.len() {
            return error("INTERVIEW_COMPLETE", "all questions are answered");
        }
        if self.is_asked {
            self.answered += 1;
        }
        self.question().unwrap_or_else(|| self.status())
    }

    /// Its client has come again, and was told nothing on this connection: the question that stands is to be asked once more.
    pub fn comes_again(&mut self) {
        self.is_asked = false;
    }

    fn question(&mut self) -> Option<String> {
        let text = QUESTIONS.get(self.answered)?;
        self.is_asked = true;
        Some(json!({ "type": "question", "number": self.answered + 1, "text": text }).to_string())
    }

    fn status(&self) -> String {
        let total = QUESTIONS.len();
        json!({
            "type": "status",
            "progress": self.answered as f64 / total as f64,
            "current_question": (self.answered + 1).min(total),
            "total_questions": total,
        })
        .to_string()
    }
}

/// What the emotion service found in a frame, at this date.
pub(super) fn emotion_update(draw: &mut Draw, at: SimTime) -> String {
    let emotion = EMOTIONS.get(draw.below(EMOTIONS.len() as u64) as usize).copied().unwrap_or("neutral");
    let confidence = (50 + draw.below(51)) as f64 / 100.0;
    json!({ "type": "emotion_update", "emotion": emotion, "confidence": confidence, "timestamp": timestamp(at) })
        .to_string()
}

/// What a client is told that cannot be served as it wished.
pub(super) fn error(code: &str, message: &str) -> String {
    json!({ "type": "error", "code": code, "message": message }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(message: &str) -> String {
        serde_json::from_str::<Json>(message).expect("JSON")["type"].as_str().expect("a type").to_owned()
    }

    #[test]
    fn an_interview_asks_each_question_once_and_then_is_complete() {
        let mut interview = Interview::default();
        let kinds: Vec<_> = interview.pinged().iter().map(|said| kind(said)).collect();
        assert_eq!(kinds, ["status", "question"]);
        assert_eq!(interview.pinged().len(), 1, "it was asked the first one");
        let told: Vec<_> = (0..6).map(|_| kind(&interview.answered())).collect();
        assert_eq!(told, ["question", "question", "question", "question", "status", "error"]);
        let last: Json = serde_json::from_str(&interview.pinged()[0]).expect("JSON");
        assert_eq!((&last["progress"], &last["current_question"]), (&json!(1.0), &json!(5)));
        assert_eq!(interview.pinged().len(), 1, "there is no question left");
    }

    #[test]
    fn what_is_no_message_is_told_so_and_not_given_back_whole() {
        let code = |text: &str| {
            let told: Json = serde_json::from_str(&Said::read(text).expect_err("no message")).expect("JSON");
            told["code"].as_str().expect("a code").to_owned()
        };
        for text in ["", "{", "[]", "7", "{}", r#"{"type": 7}"#] {
            assert_eq!(code(text), "INVALID_MESSAGE", "{text}");
        }
        let long = format!(r#"{{"type": "{}"}}"#, "é".repeat(100_000));
        assert_eq!(code(&long), "UNKNOWN_TYPE");
        assert!(Said::read(&long).expect_err("no message").len() < 300);
        for (picture, is_empty) in [
            ("", true),
            (r#", "image_data": """#, true),
            (r#", "image": 7, "data": null"#, true),
            (r#", "image": "", "data": "abcd""#, false),
        ] {
            let text = format!(r#"{{"type": "frame"{picture}}}"#);
            assert_eq!(Said::read(&text), Ok(Said::Frame { is_empty }), "{text}");
        }
    }
}

//! Words that somebody may seek by for what is called otherwise here: other forms of a word, and other words for it.
//!
//! A stemmer crate knows every English word (`rust-stemmers` is 60 KB as sent, for all its languages); what is sought here are the few dozen
//! words of one trade, and their endings.

/// Words for the same, by their stems: whoever seeks one of a row finds what the others are said of.
const ALIKE: &[&[&str]] = &[
    &["satur", "overload", "drown", "congest", "jam", "exhaust", "full", "at its limit", "more than"],
    &["stuck", "deadlock", "strand", "hang", "hung", "starv", "livelock", "for ever", "forever"],
    &["lost", "lose", "loss", "missing", "race", "data race"],
    &["outage", "down", "fail", "crash", "unavailable"],
    &["slow", "latency", "delay", "tail"],
    &["queue", "backlog", "buffer", "line", "wait"],
    &["throttl", "limit", "backpress", "shed", "turn away", "reject"],
    &["trip", "open", "breaker", "fuse"],
    &["parallel", "concurren", "worker", "thread"],
    &["lift", "elevat", "car"],
    &["oscill", "settle", "controller", "unstable"],
];

/// Endings, the longest first.
const ENDINGS: &[&str] = &[
    "ations", "ation", "ating", "ated", "ates", "ions", "ings", "ion", "ing", "ate", "ers", "ed", "es", "er", "s", "e",
];

/// The least that is left of a word without its ending.
const LEAST: usize = 3;

/// A word without its ending: *saturation*, *saturated* and *saturate* are one.
pub fn stem(word: &str) -> &str {
    // What is missing is lost; what a cache misses is not.
    if word == "missing" {
        return word;
    }
    let cut = ENDINGS.iter().filter_map(|ending| word.strip_suffix(ending));
    cut.into_iter().find(|rest| rest.chars().count() >= LEAST).unwrap_or(word)
}

/// The other words for what is sought, by their stems; none for a word that is only begun.
pub fn others(sought: &str) -> Vec<&'static str> {
    let own = stem(sought);
    let means = |word: &&str| *word == sought || stem(word) == own || *word == own;
    let row = ALIKE.iter().find(|row| row.iter().any(means));
    row.into_iter().flat_map(|row| row.iter().copied()).filter(|word| !means(word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_are_one_word_and_short_ones_stay_whole() {
        for word in ["saturate", "saturated", "saturates", "saturating", "saturation"] {
            assert_eq!(stem(word), "satur", "{word}");
        }
        assert_eq!([stem("queue"), stem("queues"), stem("queued")], ["queu"; 3]);
        assert_eq!([stem("lost"), stem("use"), stem("p99"), stem("missing")], ["lost", "use", "p99", "missing"]);
    }

    #[test]
    fn another_word_for_the_same_is_known_by_any_of_its_forms() {
        assert!(others("saturate").contains(&"drown") && others("overloaded").contains(&"satur"));
        assert!(others("stuck").contains(&"strand") && others("stranded").contains(&"deadlock"));
        assert_eq!(others("zebra"), Vec::<&str>::new());
    }
}

//! Which cards of the bug cabinet are shown, and in which order: what stands in its link.

use millrace_spec::{Card, KINDS, SOURCES};

/// What is chosen in the bug cabinet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawers {
    /// The [`KINDS`] that are shown, one bit each; none for all.
    pub kinds: u8,
    /// The place of the source among [`SOURCES`] whose cards are shown; none for all.
    pub source: Option<usize>,
    /// Whether they stand by their patterns, and not by what they cost.
    pub by_pattern: bool,
}

impl Drawers {
    /// What a text says, if it is a link to the cabinet. What is no kind and no source is passed over.
    pub fn read(text: &str) -> Option<Drawers> {
        let query = text.trim().trim_start_matches('#').strip_prefix("/cabinet")?;
        let query = match query.strip_prefix('?') {
            Some(query) => query,
            None if query.is_empty() || query == "/" => "",
            None => return None,
        };
        let said = |key: &str| query.split('&').find_map(|pair| pair.strip_prefix(key)).unwrap_or("");
        let bit =
            |word: &str| KINDS.iter().position(|kind| kind.replace(' ', "-") == word).map_or(0, |place| 1 << place);
        let kinds = said("kind=").split([',', '%']).fold(0, |kinds, word| kinds | bit(word.trim_start_matches("2C")));
        let source = SOURCES.iter().position(|(word, ..)| *word == said("source="));
        Some(Drawers { kinds, source, by_pattern: said("sort=") == "pattern" })
    }

    /// The link to them.
    pub fn link(self) -> String {
        let chosen = KINDS.iter().enumerate().filter(|(place, _)| self.kinds & (1 << place) != 0);
        let words: Vec<String> = chosen.map(|(_, kind)| kind.replace(' ', "-")).collect();
        let source = self.source.and_then(|place| SOURCES.get(place)).map_or("", |(word, ..)| *word);
        let sort = if self.by_pattern { "pattern" } else { "" };
        let pairs = [("kind", words.join(",").as_str()), ("source", source), ("sort", sort)]
            .map(|(key, word)| if word.is_empty() { String::new() } else { format!("&{key}={word}") });
        format!("#/cabinet{}", pairs.concat().replacen('&', "?", 1))
    }

    /// Whether a card is of a source that is chosen.
    pub fn has_source_of(self, card: &Card<'_>) -> bool {
        self.source.and_then(|place| SOURCES.get(place)).is_none_or(|(_, part, _)| card.is_told_in(part))
    }

    /// Whether a card is shown.
    pub fn show(self, card: &Card<'_>) -> bool {
        let is_of_kind =
            || KINDS.iter().position(|kind| *kind == card.kind).is_some_and(|place| self.kinds & (1 << place) != 0);
        (self.kinds == 0 || is_of_kind()) && self.has_source_of(card)
    }

    /// Whether not all of them are shown.
    pub fn leave_out(self) -> bool {
        self.kinds != 0 || self.source.is_some()
    }
}

//! Lists that somebody typed: what stands between separators, and where each begins, for messages that say which is wrong.

/// The entries of a text between separators, without the spaces around them: the number of each and the character it begins at, both
/// from 1. Empty ones are left out, and counted.
pub fn entries(text: &str, separator: char) -> impl Iterator<Item = (usize, usize, &str)> {
    let mut begins = 1;
    text.split(separator).enumerate().filter_map(move |(index, entry)| {
        let at = begins + entry.chars().take_while(|c| c.is_whitespace()).count();
        begins += entry.chars().count() + 1;
        let entry = entry.trim();
        (!entry.is_empty()).then_some((index + 1, at, entry))
    })
}

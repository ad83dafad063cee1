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

/// The same list with one entry at another place, both counted from 0: those between move up. Where there is no such entry, as it was.
pub fn moved(text: &str, separator: char, from: usize, to: usize) -> String {
    let mut all: Vec<&str> = entries(text, separator).map(|(_, _, entry)| entry).collect();
    if from < all.len() && to < all.len() {
        let entry = all.remove(from);
        all.insert(to, entry);
    }
    all.join(&separator.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_moves_and_those_between_move_up() {
        let after = |from, to| moved("a, b:2,c,,d", ',', from, to);
        assert_eq!(
            [after(0, 2), after(3, 0), after(1, 1), after(9, 0)],
            ["b:2,c,a,d", "d,a,b:2,c", "a,b:2,c,d", "a,b:2,c,d"]
        );
    }
}

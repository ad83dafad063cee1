//! Light highlighting of Rust: keywords, strings, comments, and every `.await`, which is what this is all about.

/// What a piece of source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tint {
    /// Nothing special.
    Plain,
    /// A keyword.
    Keyword,
    /// A string.
    Text,
    /// A comment.
    Comment,
    /// A place where a task may wait.
    Await,
}

const KEYWORDS: [&str; 30] = [
    "as", "async", "break", "const", "continue", "dyn", "else", "enum", "false", "fn", "for", "if", "impl", "in",
    "let", "loop", "match", "mod", "move", "mut", "pub", "return", "self", "static", "struct", "true", "type", "use",
    "where", "while",
];

/// The pieces of a line. Strings that go over several lines are not followed: the source has none that matter.
pub fn pieces(line: &str) -> Vec<(Tint, &str)> {
    let mut out: Vec<(Tint, &str)> = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let (tint, length) = next(rest);
        let (piece, after) = rest.split_at_checked(length.max(1)).unwrap_or((rest, ""));
        match out.last_mut() {
            Some((Tint::Plain, last)) if tint == Tint::Plain => {
                // Join plain pieces: both are parts of one line, side by side.
                let start = line.len() - rest.len() - last.len();
                *last = line.get(start..line.len() - after.len()).unwrap_or(piece);
            }
            _ => out.push((tint, piece)),
        }
        rest = after;
    }
    out
}

fn next(rest: &str) -> (Tint, usize) {
    if rest.starts_with("//") {
        return (Tint::Comment, rest.len());
    }
    if rest.starts_with(".await") {
        return (Tint::Await, 6);
    }
    if let Some(inner) = rest.strip_prefix('"') {
        let mut escaped = false;
        let end = inner.char_indices().find(|(_, c)| {
            let closes = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            closes
        });
        return (Tint::Text, end.map_or(rest.len(), |(i, _)| i + 2));
    }
    let word: usize = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').map(char::len_utf8).sum();
    if word > 0 {
        let text = rest.get(..word).unwrap_or(rest);
        return (if KEYWORDS.contains(&text) { Tint::Keyword } else { Tint::Plain }, word);
    }
    (Tint::Plain, rest.chars().next().map_or(1, char::len_utf8))
}

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

/// One line in pieces.
pub type Pieces = Vec<(Tint, &'static str)>;

/// The lines of a source. A string may go over several of them.
pub fn highlight(text: &'static str) -> Vec<Pieces> {
    let mut inside = false;
    text.lines().map(|line| pieces(line, &mut inside)).collect()
}

fn pieces(line: &'static str, inside: &mut bool) -> Pieces {
    let mut out: Pieces = Vec::new();
    let (mut start, mut at) = (0, 0);
    let flush = |out: &mut Pieces, from: usize, to: usize| {
        out.extend(line.get(from..to).filter(|plain| !plain.is_empty()).map(|plain| (Tint::Plain, plain)));
    };
    while let Some(rest) = line.get(at..).filter(|rest| !rest.is_empty()) {
        let (tint, length) = if *inside { string(rest, inside) } else { next(rest, inside) };
        let end = (at + length.max(1)).min(line.len());
        if tint != Tint::Plain {
            flush(&mut out, start, at);
            out.extend(line.get(at..end).map(|piece| (tint, piece)));
            start = end;
        }
        at = end;
    }
    flush(&mut out, start, line.len());
    out
}

/// The rest of a string, up to its end if it is on this line.
fn string(rest: &str, inside: &mut bool) -> (Tint, usize) {
    let mut escaped = false;
    let end = rest.char_indices().find(|(_, c)| {
        let closes = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        closes
    });
    *inside = end.is_none();
    (Tint::Text, end.map_or(rest.len(), |(i, _)| i + 1))
}

fn next(rest: &str, inside: &mut bool) -> (Tint, usize) {
    if rest.starts_with("//") {
        return (Tint::Comment, rest.len());
    }
    if rest.starts_with(".await") {
        return (Tint::Await, 6);
    }
    if rest.starts_with("'\"'") {
        return (Tint::Text, 3);
    }
    if let Some(inner) = rest.strip_prefix('"') {
        let (tint, length) = string(inner, inside);
        return (tint, length + 1);
    }
    let word: usize = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').map(char::len_utf8).sum();
    if word > 0 {
        let text = rest.get(..word).unwrap_or(rest);
        return (if KEYWORDS.contains(&text) { Tint::Keyword } else { Tint::Plain }, word);
    }
    (Tint::Plain, rest.chars().next().map_or(1, char::len_utf8))
}

//! Source files, for those who read along while they run. A file is known by its path and by a digest of what was compiled; its text
//! is no part of a program, which would carry it to everybody who opens the page.

/// A source file, as it was compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its path, as the compiler was given it.
    pub path: &'static str,
    /// The [`digest`] of its text: a text that has another is of another build.
    pub digest: u64,
}

/// A number that differs between two texts unless they are the same, or somebody wants to deceive: FNV-1a of 64 bits, which the
/// compiler can work out.
pub const fn digest(text: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut rest = text;
    while let [byte, tail @ ..] = rest {
        hash = (hash ^ *byte as u64).wrapping_mul(0x0100_0000_01b3);
        rest = tail;
    }
    hash
}

/// A path of a source as people read it: `parts/channel.rs` of `crates/parts/src/channel.rs`. The page has the file under this name.
pub fn short_path(path: &str) -> String {
    path.trim_start_matches("crates/").replacen("/src/", "/", 1)
}

/// The words of a source: the sections of its module docs, heading and text.
pub fn explanation(source: &str) -> Vec<(String, String)> {
    let mut sections: Vec<(String, String)> = Vec::new();
    for line in source.lines().map_while(|l| l.strip_prefix("//!")).map(str::trim) {
        match (line.strip_prefix("# "), sections.last_mut()) {
            (Some(heading), _) => sections.push((heading.to_owned(), String::new())),
            (None, Some((_, text))) if !line.is_empty() => {
                if !text.is_empty() && !text.ends_with('\n') {
                    text.push(' ');
                }
                text.push_str(line);
            }
            (None, Some((_, text))) if !text.is_empty() => text.push('\n'),
            _ => {}
        }
    }
    sections.iter_mut().for_each(|(_, text)| text.truncate(text.trim_end().len()));
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_tells_texts_apart() {
        assert_eq!(digest(b""), 0xcbf2_9ce4_8422_2325);
        // From the published test vectors of FNV-1a.
        assert_eq!(digest(b"foobar"), 0x8594_4171_f739_67e8);
        assert_ne!(digest(b"a\nb"), digest(b"b\na"));
    }

    #[test]
    fn an_explanation_is_the_sections_of_the_module_docs() {
        let words = explanation(
            "//! Title.\n//!\n//! # Problem\n//! One\n//! two.\n//!\n//! Three.\n//! # Idea\n//! Four.\nuse x;\n//! Five.\n",
        );
        assert_eq!(words, [("Problem".into(), "One two.\nThree.".into()), ("Idea".into(), "Four.".into())]);
    }
}

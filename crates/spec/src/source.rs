//! Source files, for those who read along while they run: which a pattern has, and which parts it is made of.

use std::collections::BTreeSet;

/// A source file, as it was compiled.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// Its path, as the compiler was given it.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// A path of a source as people read it: `parts/channel.rs` of `crates/parts/src/channel.rs`.
pub fn short_path(path: &str) -> String {
    path.trim_start_matches("crates/").replacen("/src/", "/", 1)
}

/// The parts that a source uses, by the names of their files: of what it imports from `millrace_parts`, the modules that the root
/// of the parts, whose text is `root`, has it from. So nobody has to list them.
pub fn used_parts<'a>(source: &str, root: &'a str) -> Vec<&'a str> {
    let imports = source.split("use millrace_parts::").skip(1).filter_map(|rest| rest.split(';').next());
    let used: BTreeSet<&str> = imports.flat_map(words).collect();
    let modules = root.lines().filter_map(|line| line.strip_prefix("pub use ")?.split_once("::"));
    modules.filter(|(_, names)| words(names).any(|name| used.contains(name))).map(|(module, _)| module).collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "mod channel;\nmod crew;\npub use channel::{Rx, Tx, channel};\npub use crew::{Crew, Worker};\npub use select::select2;\n";

    #[test]
    fn a_part_is_used_where_one_of_its_names_is_imported() {
        assert_eq!(
            used_parts("use millrace_parts::{\n    Crew,\n    Tx,\n};\nuse other::select2;\n", ROOT),
            ["channel", "crew"]
        );
        assert_eq!(used_parts("use millrace_parts::select2;", ROOT), ["select"]);
        assert!(used_parts("use millrace_engine::Env;", ROOT).is_empty());
    }
}

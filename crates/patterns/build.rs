//! Lists the source files of every pattern, for those who read along: its own, and the parts that it uses. Nobody has to list them,
//! and none is forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo says where the crate is"));
    println!("cargo::rerun-if-changed=src");
    let parts = Parts::read(&here.join("../parts/src"));

    let mut list = String::from("&[\n");
    for (main, own) in patterns(&here.join("src")) {
        let texts: String = own.iter().map(|path| read(&here.join("src").join(path))).collect();
        // The file to begin with: the one that waits most beside the first, which puts them together; or that one, where no other waits.
        let opens = own.get(1).is_some_and(|path| awaits(&here.join("src").join(path)) > 0);
        write!(list, "(\"crates/patterns/src/{main}\", {}, &[", usize::from(opens)).expect("memory");
        for path in &own {
            write!(list, "source!(\"crates/patterns/src/{path}\"), ").expect("memory");
        }
        for part in used_parts(&texts, &parts) {
            write!(list, "source!(\"crates/parts/src/{part}.rs\"), ").expect("memory");
        }
        list.push_str("]),\n");
    }
    list.push(']');
    write_out("sources.rs", &list);
    write_out("words.rs", &words_of_all(&here.join("src")));
    write_out("cards.txt", &cards_of_all(&here.join("src")));
}

/// The cards of all patterns, one text after the other, as `scripts/cards.sh` puts them into the site.
fn cards_of_all(src: &Path) -> String {
    let texts = entries(src).into_iter().map(|path| path.join("cards.txt")).filter(|path| path.is_file());
    texts.map(|path| read(&path)).collect()
}

fn write_out(name: &str, text: &str) {
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo says where to write")).join(name);
    fs::write(&out, text).unwrap_or_else(|error| panic!("{}: {error}", out.display()));
}

/// The words of each pattern's explanation, in small letters, each once: the explanations themselves are no part of the program.
fn words_of_all(src: &Path) -> String {
    let mut list = String::from("&[\n");
    for (main, _) in patterns(src) {
        let text = read(&src.join(&main));
        let docs =
            text.lines().map_while(|line| line.strip_prefix("//!")).collect::<Vec<_>>().join(" ").to_ascii_lowercase();
        let telling = words(&docs).filter(|word| word.len() > 3 && !COMMON.contains(word));
        let telling: Vec<&str> = telling.collect::<BTreeSet<_>>().into_iter().collect();
        writeln!(list, "(\"crates/patterns/src/{main}\", {:?}),", telling.join(" ")).expect("memory");
    }
    list.push(']');
    list
}

/// Words that nobody looks for.
const COMMON: &[&str] = &[
    "about",
    "after",
    "again",
    "also",
    "always",
    "another",
    "answered",
    "away",
    "because",
    "been",
    "before",
    "between",
    "both",
    "call",
    "comes",
    "does",
    "down",
    "each",
    "else",
    "even",
    "every",
    "everything",
    "from",
    "give",
    "goes",
    "good",
    "have",
    "idea",
    "into",
    "itself",
    "less",
    "like",
    "long",
    "longer",
    "made",
    "many",
    "more",
    "most",
    "much",
    "must",
    "nobody",
    "none",
    "nothing",
    "only",
    "origin",
    "other",
    "others",
    "over",
    "problem",
    "same",
    "several",
    "should",
    "some",
    "somebody",
    "soon",
    "such",
    "take",
    "takes",
    "than",
    "that",
    "their",
    "them",
    "then",
    "there",
    "they",
    "this",
    "those",
    "through",
    "took",
    "until",
    "well",
    "were",
    "what",
    "when",
    "where",
    "whether",
    "which",
    "while",
    "whole",
    "will",
    "with",
    "without",
    "would",
    "choose",
    "watch",
    "primitives",
];

/// The file that a pattern begins in and all files of its own, from `src` on: that one first, and then the files in which most is
/// waited for, for they are those to look at.
fn patterns(src: &Path) -> Vec<(String, Vec<String>)> {
    let single = rust_files(src).into_iter().map(|path| stem(&path)).filter(|name| name != "lib");
    let mut all: Vec<_> = single.map(|name| (format!("{name}.rs"), vec![format!("{name}.rs")])).collect();
    for folder in entries(src).into_iter().filter(|path| path.join("mod.rs").is_file()) {
        let name = stem(&folder);
        let mut own = rust_files(&folder);
        own.sort_by_key(|path| (stem(path) != "mod", std::cmp::Reverse(awaits(path))));
        let own: Vec<_> = own.iter().map(|path| format!("{name}/{}.rs", stem(path))).collect();
        all.push((format!("{name}/mod.rs"), own));
    }
    all.sort();
    all
}

/// How often a file waits. Scenarios only name lines that do.
fn awaits(path: &Path) -> usize {
    if stem(path) == "presets" { 0 } else { read(path).matches(".await").count() }
}

/// The parts that a pattern uses, by the names of their files, in the order of the alphabet: those it imports, and those that they are
/// made of, files of their own folders among them.
fn used_parts<'a>(pattern: &str, parts: &'a Parts) -> BTreeSet<&'a str> {
    let mut left = parts.imported(pattern);
    let mut used = BTreeSet::new();
    while let Some(part) = left.pop() {
        if used.insert(part) {
            let text = &parts.files[part];
            let inside =
                |other: &&str| ["crate", "super"].iter().any(|root| text.contains(&format!("{root}::{other}::")));
            let own = |other: &&str| other.strip_prefix(part).is_some_and(|rest| rest.starts_with('/'));
            left.extend(parts.files.keys().map(String::as_str).filter(|other| inside(other) || own(other)));
        }
    }
    used
}

/// The parts: the root of their crate, which says what comes from which file, and the files.
struct Parts {
    root: String,
    /// Names and texts; those in the folder of a part are `part/file`.
    files: BTreeMap<String, String>,
}

impl Parts {
    fn read(src: &Path) -> Parts {
        println!("cargo::rerun-if-changed={}", src.display());
        let mut files: BTreeMap<String, String> =
            rust_files(src).iter().map(|path| (stem(path), read(path))).filter(|(module, _)| module != "lib").collect();
        for folder in entries(src).into_iter().filter(|path| path.is_dir()) {
            let of = |path: &PathBuf| (format!("{}/{}", stem(&folder), stem(path)), read(path));
            files.extend(rust_files(&folder).iter().map(of));
        }
        Parts { root: read(&src.join("lib.rs")), files }
    }

    /// Those that a text imports something of.
    fn imported(&self, text: &str) -> Vec<&str> {
        let imports = text.split("use millrace_parts::").skip(1).filter_map(|rest| rest.split(';').next());
        let named: BTreeSet<&str> = imports.flat_map(words).collect();
        let exports = self.root.split(';').filter_map(|item| item.trim().strip_prefix("pub use ")?.split_once("::"));
        let used = exports.filter(|(_, names)| words(names).any(|name| named.contains(name)));
        used.filter_map(|(module, _)| self.files.get_key_value(module)).map(|(module, _)| module.as_str()).collect()
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut all: Vec<_> = read.flatten().map(|entry| entry.path()).collect();
    all.sort();
    all
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "rs")).collect()
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

//! What no compiler and no lint can see. That imports point downward is Cargo's affair (each layer is a crate), clocks, orders of hash
//! tables and floating point are in `clippy.toml`, and what can kill the page is denied in the crates that must not.

use std::fmt::Write;
use std::path::Path;

/// Lines of a file, its tests at the end not counted.
const MOST_LINES: usize = 500;

/// A file of the repository.
struct File {
    /// From the root, with forward slashes.
    path: String,
    text: String,
}

impl File {
    /// The text without the tests at its end.
    fn code(&self) -> &str {
        self.text.split("\n#[cfg(test)]\nmod ").next().unwrap_or(&self.text)
    }

    /// The lines that are no comments, counted from one.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.code().lines()).filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below these folders whose names end so; a name without a folder is a file at the root.
fn files(below: &[&str], endings: &[&str]) -> Vec<File> {
    let mut found = Vec::new();
    let mut left: Vec<_> = below.iter().map(|name| root().join(name)).filter(|path| path.exists()).collect();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(std::fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()));
        } else if endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)) {
            let text = std::fs::read_to_string(&path).expect("a text file");
            let path = path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
            found.push(File { path, text });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn sources() -> Vec<File> {
    let found = files(&["src", "crates"], &[".rs"]);
    assert!(found.len() > 40, "the sources were found");
    found
}

/// What is wrong, a line for each; the test fails if there is any.
#[derive(Default)]
struct Complaints(String);

impl Complaints {
    fn add(&mut self, file: &File, line: usize, what: &str) {
        writeln!(self.0, "{}:{line}: {what}", file.path).expect("memory");
    }

    #[track_caller]
    fn none(self) {
        assert!(self.0.is_empty(), "\n{}", self.0);
    }
}

#[test]
fn no_pattern_knows_another_and_only_the_registry_knows_them_all() {
    let mut wrong = Complaints::default();
    for file in
        sources().iter().filter(|f| f.path.starts_with("crates/patterns/src/") && f.path.matches('/').count() == 3)
    {
        for (line, _) in file.lines().filter(|(_, line)| line.contains("super::") || line.contains("crate::")) {
            wrong.add(file, line, "a pattern reaches for its neighbours; share by a part");
        }
    }
    // Above the patterns nobody asks for one by its name.
    let ids: Vec<String> = millrace::patterns::ALL.iter().map(|p| format!("\"{}\"", p.id)).collect();
    let above = ["crates/analysis", "crates/view", "crates/session", "crates/export", "src"];
    for file in &files(&above, &[".rs"]) {
        for (number, line) in file.lines() {
            for id in ids.iter().filter(|id| line.contains(id.as_str())) {
                wrong.add(file, number, &format!("knows the pattern {id} by name"));
            }
        }
    }
    wrong.none();
}

#[test]
fn every_file_says_first_what_it_is_for_and_is_short() {
    let mut wrong = Complaints::default();
    for file in &files(&["src", "crates", "tests", "benches"], &[".rs"]) {
        if !file.text.starts_with("//! ") {
            wrong.add(file, 1, "does not begin with module docs (//!)");
        }
        let lines = file.code().lines().count();
        // One module of tests covers an area, however much there is to say about it.
        if lines > MOST_LINES && (file.path.starts_with("src/") || file.path.starts_with("crates/")) {
            wrong.add(file, MOST_LINES, &format!("{lines} lines; split it at {MOST_LINES}"));
        }
    }
    wrong.none();
}

#[test]
fn what_puts_places_together_knows_no_kind_of_place() {
    let mut wrong = Complaints::default();
    let view = files(&["crates/view/src"], &[".rs"]);
    for file in view.iter().filter(|file| !file.path.starts_with("crates/view/src/place/")) {
        for (number, _) in file.lines().filter(|(_, line)| line.contains("PlaceKind")) {
            wrong.add(file, number, "knows a kind of place; what a kind is stands in its own file of view/place");
        }
    }
    wrong.none();
}

#[test]
fn only_the_page_knows_that_a_browser_exists() {
    let mut wrong = Complaints::default();
    for file in &files(&["crates"], &["Cargo.toml"]) {
        for name in ["web-sys", "js-sys", "wasm-bindgen", "yew", "gloo", "plotters-canvas"] {
            for (number, _) in file.lines().filter(|(_, line)| line.starts_with(name)) {
                wrong.add(file, number, &format!("{name}: outside src/platform and src/app nobody knows a browser"));
            }
        }
    }
    // Within this package the page is built of its adapter, and not the other way round.
    for file in &files(&["src/platform", "src/native"], &[".rs"]) {
        for (number, _) in file.lines().filter(|(_, line)| line.contains("crate::app")) {
            wrong.add(file, number, "an adapter does not know the page");
        }
    }
    wrong.none();
}

#[test]
fn what_kills_the_page_is_denied_where_it_would() {
    for layer in ["engine", "parts", "patterns", "session"] {
        let path = root().join(format!("crates/{layer}/src/lib.rs"));
        let text = std::fs::read_to_string(&path).expect("the crate");
        for lint in ["unwrap_used", "expect_used", "panic", "indexing_slicing", "unreachable", "todo", "unimplemented"]
        {
            assert!(text.contains(&format!("clippy::{lint}")), "{layer} does not deny clippy::{lint}");
        }
    }
}

#[test]
fn markup_has_classes_and_no_styles() {
    let mut wrong = Complaints::default();
    for file in &files(&["src/app", "index.html"], &[".rs", ".html"]) {
        for (number, line) in file.lines() {
            // With a strict Content-Security-Policy a style attribute does nothing.
            if line.contains(" style=") {
                wrong.add(file, number, "a style attribute: use a class, or a custom property set through CSSOM");
            }
        }
    }
    wrong.none();
}

#[test]
fn the_repository_speaks_of_no_machine_and_leaves_nothing_for_later() {
    // Put together here, so that this file does not speak of them either.
    let machines =
        ["/ho".to_owned() + "me/", "/ro".to_owned() + "ot/", "/wo".to_owned() + "rk/", "C:\\".to_owned() + "Users"];
    let later = ["TO".to_owned() + "DO", "FIX".to_owned() + "ME", "XX".to_owned() + "X"];
    let everywhere = [
        "src",
        "crates",
        "tests",
        "benches",
        "scripts",
        "static",
        ".ci",
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "Cargo.toml",
        "Trunk.toml",
        "Makefile",
        "index.html",
        "clippy.toml",
    ];
    let endings = [".rs", ".md", ".html", ".css", ".toml", ".sh", ".js", ".json", "Makefile", ".yml", ".ci/run"];
    let mut wrong = Complaints::default();
    for file in &files(&everywhere, &endings) {
        for (number, line) in (1..).zip(file.text.lines()) {
            for path in machines.iter().filter(|path| line.contains(path.as_str())) {
                wrong.add(file, number, &format!("{path}: the path of some machine"));
            }
            let words = || line.split(|c: char| !c.is_alphanumeric() && c != '_');
            for word in later.iter().filter(|word| words().any(|w| w == word.as_str())) {
                wrong.add(file, number, &format!("{word}: do it, or write an issue"));
            }
        }
    }
    wrong.none();
}

//! What a single crate does not enforce by itself: imports point downward, files stay small and say what they are for, nothing
//! below the browser reads a clock or the order of a hash table, and nothing that can kill the page stands in the engine.

use std::fmt::Write;
use std::path::Path;

/// From the leaf upward: the layers, and what each may import. A path of two names allows only that part of a layer.
const LAYERS: &[(&str, &[&str])] = &[
    ("trace", &[]),
    ("engine", &["trace"]),
    ("spec", &["engine", "trace"]),
    ("parts", &["spec", "engine", "trace"]),
    ("upstream", &["parts", "spec", "engine", "trace"]),
    ("patterns", &["upstream", "parts", "spec", "engine", "trace"]),
    ("analysis", &["spec", "trace"]),
    ("view", &["spec", "trace", "analysis"]),
    ("session", &["patterns", "spec", "upstream", "engine", "trace"]),
    ("export", &["view", "analysis", "session", "spec", "engine", "trace"]),
    ("platform", &["upstream", "engine", "view::shape", "trace"]),
    ("native", &["session", "export", "analysis", "upstream", "patterns", "spec", "engine", "trace"]),
    ("app", EVERYTHING),
    ("bin", EVERYTHING),
];

const EVERYTHING: &[&str] = &[
    "trace", "engine", "spec", "parts", "upstream", "patterns", "analysis", "view", "session", "export", "platform",
    "native", "app",
];

/// The layers that stand outside a run, and may ask the host.
const OUTSIDE: &[&str] = &["platform", "native", "app", "bin"];

/// The layers in which nothing may panic: in wasm that kills the page.
const NO_PANIC: &[&str] = &["engine", "parts", "patterns", "session"];

/// Lines of a file, its tests at the end not counted.
const MOST_LINES: usize = 500;

/// What differs from run to run, or between native and wasm.
const UNSTEADY: &[&str] = &["HashMap", "HashSet", "Instant", "SystemTime", "thread_local", "RandomState"];

/// Methods of floating-point numbers whose last bits differ between native and wasm; `libm` has functions of these names.
const UNSTEADY_METHODS: &[&str] = &[
    "ln", "ln_1p", "log", "log2", "log10", "exp", "exp2", "exp_m1", "powf", "powi", "cbrt", "hypot", "sin", "cos",
    "tan", "sin_cos", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
];

/// A file of the repository.
struct File {
    /// From the root, with forward slashes.
    path: String,
    text: String,
    /// The text without comments and the insides of strings, and without the tests at its end; as many lines as there are.
    code: String,
}

impl File {
    fn layer(&self) -> &str {
        let inside = self.path.strip_prefix("src/").unwrap_or("");
        match inside.split_once('/') {
            Some((layer, _)) => layer,
            None if inside == "main.rs" => "bin",
            None => inside,
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files under a folder whose names end so.
fn files(folder: &str, endings: &[&str]) -> Vec<File> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)) {
                let text = std::fs::read_to_string(&path).expect("a text file");
                let path = path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
                let code = code_of(text.split("\n#[cfg(test)]\nmod ").next().unwrap_or(&text));
                found.push(File { path, text, code });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Files at the root that are no Rust, those of them that exist.
fn named(names: &[&str]) -> Vec<File> {
    let read = |name: &&str| {
        Some(File {
            path: (*name).to_owned(),
            text: std::fs::read_to_string(root().join(name)).ok()?,
            code: String::new(),
        })
    };
    names.iter().filter_map(read).collect()
}

fn sources() -> Vec<File> {
    let found = files("src", &[".rs"]);
    assert!(found.len() > 40, "the sources were found");
    found
}

/// Rust without its comments and the insides of its strings.
fn code_of(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut code = String::with_capacity(text.len());
    let mut i = 0;
    // Skips to where `ends` holds, and keeps the lines.
    let skip = |code: &mut String, mut i: usize, ends: &dyn Fn(usize) -> bool| {
        while i < chars.len() && !ends(i) {
            code.extend((chars[i] == '\n').then_some('\n'));
            i += if chars[i] == '\\' && chars.get(i + 1) != Some(&'\n') { 2 } else { 1 };
        }
        i
    };
    while i < chars.len() {
        let before = if i == 0 { ' ' } else { chars[i - 1] };
        match chars[i] {
            '/' if at(i + 1) == '/' => i = skip(&mut code, i, &|i| at(i) == '\n'),
            '/' if at(i + 1) == '*' => i = skip(&mut code, i + 2, &|i| at(i) == '*' && at(i + 1) == '/') + 2,
            'r' if matches!(at(i + 1), '"' | '#') && !(before.is_alphanumeric() || before == '_') => {
                let hashes = (1..).take_while(|n| at(i + n) == '#').count();
                if at(i + 1 + hashes) == '"' {
                    code.push_str("\"\"");
                    let ends = |i: usize| at(i) == '"' && (1..=hashes).all(|n| at(i + n) == '#');
                    let mut j = i + 2 + hashes;
                    while j < chars.len() && !ends(j) {
                        code.extend((chars[j] == '\n').then_some('\n'));
                        j += 1;
                    }
                    i = j + 1 + hashes;
                } else {
                    code.push('r');
                    i += 1;
                }
            }
            '"' => {
                code.push_str("\"\"");
                i = skip(&mut code, i + 1, &|i| at(i) == '"') + 1;
            }
            // A character, rather than a lifetime.
            '\'' if at(i + 1) == '\\' || at(i + 2) == '\'' => {
                code.push_str("' '");
                i = skip(&mut code, if at(i + 1) == '\\' { i + 1 } else { i + 2 }, &|i| at(i) == '\'') + 1;
            }
            c => {
                code.push(c);
                i += 1;
            }
        }
    }
    code
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The places of a word in a text, as a whole word.
fn places_of<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    text.match_indices(word)
        .map(|(i, _)| i)
        .filter(move |&i| !text[..i].ends_with(is_word) && !text[i + word.len()..].starts_with(is_word))
}

fn line_of(text: &str, index: usize) -> usize {
    text[..index].matches('\n').count() + 1
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

/// The paths that a file imports from this crate: `trace::ledger` of `crate::trace::ledger::Fate`, with the place of each.
fn imports(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for name in ["crate::", "millrace::"] {
        for (index, _) in code.match_indices(name) {
            if code[..index].ends_with(|c| is_word(c) || c == ':') {
                continue;
            }
            let rest = &code[index + name.len()..];
            if let Some(group) = rest.strip_prefix('{') {
                found.extend(group_of(group).into_iter().map(|path| (index, path)));
            } else {
                found.push((index, path_of(rest)));
            }
        }
    }
    found
}

/// The paths at the top of a group: `a::b` and `c` of `a::b::{d, e}, c}`.
fn group_of(group: &str) -> Vec<String> {
    let (mut depth, mut paths, mut start) = (0, Vec::new(), 0);
    for (i, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                paths.push(path_of(group[start..i].trim_start()));
                start = i + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    paths.retain(|path| !path.is_empty());
    paths
}

/// The first two names of a path.
fn path_of(text: &str) -> String {
    let end = text.find(|c| !is_word(c) && c != ':').unwrap_or(text.len());
    text[..end].split("::").filter(|name| !name.is_empty()).take(2).collect::<Vec<_>>().join("::")
}

#[test]
fn imports_point_downward_only() {
    let mut wrong = Complaints::default();
    for file in sources().iter().filter(|f| f.path != "src/lib.rs") {
        let Some((_, allowed)) = LAYERS.iter().find(|(layer, _)| *layer == file.layer()) else {
            wrong.add(file, 1, "a layer that nobody has told this test of");
            continue;
        };
        for (index, path) in imports(&file.code) {
            let layer = path.split("::").next().unwrap_or_default();
            // A macro is exported at the root, whoever declares it.
            let layer = if layer == "params" { "spec" } else { layer };
            let own = layer == file.layer() && layer != "patterns";
            let permitted = allowed.iter().any(|&a| a == layer || path.to_lowercase() == a);
            if !own && !permitted {
                let what = format!("imports {path}; {} may import {}", file.layer(), allowed.join(", "));
                wrong.add(file, line_of(&file.code, index), &what);
            }
        }
    }
    wrong.none();
}

#[test]
fn no_pattern_knows_another_and_only_the_registry_knows_them_all() {
    let mut wrong = Complaints::default();
    for file in sources().iter().filter(|f| f.layer() == "patterns" && f.path.matches('/').count() == 2) {
        for (index, _) in file.code.match_indices("super::").filter(|_| !file.path.ends_with("/mod.rs")) {
            wrong.add(file, line_of(&file.code, index), "a pattern reaches for its neighbours; share by a part");
        }
    }
    // Above the patterns nobody asks for one by its name.
    let ids: Vec<String> = millrace::patterns::ALL.iter().map(|p| format!("\"{}\"", p.id)).collect();
    let above = ["analysis", "view", "session", "export", "platform", "native", "app"];
    for file in sources().iter().filter(|f| above.contains(&f.layer())) {
        let text = file.text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
        for (number, line) in (1..).zip(text.lines()).filter(|(_, l)| !l.trim_start().starts_with("//")) {
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
    for file in sources().iter().chain(&files("tests", &[".rs"])).chain(&files("benches", &[".rs"])) {
        if !file.text.starts_with("//! ") {
            wrong.add(file, 1, "does not begin with module docs (//!)");
        }
        let lines = file.code.lines().count();
        // One module of tests covers an area, however much there is to say about it.
        if lines > MOST_LINES && file.path.starts_with("src/") {
            wrong.add(file, MOST_LINES, &format!("{lines} lines; split it at {MOST_LINES}"));
        }
    }
    wrong.none();
}

#[test]
fn nothing_in_a_run_reads_the_host_or_depends_on_its_floating_point() {
    let mut wrong = Complaints::default();
    for file in sources().iter().filter(|f| !OUTSIDE.contains(&f.layer())) {
        for &word in UNSTEADY {
            for index in places_of(&file.code, word) {
                wrong.add(file, line_of(&file.code, index), &format!("{word}: use BTreeMap, Vec, or Env::now"));
            }
        }
        for &method in UNSTEADY_METHODS {
            for index in places_of(&file.code, method) {
                let (before, after) = (&file.code[..index], &file.code[index + method.len()..]);
                let of_std = before.ends_with("f64::") || before.ends_with("f32::");
                if of_std || (before.ends_with('.') && after.starts_with('(')) {
                    wrong.add(file, line_of(&file.code, index), &format!("{method} of std: use libm"));
                }
            }
        }
    }
    wrong.none();
}

#[test]
fn only_the_page_knows_that_a_browser_exists() {
    let mut wrong = Complaints::default();
    for file in sources().iter().filter(|f| !OUTSIDE.contains(&f.layer())) {
        for word in ["web_sys", "js_sys", "wasm_bindgen", "yew", "gloo", "gloo_timers", "wasm_bindgen_futures"] {
            for index in places_of(&file.code, word) {
                wrong.add(
                    file,
                    line_of(&file.code, index),
                    &format!("{word}: outside platform and app nobody knows a browser"),
                );
            }
        }
    }
    wrong.none();
}

#[test]
fn nothing_in_the_engine_the_parts_the_patterns_and_the_session_can_panic() {
    let mut wrong = Complaints::default();
    for file in sources().iter().filter(|f| NO_PANIC.contains(&f.layer())) {
        for word in [".unwrap()", ".expect(", "panic!(", "unreachable!(", "todo!(", "unimplemented!("] {
            for (index, _) in file.code.match_indices(word) {
                wrong.add(file, line_of(&file.code, index), &format!("{word} kills the page"));
            }
        }
        // `x[…]` and `f()[…]`; types, attributes and macros have something else before the bracket.
        for (index, _) in file.code.match_indices('[') {
            let before = &file.code[..index];
            if before.ends_with(|c| is_word(c) || matches!(c, ')' | ']' | '?')) {
                wrong.add(file, line_of(&file.code, index), "indexing kills the page where there is nothing: use get");
            }
        }
    }
    wrong.none();
}

#[test]
fn markup_has_classes_and_no_styles() {
    let mut wrong = Complaints::default();
    for file in sources().iter().filter(|f| f.layer() == "app").chain(&named(&["index.html"])) {
        let is_page = file.path.ends_with(".html");
        let text = if is_page { &file.text } else { &file.code };
        for index in places_of(text, "style") {
            // With a strict Content-Security-Policy a style attribute does nothing.
            if text[index + "style".len()..].starts_with('=') && !text[index + "style".len()..].starts_with("==") {
                wrong.add(
                    file,
                    line_of(text, index),
                    "a style attribute: use a class, or a custom property set through CSSOM",
                );
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
    let mut wrong = Complaints::default();
    let endings = [".rs", ".md", ".html", ".css", ".toml", ".sh", ".js", ".json", "Makefile", ".yml"];
    for folder in ["src", "tests", "benches", "scripts", "static", ".ci"] {
        for file in &files(folder, &endings) {
            complain_of(file, &machines, &later, &mut wrong);
        }
    }
    let at_the_root = [
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "Cargo.toml",
        "Trunk.toml",
        "Makefile",
        "index.html",
        "clippy.toml",
    ];
    for file in &named(&at_the_root) {
        complain_of(file, &machines, &later, &mut wrong);
    }
    wrong.none();
}

fn complain_of(file: &File, machines: &[String], later: &[String], wrong: &mut Complaints) {
    for (number, line) in (1..).zip(file.text.lines()) {
        for path in machines.iter().filter(|path| line.contains(path.as_str())) {
            wrong.add(file, number, &format!("{path}: the path of some machine"));
        }
        for word in later.iter().filter(|word| places_of(line, word).next().is_some()) {
            wrong.add(file, number, &format!("{word}: do it, or write an issue"));
        }
    }
}

// The scanner itself.

#[test]
fn comments_and_strings_are_no_code_and_lines_stay_where_they_are() {
    let text = "let a = \"x // \\\" y\"; // unwrap()\n/* two\nlines */ let b = 'c'; let c: &'static str = r#\"a\n\"b\"#; d['\\'']\n";
    let code = code_of(text);
    assert_eq!(code, "let a = \"\"; \n\n let b = ' '; let c: &'static str = \"\"\n; d[' ']\n");
    assert_eq!(code.lines().count(), text.lines().count());
}

#[test]
fn imports_are_found_alone_in_groups_and_in_paths() {
    let code =
        "use crate::trace::{A, B};\nuse crate::{engine::{C, D}, params, spec};\nlet x = millrace::view::shape::Shape;";
    let found: Vec<String> = imports(code).into_iter().map(|(_, path)| path).collect();
    assert_eq!(found, ["trace", "engine", "params", "spec", "view::shape"]);
    assert!(imports("$crate_::x mycrate::y").is_empty());
}

#[test]
fn words_are_found_whole() {
    assert_eq!(places_of("Instant Instantly _Instant an Instant.", "Instant").count(), 2);
}

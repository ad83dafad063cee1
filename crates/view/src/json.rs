//! Bodies as a person reads them: JSON with its lines broken.
//!
//! The order of the keys and the way numbers are written are the system's own, so the text is broken as it stands, not
//! parsed and written anew.

use serde::de::IgnoredAny;

/// What is wrong with a text as JSON, with line and column; none if it is JSON.
pub fn problem(text: &str) -> Option<String> {
    serde_json::from_str::<IgnoredAny>(text).err().map(|e| e.to_string())
}

/// JSON with one member a line; none if the text is no object and no list.
pub fn pretty(text: &str) -> Option<String> {
    let text = text.trim();
    if !text.starts_with(['{', '[']) || problem(text).is_some() {
        return None;
    }
    let mut out = String::with_capacity(text.len() * 2);
    let (mut depth, mut inside, mut escaped) = (0_usize, false, false);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if inside {
            out.push(c);
            inside = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            '"' => {
                inside = true;
                out.push(c);
            }
            '{' | '[' => {
                out.push(c);
                while rest.next_if(|c| c.is_ascii_whitespace()).is_some() {}
                // Nothing in it: it stays on its line.
                match rest.next_if(|c| matches!(c, '}' | ']')) {
                    Some(close) => out.push(close),
                    None => {
                        depth += 1;
                        break_line(&mut out, depth);
                    }
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                break_line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                break_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_ascii_whitespace() => {}
            c => out.push(c),
        }
    }
    Some(out)
}

fn break_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_gets_a_line_for_each_member_and_keeps_its_order_and_its_numbers() {
        let text = r#" {"to":9, "from" :1.50,"list":[1,{"a":[]}],"text":"a \"{,:}\" \\","none":{ }}"#;
        let expected = "{\n  \"to\": 9,\n  \"from\": 1.50,\n  \"list\": [\n    1,\n    {\n      \"a\": []\n    }\n  ],\n  \
                        \"text\": \"a \\\"{,:}\\\" \\\\\",\n  \"none\": {}\n}";
        assert_eq!(pretty(text).as_deref(), Some(expected));
    }

    #[test]
    fn what_is_no_object_and_no_list_is_left_alone() {
        assert_eq!(
            [pretty("elevator A received request"), pretty("12"), pretty("{\"a\":"), pretty("")],
            [const { None }; 4]
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        assert_eq!(problem("{\"from\": 1}"), None);
        let said = problem("{\n  from: 1}").expect("keys have quotes");
        assert!(said.contains("line 2 column 3"), "{said}");
    }
}

//! Markup, read and written down: a text of what stands firm, and code that fills in the rest.

use crate::tokens::{Problem, Tokens};
use proc_macro2::{Delimiter, Group, Ident, Literal, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};

/// The marks of the text, each followed by what it is of. `src/app/markup.rs` reads them.
mod mark {
    pub const OPEN: char = '\u{1}';
    pub const ATTRIBUTE: char = '\u{2}';
    pub const VALUE: char = '\u{3}';
    pub const FILLED: char = '\u{4}';
    pub const SPECIAL: char = '\u{5}';
    pub const TEXT: char = '\u{6}';
    pub const CHILDREN: char = '\u{7}';
    pub const CLOSE: char = '\u{8}';
}

/// Attributes that are there or not, and say nothing more.
const FLAGS: [&str; 9] =
    ["autofocus", "disabled", "hidden", "inert", "multiple", "open", "readonly", "required", "selected"];

/// Elements that never have children.
const VOID: [&str; 4] = ["br", "hr", "img", "input"];

/// Markup that was read.
#[derive(Default)]
pub struct Markup {
    /// The pieces of the text.
    text: Vec<Literal>,
    /// The calls that fill in the rest, in the order of the text.
    fills: Vec<TokenStream>,
}

impl Markup {
    /// Reads all of the tokens.
    pub fn read(tokens: &mut Tokens) -> Result<Markup, Problem> {
        let mut markup = Markup::default();
        while !tokens.is_empty() {
            markup.node(tokens)?;
        }
        Ok(markup)
    }

    /// The code that evaluates to the markup.
    pub fn into_code(self) -> TokenStream {
        let Markup { text, fills } = self;
        quote! {{
            #[allow(unused_mut)]
            let mut fill = ::millrace::app::markup::Fill::new();
            #(#fills)*
            fill.build(::std::concat!(#(#text),*))
        }}
    }

    fn write(&mut self, mark: char, what: &str) {
        self.text.push(Literal::string(&format!("{mark}{what}")));
    }

    fn fill(&mut self, call: TokenStream) {
        self.fills.push(quote! { fill.#call; });
    }

    fn children(&mut self, expression: &TokenStream) {
        self.write(mark::CHILDREN, "");
        self.fill(quote! { children(#expression) });
    }

    /// An element, a component, a fragment, a condition, or what stands in braces.
    fn node(&mut self, tokens: &mut Tokens) -> Result<(), Problem> {
        if tokens.take_word("if") {
            let condition = condition(tokens)?;
            self.children(&condition);
        } else if let Some(group) = tokens.take_braces() {
            self.block(&group);
        } else if tokens.take_marks("<>") {
            // A list of its own within an element: its keys are compared with each other and not with what stands beside it.
            self.write(mark::OPEN, "");
            self.until_closed(tokens, "")?;
            self.write(mark::CLOSE, "");
        } else if tokens.comes("<") {
            let is_component = tokens.ident(1).is_some_and(|ident| ident.to_string().starts_with(char::is_uppercase));
            if is_component { self.component(tokens)? } else { self.element(tokens)? }
        } else {
            return Err(tokens.problem("expected an element, braces, or `if`"));
        }
        Ok(())
    }

    /// `{ "text" }`, `{ for several }`, or `{ anything }`.
    fn block(&mut self, group: &Group) {
        let mut inside = Tokens::new(group.stream());
        if let (Some(TokenTree::Literal(literal)), None) = (inside.peek(0), inside.peek(1)) {
            self.write(mark::TEXT, "");
            self.text.push(literal.clone());
        } else if inside.take_word("for") {
            let several = inside.rest();
            self.write(mark::CHILDREN, "");
            self.fill(quote! { each(#several) });
        } else {
            self.children(&group.stream());
        }
    }

    fn until_closed(&mut self, tokens: &mut Tokens, name: &str) -> Result<(), Problem> {
        while !tokens.take_marks("</") {
            if tokens.is_empty() {
                return Err(tokens.problem(&format!("<{name}> is not closed")));
            }
            self.node(tokens)?;
        }
        if !name.is_empty() && !tokens.take_word(name) {
            return Err(tokens.problem(&format!("expected </{name}>")));
        }
        if tokens.take_marks(">") { Ok(()) } else { Err(tokens.problem(&format!("expected </{name}>"))) }
    }

    /// A component, for Yew's own macro.
    fn component(&mut self, tokens: &mut Tokens) -> Result<(), Problem> {
        let mut whole = TokenStream::new();
        while !tokens.comes("/>") {
            if tokens.comes(">") {
                return Err(tokens.problem("a component with children is a matter of yew::html!"));
            }
            let Some(token) = tokens.take() else { return Err(tokens.problem("expected />")) };
            whole.extend([token]);
        }
        tokens.take_marks("/>");
        self.children(&quote! { ::yew::html! { #whole /> } });
        Ok(())
    }

    fn element(&mut self, tokens: &mut Tokens) -> Result<(), Problem> {
        tokens.take_marks("<");
        let name = tokens.take_name()?;
        self.write(mark::OPEN, &name);
        while !tokens.comes("/>") && !tokens.comes(">") {
            self.attribute(tokens, &name)?;
        }
        if !tokens.take_marks("/>") {
            if VOID.contains(&name.as_str()) {
                return Err(tokens.problem(&format!("<{name}> has no children")));
            }
            tokens.take_marks(">");
            self.until_closed(tokens, &name)?;
        }
        self.write(mark::CLOSE, "");
        Ok(())
    }

    /// `name="text"`, `name={anything}`, or `{name}`.
    fn attribute(&mut self, tokens: &mut Tokens, element: &str) -> Result<(), Problem> {
        if let Some(group) = tokens.take_braces() {
            let name = Tokens::new(group.stream()).take_name()?;
            self.filled(&name, element, &group.stream());
            return Ok(());
        }
        let name = tokens.take_name()?;
        if !tokens.take_marks("=") {
            return Err(tokens.problem(&format!("expected {name}=…")));
        }
        match tokens.take() {
            // Of an input, the value is what is typed into it, and no attribute.
            Some(TokenTree::Literal(literal)) if element == "input" && name == "value" => {
                self.filled(&name, element, &quote! { #literal });
            }
            Some(TokenTree::Literal(literal)) => {
                self.write(mark::ATTRIBUTE, &format!("{name}{}", mark::VALUE));
                self.text.push(literal);
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                self.filled(&name, element, &group.stream());
            }
            _ => return Err(tokens.problem("expected a literal or braces")),
        }
        Ok(())
    }

    fn filled(&mut self, name: &str, element: &str, value: &TokenStream) {
        let call = match (element, name) {
            (_, "ref") => quote! { node_ref(#value) },
            (_, "key") => quote! { key(#value) },
            ("input" | "textarea", "value") => quote! { value(#value) },
            ("input", "checked") => quote! { checked(#value) },
            (_, event) if is_event(event) => {
                let event: Ident = format_ident!("{event}");
                quote! { listener(::yew::html::#event::Wrapper::__macro_new(#value)) }
            }
            _ => {
                self.write(mark::FILLED, name);
                let flag = FLAGS.contains(&name);
                let call = if flag {
                    quote! { flag(#name, #value) }
                } else {
                    quote! { attribute(#value) }
                };
                return self.fill(call);
            }
        };
        self.write(mark::SPECIAL, "");
        self.fill(call);
    }
}

/// Whether an attribute is a handler: no other begins with these letters.
fn is_event(name: &str) -> bool {
    name.starts_with("on")
}

/// What follows an `if`: its condition, its markup, and what is there otherwise.
fn condition(tokens: &mut Tokens) -> Result<TokenStream, Problem> {
    let mut holds = TokenStream::new();
    let group = loop {
        if let Some(group) = tokens.take_braces() {
            break group;
        }
        let Some(token) = tokens.take() else { return Err(tokens.problem("expected braces after the condition")) };
        holds.extend([token]);
    };
    let then = inside(&group)?;
    let otherwise = if !tokens.take_word("else") {
        quote! { ::yew::Html::default() }
    } else if tokens.take_word("if") {
        condition(tokens)?
    } else {
        let Some(group) = tokens.take_braces() else { return Err(tokens.problem("expected braces after else")) };
        inside(&group)?
    };
    Ok(quote_spanned! { group.span() => if #holds { #then } else { #otherwise } })
}

fn inside(group: &Group) -> Result<TokenStream, Problem> {
    Markup::read(&mut Tokens::new(group.stream())).map(Markup::into_code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Markup, Problem> {
        Markup::read(&mut Tokens::new(text.parse().expect("tokens")))
    }

    /// The text, with the marks as digits.
    fn text(of: &str) -> String {
        let pieces = read(of).unwrap_or_else(|_| panic!("{of} is markup")).text;
        let plain = pieces.iter().map(|piece| piece.to_string().trim_matches('"').to_owned());
        (1..9).fold(plain.collect(), |all: String, mark| all.replace(&format!("\\u{{{mark}}}"), &mark.to_string()))
    }

    #[test]
    fn what_stands_firm_is_text_and_what_is_filled_in_a_mark() {
        assert_eq!(text(r#"<td class="n">{ "a" }</td>"#), "1td2class3n6a8");
        assert_eq!(text(r#"<input type="text" {id} value="v" {onclick} />"#), "1input2type3text4id558");
        assert_eq!(text("<p data-x={x}>{ y }{ for z }<B c=1 /></p>"), "1p4data-x7778");
        assert_eq!(text("<>if a { <b></b> } else if c { { d } }<i></i></>"), "171i88");
    }

    #[test]
    fn what_is_filled_in_is_evaluated_in_the_order_in_which_it_is_written() {
        let code = read("<p a={one} key={two}>{ three }</p>{ four }").map(Markup::into_code);
        let code = code.map_or_else(|_| String::new(), |code| code.to_string());
        let places = ["one", "two", "three", "four"].map(|word| code.find(word));
        assert!(places.is_sorted() && places[0].is_some(), "{code}");
    }

    #[test]
    fn what_is_no_markup_is_refused() {
        for wrong in ["<p>", "<p></b>", "<p", "<p a></p>", "<br></br>", "<C></C>", "<C", "word", "if a", "<p a=b></p>"]
        {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}

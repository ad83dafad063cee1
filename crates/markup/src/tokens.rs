//! Tokens one after the other, with a look at what comes.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote_spanned;

/// What is wrong with some markup, and where.
pub struct Problem(Span, String);

impl Problem {
    /// The problem as what the compiler says.
    pub fn into_code(self) -> TokenStream {
        let Problem(span, says) = self;
        quote_spanned! { span => ::std::compile_error!(#says) }
    }
}

/// What is left of a stream.
pub struct Tokens {
    all: Vec<TokenTree>,
    at: usize,
}

impl Tokens {
    /// All tokens of a stream.
    pub fn new(stream: TokenStream) -> Tokens {
        Tokens { all: stream.into_iter().collect(), at: 0 }
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.at == self.all.len()
    }

    /// What comes after `ahead` others.
    pub fn peek(&self, ahead: usize) -> Option<&TokenTree> {
        self.all.get(self.at + ahead)
    }

    /// What comes next.
    pub fn take(&mut self) -> Option<TokenTree> {
        let token = self.all.get(self.at).cloned();
        self.at += usize::from(token.is_some());
        token
    }

    /// All that is left.
    pub fn rest(&mut self) -> TokenStream {
        let rest = self.all.split_off(self.at);
        rest.into_iter().collect()
    }

    /// Whether these marks come next.
    pub fn comes(&self, marks: &str) -> bool {
        marks
            .chars()
            .enumerate()
            .all(|(ahead, mark)| matches!(self.peek(ahead), Some(TokenTree::Punct(punct)) if punct.as_char() == mark))
    }

    /// Takes these marks, if they come next.
    pub fn take_marks(&mut self, marks: &str) -> bool {
        let comes = self.comes(marks);
        if comes {
            self.at += marks.len();
        }
        comes
    }

    /// The identifier that comes after `ahead` others.
    pub fn ident(&self, ahead: usize) -> Option<&Ident> {
        match self.peek(ahead) {
            Some(TokenTree::Ident(ident)) => Some(ident),
            _ => None,
        }
    }

    /// Takes this word, if it comes next.
    pub fn take_word(&mut self, word: &str) -> bool {
        let comes = self.ident(0).is_some_and(|ident| ident == word);
        self.at += usize::from(comes);
        comes
    }

    /// Takes what is in braces, if that comes next.
    pub fn take_braces(&mut self) -> Option<Group> {
        match self.peek(0) {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let group = group.clone();
                self.at += 1;
                Some(group)
            }
            _ => None,
        }
    }

    /// Takes a name, which may have dashes.
    pub fn take_name(&mut self) -> Result<String, Problem> {
        let Some(first) = self.ident(0) else { return Err(self.problem("expected a name")) };
        let mut name = first.to_string();
        self.at += 1;
        while self.comes("-") {
            let Some(next) = self.ident(1) else { break };
            name = format!("{name}-{next}");
            self.at += 2;
        }
        Ok(name)
    }

    /// A problem with what comes next.
    pub fn problem(&self, says: &str) -> Problem {
        let span = self.peek(0).or_else(|| self.all.last()).map_or_else(Span::call_site, TokenTree::span);
        Problem(span, says.to_owned())
    }
}

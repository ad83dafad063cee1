//! The page's `html!`: Yew's syntax, kept as text instead of as code.
//!
//! Yew's own macro writes out, in place, how each element is put together: some 250 bytes of wasm for each of eight hundred. This one
//! makes one text of what stands firm, which gzip is made for, and code only of what a render fills in; `src/app/markup.rs` puts
//! both together. Components are left to Yew's macro, which checks their properties. What Yew's macro knows and the page does not
//! use is an error here: dynamic tags, loops without braces, components with children.
//!
//! An own parser, because those for markup in Rust (`rstml`) know neither `if` nor `{ for … }` within it.

mod encode;
mod tokens;

use encode::Markup;
use tokens::Tokens;

/// Markup, as a `yew::Html`. What stands in braces is evaluated in the order in which it is written.
#[proc_macro]
pub fn html(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let built = Markup::read(&mut Tokens::new(input.into()));
    built.map_or_else(tokens::Problem::into_code, Markup::into_code).into()
}

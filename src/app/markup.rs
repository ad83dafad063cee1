//! Markup that was written as text, put together with what a render fills in.
//!
//! [`html!`] makes a text of what stands firm in a piece of markup and calls [`Fill`] with the rest, in the order of the text. A text is
//! read once, when it is first rendered, and kept: Yew compares the names of attributes by where they are, and leaves alone what
//! stands firm. There are as many texts as places in the program, so what is kept does not grow.

pub use millrace_markup::html;

use std::cell::RefCell;
use std::rc::Rc;
use yew::html::IntoPropValue;
use yew::virtual_dom::{AttributeOrProperty, Attributes, Key, Listener, VList, VTag, VText};
use yew::{AttrValue, Html, NodeRef};

thread_local! {
    /// The texts that were read, by where they are in the program.
    static READ: RefCell<Vec<(usize, &'static [Piece])>> = const { RefCell::new(Vec::new()) };
}

/// A piece of a text.
enum Piece {
    Element(Element),
    /// Several with keys of their own.
    List(Vec<Piece>),
    Text(&'static str),
    /// So many children come from the render as it likes.
    Children,
}

/// An element as it stands in a text.
struct Element {
    tag: &'static str,
    attributes: Given,
    /// How many of its attributes, handlers and the like a render fills in.
    filled: usize,
    children: Vec<Piece>,
}

/// The attributes of an element.
enum Given {
    /// They stand firm.
    Firm(&'static [(&'static str, AttributeOrProperty)]),
    /// Some are filled in: those without a value.
    Some { names: &'static [&'static str], values: Vec<Option<&'static str>> },
}

/// What a render fills in.
enum Filling {
    Attribute(Option<AttrValue>),
    Value(Option<AttrValue>),
    Checked(bool),
    Listener(Option<Rc<dyn Listener>>),
    Ref(NodeRef),
    Key(Key),
    Child(Html),
    Children(Vec<Html>),
}

/// What a render fills into a text, in the text's order.
#[derive(Default)]
pub struct Fill(Vec<Filling>);

impl std::fmt::Debug for Fill {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fill({})", self.0.len())
    }
}

impl Fill {
    /// Nothing yet.
    pub fn new() -> Fill {
        Fill::default()
    }

    /// An attribute, or none.
    pub fn attribute(&mut self, value: impl IntoPropValue<Option<AttrValue>>) {
        self.0.push(Filling::Attribute(value.into_prop_value()));
    }

    /// An attribute that is there or not.
    pub fn flag(&mut self, name: &'static str, on: bool) {
        self.attribute(on.then_some(name));
    }

    /// What is typed into a field.
    pub fn value(&mut self, value: impl IntoPropValue<Option<AttrValue>>) {
        self.0.push(Filling::Value(value.into_prop_value()));
    }

    /// Whether a box is checked.
    pub fn checked(&mut self, on: bool) {
        self.0.push(Filling::Checked(on));
    }

    /// What is done at an event.
    pub fn listener(&mut self, listener: Option<Rc<dyn Listener>>) {
        self.0.push(Filling::Listener(listener));
    }

    /// Where the element is to be found.
    pub fn node_ref(&mut self, node: NodeRef) {
        self.0.push(Filling::Ref(node));
    }

    /// What tells the element from its siblings.
    pub fn key(&mut self, key: impl Into<Key>) {
        self.0.push(Filling::Key(key.into()));
    }

    /// A text, markup, or none.
    pub fn children(&mut self, children: impl Children) {
        self.0.push(Filling::Child(children.node()));
    }

    /// Several, which are children of the same element as what stands beside them.
    pub fn each<T: Children>(&mut self, several: impl IntoIterator<Item = T>) {
        let mut all = Vec::new();
        for children in several {
            all.push(children.node());
        }
        self.0.push(Filling::Children(all));
    }

    /// The markup of a text.
    pub fn build(self, text: &'static str) -> Html {
        let mut filling = self.0.into_iter();
        let mut nodes = Vec::new();
        build(pieces_of(text), &mut filling, &mut nodes);
        match nodes.len() {
            1 => nodes.remove(0),
            _ => nodes.node(),
        }
    }
}

/// The class attribute: names, and names that may be missing.
macro_rules! classes {
    ($($name:expr),+) => {
        crate::app::markup::joined(&[$(::std::convert::Into::<Option<&'static str>>::into($name)),+])
    };
}
pub(crate) use classes;

/// The names that are there, with spaces in between.
pub fn joined(names: &[Option<&'static str>]) -> Option<AttrValue> {
    let mut there = names.iter().copied().flatten();
    let first = there.next()?;
    Some(there.fold(AttrValue::Static(first), |all, name| format!("{all} {name}").into()))
}

/// What can stand among children.
pub trait Children {
    /// A node: of several, and of none, a list.
    fn node(self) -> Html;
}

impl Children for Html {
    fn node(self) -> Html {
        self
    }
}

impl Children for Vec<Html> {
    fn node(self) -> Html {
        VList::from(self).into()
    }
}

impl<T: Children> Children for Option<T> {
    fn node(self) -> Html {
        self.map_or_else(Html::default, T::node)
    }
}

impl Children for AttrValue {
    fn node(self) -> Html {
        VText::new(self).into()
    }
}

impl Children for String {
    fn node(self) -> Html {
        AttrValue::from(self).node()
    }
}

impl Children for &str {
    fn node(self) -> Html {
        self.to_owned().node()
    }
}

impl Children for &String {
    fn node(self) -> Html {
        self.as_str().node()
    }
}

impl Children for &AttrValue {
    fn node(self) -> Html {
        self.clone().node()
    }
}

impl Children for usize {
    fn node(self) -> Html {
        self.to_string().node()
    }
}

impl Children for u32 {
    fn node(self) -> Html {
        self.to_string().node()
    }
}

fn build(pieces: &'static [Piece], filling: &mut std::vec::IntoIter<Filling>, nodes: &mut Vec<Html>) {
    for piece in pieces {
        match piece {
            Piece::Text(text) => nodes.push(AttrValue::Static(text).node()),
            Piece::Children => match filling.next() {
                Some(Filling::Child(child)) => nodes.push(child),
                Some(Filling::Children(mut children)) => nodes.append(&mut children),
                _ => {}
            },
            Piece::Element(element) => nodes.push(element.build(filling)),
            Piece::List(pieces) => {
                let mut list = Vec::new();
                build(pieces, filling, &mut list);
                nodes.push(list.node());
            }
        }
    }
}

impl Element {
    fn build(&'static self, filling: &mut std::vec::IntoIter<Filling>) -> Html {
        let mut tag = VTag::new(AttrValue::Static(self.tag));
        let (mut filled, mut listeners) = (Vec::new(), Vec::new());
        for filling in filling.by_ref().take(self.filled) {
            match filling {
                Filling::Attribute(value) => filled.push(value),
                Filling::Value(value) => tag.set_value(value),
                Filling::Checked(on) => tag.set_checked(on),
                Filling::Listener(listener) => listeners.push(listener),
                Filling::Ref(node) => tag.node_ref = node,
                Filling::Key(key) => tag.key = Some(key),
                Filling::Child(_) | Filling::Children(_) => {}
            }
        }
        if !listeners.is_empty() {
            tag.set_listeners(listeners.into());
        }
        tag.attributes = self.attributes.with(filled);
        let mut children = Vec::new();
        build(&self.children, filling, &mut children);
        if !children.is_empty() {
            tag.add_children(children);
        }
        tag.into()
    }
}

impl Given {
    fn with(&self, filled: Vec<Option<AttrValue>>) -> Attributes {
        match self {
            Given::Firm(all) => Attributes::Static(all),
            Given::Some { names, values } => {
                let mut filled = filled.into_iter();
                let value = |value: &Option<&'static str>| match value {
                    Some(value) => Some(AttributeOrProperty::Static(value)),
                    None => filled.next().flatten().map(AttributeOrProperty::Attribute),
                };
                Attributes::Dynamic { keys: names, values: values.iter().map(value).collect() }
            }
        }
    }
}

/// What a text says. The marks are those of `crates/markup/src/encode.rs`.
fn pieces_of(text: &'static str) -> &'static [Piece] {
    let place = text.as_ptr() as usize;
    READ.with_borrow_mut(|read| match read.binary_search_by_key(&place, |(place, _)| *place) {
        Ok(known) => read.get(known).map_or(&[] as &[Piece], |(_, pieces)| pieces),
        Err(next) => {
            let pieces: &'static [Piece] = Vec::leak(pieces(&mut Marks(text)));
            read.insert(next, (place, pieces));
            pieces
        }
    })
}

/// What is left of a text.
struct Marks(&'static str);

impl Marks {
    /// The next mark, with what stands behind it up to the one after it.
    fn next(&mut self) -> Option<(u8, &'static str)> {
        let (mark, rest) = (self.0.bytes().next()?, self.0.get(1..)?);
        let end = rest.bytes().position(|byte| byte < 9).unwrap_or(rest.len());
        let (word, rest) = rest.split_at(end);
        self.0 = rest;
        Some((mark, word))
    }
}

/// The pieces up to the end of the element in which they stand.
fn pieces(marks: &mut Marks) -> Vec<Piece> {
    let mut pieces = Vec::new();
    while let Some((mark, word)) = marks.next() {
        match mark {
            1 if word.is_empty() => pieces.push(Piece::List(self::pieces(marks))),
            1 => pieces.push(Piece::Element(element(word, marks))),
            6 => pieces.push(Piece::Text(word)),
            7 => pieces.push(Piece::Children),
            _ => break,
        }
    }
    pieces
}

fn element(tag: &'static str, marks: &mut Marks) -> Element {
    let (mut names, mut values, mut filled) = (Vec::new(), Vec::new(), 0);
    while matches!(marks.0.bytes().next(), Some(2..=5)) {
        match marks.next() {
            Some((2, name)) => names.push(name),
            Some((3, value)) => values.push(Some(value)),
            Some((4, name)) => {
                names.push(name);
                values.push(None);
                filled += 1;
            }
            _ => filled += 1,
        }
    }
    let attributes = if values.iter().all(Option::is_some) {
        let values = values.into_iter().flatten().map(AttributeOrProperty::Static);
        Given::Firm(Vec::leak(names.into_iter().zip(values).collect()))
    } else {
        Given::Some { names: Vec::leak(names), values }
    };
    Element { tag, attributes, filled, children: pieces(marks) }
}

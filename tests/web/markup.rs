//! Markup in the page: what stands firm, what a render fills in, and what the next render changes.

use millrace::app::markup::html;
use wasm_bindgen_test::wasm_bindgen_test;
use yew::{AttrValue, Callback, Component, Context, Html, Properties, Renderer};

#[derive(Clone, PartialEq, Properties)]
struct Props {
    markup: Html,
}

/// Shows what it is given, and shows something else when it is sent that.
struct Shows(Html);

impl Component for Shows {
    type Message = Html;
    type Properties = Props;

    fn create(context: &Context<Shows>) -> Shows {
        Shows(context.props().markup.clone())
    }

    fn update(&mut self, _: &Context<Shows>, markup: Html) -> bool {
        self.0 = markup;
        true
    }

    fn view(&self, _: &Context<Shows>) -> Html {
        self.0.clone()
    }
}

/// What the page has after each of these is shown in place of the one before.
async fn shown(all: impl IntoIterator<Item = Html>) -> Vec<String> {
    let document = web_sys::window().and_then(|window| window.document()).expect("a browser has a document");
    let root = document.create_element("div").expect("a document makes elements");
    let handle = Renderer::<Shows>::with_root_and_props(root.clone(), Props { markup: Html::default() }).render();
    let mut texts = Vec::new();
    for markup in all {
        handle.send_message(markup);
        yew::platform::time::sleep(std::time::Duration::ZERO).await;
        texts.push(root.inner_html());
    }
    texts
}

fn row(name: &str, on: bool, items: &[&'static str]) -> Html {
    html! {
        <li class="row" data-name={name.to_owned()} hidden={!on} title={on.then_some("on")}>
            { "Of " }<b>{ name }</b>
            if on { <i>{ items.len() }</i> } else if items.is_empty() { { "none" } } else { <s></s> }
            { for items.iter().map(|item| html! { <code key={*item}>{ *item }</code> }) }
            <br />
        </li>
    }
}

#[wasm_bindgen_test]
async fn what_stands_firm_and_what_is_filled_in_are_put_together_in_the_order_of_the_text() {
    let texts = shown([row("a & b", true, &["x", "y"])]).await;
    assert_eq!(
        texts,
        [
            r#"<li class="row" data-name="a &amp; b" title="on">Of <b>a &amp; b</b><i>2</i><code>x</code><code>y</code><br></li>"#
        ]
    );
}

#[wasm_bindgen_test]
async fn the_next_render_changes_what_is_filled_in_and_takes_away_what_is_gone() {
    let texts = shown([row("a", true, &["x", "y"]), row("b", false, &["y"]), row("b", false, &[])]).await;
    assert_eq!(texts[1], r#"<li class="row" data-name="b" hidden="hidden">Of <b>b</b><s></s><code>y</code><br></li>"#);
    assert_eq!(texts[2], r#"<li class="row" data-name="b" hidden="hidden">Of <b>b</b>none<br></li>"#);
}

#[wasm_bindgen_test]
async fn a_row_of_a_list_that_has_keys_stays_itself_when_another_comes_before_it() {
    let rows = |names: &[&'static str]| {
        html! { <ul><li>{ "first" }</li><>{ for names.iter().map(|name| html! { <li key={*name}><input /></li> }) }</></ul> }
    };
    let document = web_sys::window().and_then(|window| window.document()).expect("a browser has a document");
    let root = document.create_element("div").expect("a document makes elements");
    let handle = Renderer::<Shows>::with_root_and_props(root.clone(), Props { markup: rows(&["b"]) }).render();
    yew::platform::time::sleep(std::time::Duration::ZERO).await;
    let field = || root.query_selector("li:last-child input").expect("a selector");
    let before = field();
    handle.send_message(rows(&["a", "b"]));
    yew::platform::time::sleep(std::time::Duration::ZERO).await;
    assert!(before.is_some() && before == field());
}

#[wasm_bindgen_test]
async fn fields_have_values_that_are_no_attributes_and_handlers_stand_beside_them() {
    let field = |text: &'static str, on: bool| {
        let oninput = Callback::from(|_: web_sys::InputEvent| ());
        html! { <><input type="text" value={text} {oninput} /><input type="checkbox" checked={on} /><option value="v"></option></> }
    };
    let texts = shown([field("typed", true)]).await;
    assert_eq!(texts, [r#"<input type="text"><input type="checkbox"><option value="v"></option>"#]);
}

#[wasm_bindgen_test]
async fn several_roots_none_and_a_text_are_markup_too() {
    let texts = shown([html! { <><b></b>{ "and" }<i></i></> }, html! {}, html! { { 7_u32 } }]).await;
    assert_eq!(texts, ["<b></b>and<i></i>", "", "7"]);
}

#[wasm_bindgen_test]
async fn texts_lists_and_what_may_be_missing_can_stand_among_children() {
    let list = vec![html! { <b></b> }, html! { <i></i> }];
    let texts =
        shown([html! { <p>{ Some("a") }{ None::<Html> }{ list }{ AttrValue::Static("z") }{ 3_usize }</p> }]).await;
    assert_eq!(texts, ["<p>a<b></b><i></i>z3</p>"]);
}

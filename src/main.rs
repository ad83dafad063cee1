//! The page's program: mounts the app where `index.html` has its place.

/// Mounts the page.
#[cfg(target_arch = "wasm32")]
fn main() {
    console_error_panic_hook::set_once();
    let root = web_sys::window().and_then(|window| window.document()).and_then(|page| page.get_element_by_id("app"));
    if let Some(root) = root {
        yew::Renderer::<Page>::with_root(root).render();
    }
}

/// The page is a program for browsers: natively there is nothing to mount on.
#[cfg(not(target_arch = "wasm32"))]
fn main() {}

/// The whole page.
#[cfg(target_arch = "wasm32")]
#[yew::component]
fn Page() -> yew::Html {
    yew::html! { <h1>{ "Millrace" }</h1> }
}

//! Mounts the page.

#[cfg(target_arch = "wasm32")]
fn main() {
    use millrace::platform::{address, errors, rest};

    errors::collect();
    if millrace::app::is_front_door(&address::fragment()) {
        mount();
        rest::fetch_when_touched();
    } else {
        wasm_bindgen_futures::spawn_local(async {
            rest::fetch().await;
            mount();
        });
    }
}

#[cfg(target_arch = "wasm32")]
fn mount() {
    let root = web_sys::window().and_then(|w| w.document()).and_then(|d| d.get_element_by_id("app"));
    if let Some(root) = root {
        millrace::app::mount(root);
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!(
        "The page runs in a browser: make serve. The native program is called millrace: cargo run --features cli --bin millrace"
    );
    std::process::exit(2);
}

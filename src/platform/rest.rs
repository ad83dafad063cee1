//! The rest of the program: what the front door can do without, in a file of its own.
//!
//! The built site has its program in two files (`scripts/split-wasm.mjs`). The first is all that somebody meets who followed no link;
//! whoever follows one, or touches anything, gets the second too, and from then on nothing tells them apart. A function that is
//! called before it is there stops and fetches it on the spot ([`rest_now`]): so nothing can go wrong but the network, and who wants
//! nobody to wait fetches it before ([`fetch`]). A program in one piece, as `make serve` has it, fetches nothing here.

use super::errors;
use js_sys::{Object, Reflect, Uint8Array, WebAssembly};
use std::cell::Cell;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Response, XmlHttpRequest};

/// What says so where the rest cannot be had.
const OUT_OF_REACH: &str = "A part of Millrace could not be loaded: the network or the site's server is out of reach, or the site is of another build by now. Reload the page.";

thread_local! {
    static THERE: Cell<bool> = const { Cell::new(false) };
    static ON_THE_WAY: Cell<bool> = const { Cell::new(false) };
}

/// Where the rest is; nowhere if the program is in one piece, or all there.
fn address() -> Option<String> {
    if THERE.get() {
        return None;
    }
    web_sys::window()?.document()?.document_element()?.get_attribute("data-rest")
}

/// Fetches the rest, if there is one and it is not there. Where that fails the next who needs it tries again.
pub async fn fetch() {
    let Some(address) = address().filter(|_| !ON_THE_WAY.replace(true)) else { return };
    if let Err(problem) = fetch_from(&address).await {
        warn(&problem);
    }
    ON_THE_WAY.set(false);
}

fn warn(problem: &JsValue) {
    web_sys::console::warn_2(&JsValue::from_str("the rest of the program:"), problem);
}

async fn fetch_from(address: &str) -> Result<(), JsValue> {
    let window = web_sys::window().ok_or("there is no window")?;
    let response: Response = JsFuture::from(window.fetch_with_str(address)).await?.dyn_into()?;
    if !response.ok() {
        return Err(JsValue::from(response.status()));
    }
    let bytes = JsFuture::from(response.array_buffer()?).await?;
    let module: WebAssembly::Module = JsFuture::from(WebAssembly::compile(&bytes)).await?.dyn_into()?;
    join(&module)
}

/// Fetches the rest at the first sign of somebody who wants more than to look.
pub fn fetch_when_touched() {
    let Some(window) = web_sys::window().filter(|_| address().is_some()) else { return };
    let listener = Closure::<dyn FnMut()>::new(|| spawn_local(fetch()));
    let once = web_sys::AddEventListenerOptions::new();
    once.set_once(true);
    once.set_passive(true);
    once.set_capture(true);
    for sign in ["pointermove", "pointerdown", "touchstart", "keydown", "wheel", "focusin", "hashchange"] {
        let _added = window.add_event_listener_with_callback_and_add_event_listener_options(
            sign,
            listener.as_ref().unchecked_ref(),
            &once,
        );
    }
    // It listens as long as the page lives.
    listener.forget();
}

/// Fetches the rest at once, and lets everybody wait meanwhile: a function of it is being called.
#[wasm_bindgen]
pub fn rest_now() {
    let joined = address().ok_or_else(|| "there is none".into()).and_then(|address| fetch_now(&address));
    if let Err(problem) = joined {
        warn(&problem);
        say(OUT_OF_REACH);
        wasm_bindgen::throw_str(OUT_OF_REACH);
    }
}

fn fetch_now(address: &str) -> Result<(), JsValue> {
    let request = XmlHttpRequest::new()?;
    request.open_with_async("GET", address, false)?;
    // A request that everybody waits for may give text only: each byte as a character whose last eight bits it is.
    request.override_mime_type("text/plain; charset=x-user-defined")?;
    request.send()?;
    if request.status()? != 200 {
        return Err(JsValue::from(request.status()?));
    }
    let text = request.response_text()?.unwrap_or_default();
    let bytes: Vec<u8> = text.chars().map(|c| u32::from(c) as u8).collect();
    join(&WebAssembly::Module::new(&Uint8Array::from(bytes.as_slice()))?)
}

/// Puts the functions of the rest into their places. They keep no state of their own, so it does no harm to do so twice.
fn join(module: &WebAssembly::Module) -> Result<(), JsValue> {
    let program = Object::new();
    Reflect::set(&program, &JsValue::from_str("p"), &wasm_bindgen::exports())?;
    WebAssembly::Instance::new(module, &program)?;
    THERE.set(true);
    Ok(())
}

/// Says something above the page, whatever state that is in.
fn say(sentence: &str) {
    errors::note(sentence);
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let Ok(alert) = document.create_element("p") else { return };
    let _set = alert.set_attribute("role", "alert").and_then(|()| alert.set_attribute("class", "unloaded"));
    alert.set_text_content(Some(sentence));
    let _shown = document.body().map(|body| body.append_child(&alert));
}

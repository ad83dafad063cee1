//! The two hosts: what they are called, and a place to write to.

#[cfg(not(target_arch = "wasm32"))]
mod here {
    pub const NAME: &str = "native";

    pub fn say(line: &str) {
        println!("{line}");
    }
}

#[cfg(target_arch = "wasm32")]
mod here {
    use wasm_bindgen::JsValue;

    pub const NAME: &str = "wasm";

    pub fn say(line: &str) {
        web_sys::console::log_1(&JsValue::from_str(line));
    }
}

pub use here::{NAME, say};

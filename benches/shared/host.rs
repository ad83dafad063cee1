//! The two hosts: a clock and a place to write to.

#[cfg(not(target_arch = "wasm32"))]
mod here {
    use std::sync::OnceLock;
    #[expect(clippy::disallowed_types, reason = "a bench measures the host's time")]
    use std::time::Instant;

    pub const NAME: &str = "native";

    #[expect(clippy::disallowed_types, reason = "a bench measures the host's time")]
    static START: OnceLock<Instant> = OnceLock::new();

    #[expect(clippy::disallowed_types, reason = "a bench measures the host's time")]
    pub fn seconds() -> f64 {
        START.get_or_init(Instant::now).elapsed().as_secs_f64()
    }

    pub fn say(line: &str) {
        println!("{line}");
    }
}

#[cfg(target_arch = "wasm32")]
mod here {
    use wasm_bindgen::{JsCast, JsValue};

    pub const NAME: &str = "wasm";

    /// Node has no window: its clock is a property of the global object.
    pub fn seconds() -> f64 {
        let clock = js_sys::Reflect::get(&js_sys::global(), &JsValue::from_str("performance"));
        clock.map_or(f64::NAN, |clock| clock.unchecked_into::<web_sys::Performance>().now() / 1e3)
    }

    pub fn say(line: &str) {
        web_sys::console::log_1(&JsValue::from_str(line));
    }
}

pub use here::{NAME, say, seconds};

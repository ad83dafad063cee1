//! The host's clock.

#[cfg(not(target_arch = "wasm32"))]
mod here {
    use std::sync::OnceLock;
    #[expect(clippy::disallowed_types, reason = "a bench measures the host's time")]
    use std::time::Instant;

    #[expect(clippy::disallowed_types, reason = "a bench measures the host's time")]
    static START: OnceLock<Instant> = OnceLock::new();

    #[expect(clippy::disallowed_types, reason = "a bench measures the host's time")]
    pub fn seconds() -> f64 {
        START.get_or_init(Instant::now).elapsed().as_secs_f64()
    }
}

#[cfg(target_arch = "wasm32")]
mod here {
    use wasm_bindgen::{JsCast, JsValue};

    /// Node has no window: its clock is a property of the global object.
    pub fn seconds() -> f64 {
        let clock = js_sys::Reflect::get(&js_sys::global(), &JsValue::from_str("performance"));
        clock.map_or(f64::NAN, |clock| clock.unchecked_into::<web_sys::Performance>().now() / 1e3)
    }
}

pub use here::seconds;

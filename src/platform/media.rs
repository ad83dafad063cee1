//! What the window is like, and hearing when that changes.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::MediaQueryList;

/// A media query that is watched until this is dropped.
pub struct Media {
    query: Option<MediaQueryList>,
    listener: Closure<dyn FnMut()>,
}

impl std::fmt::Debug for Media {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Media")
    }
}

impl Media {
    /// Whether a media query holds now. One that a browser does not know never does.
    pub fn holds(query: &str) -> bool {
        ask(query).is_some_and(|q| q.matches())
    }

    /// Calls `handler` whenever the query begins or ceases to hold.
    pub fn watch(query: &str, handler: impl Fn(bool) + 'static) -> Media {
        let query = ask(query);
        let asked = query.clone();
        let listener =
            Closure::<dyn FnMut()>::new(move || handler(asked.as_ref().is_some_and(MediaQueryList::matches)));
        if let Some(query) = &query {
            let _added = query.add_event_listener_with_callback("change", listener.as_ref().unchecked_ref());
        }
        Media { query, listener }
    }
}

impl Drop for Media {
    fn drop(&mut self) {
        if let Some(query) = &self.query {
            let _removed = query.remove_event_listener_with_callback("change", self.listener.as_ref().unchecked_ref());
        }
    }
}

fn ask(query: &str) -> Option<MediaQueryList> {
    web_sys::window()?.match_media(query).ok().flatten()
}

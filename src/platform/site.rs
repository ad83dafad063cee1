//! Files of the site that the page was loaded from: fetched when somebody wants to read them.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// The text of a file, by its address below the page. The error is a sentence.
pub async fn text(address: &str) -> Result<String, String> {
    let unreachable = |_| "The file cannot be fetched: the network or the site's server is out of reach.".to_owned();
    let window = web_sys::window().ok_or("There is no window.")?;
    let response = JsFuture::from(window.fetch_with_str(address)).await.map_err(unreachable)?;
    let response: Response = response.dyn_into().map_err(|_| "The answer is no response.")?;
    if !response.ok() {
        return Err(format!("The site's server answers {} for this file.", response.status()));
    }
    let text = JsFuture::from(response.text().map_err(unreachable)?).await.map_err(unreachable)?;
    text.as_string().ok_or_else(|| "The file is no text.".to_owned())
}

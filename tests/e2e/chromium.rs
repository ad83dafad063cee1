//! What only Chromium can do, by the command that its driver offers for it: a window as narrow as a phone's, a slow
//! processor, a script that runs before the page's own.

use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};

/// A command of the Chrome DevTools Protocol.
#[derive(Debug)]
pub struct Command {
    name: &'static str,
    params: Value,
}

impl Command {
    /// A window of this size, whatever the smallest is that the system makes.
    pub fn window(width: u32, height: u32) -> Self {
        let params = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        Self { name: "Emulation.setDeviceMetricsOverride", params }
    }

    /// The same on a screen with so many device pixels to a CSS pixel.
    pub fn screen(width: u32, height: u32, ratio: f64) -> Self {
        let params = json!({ "width": width, "height": height, "deviceScaleFactor": ratio, "mobile": false });
        Self { name: "Emulation.setDeviceMetricsOverride", params }
    }

    /// A screen that is touched.
    pub fn touch_screen() -> Self {
        Self { name: "Emulation.setTouchEmulationEnabled", params: json!({ "enabled": true, "maxTouchPoints": 5 }) }
    }

    /// What fingers do, and where those are that touch the screen.
    pub fn fingers(what: &str, at: &[(f64, f64)]) -> Self {
        let point = |(id, (x, y)): (usize, &(f64, f64))| json!({ "id": id, "x": x, "y": y });
        let points: Vec<Value> = at.iter().enumerate().map(point).collect();
        Self { name: "Input.dispatchTouchEvent", params: json!({ "type": what, "touchPoints": points }) }
    }

    /// A processor that is so many times slower.
    pub fn slow_processor(times: u32) -> Self {
        Self { name: "Emulation.setCPUThrottlingRate", params: json!({ "rate": times }) }
    }

    /// A script that runs in each page opened from now on, before the page's own.
    pub fn before_load(script: &str) -> Self {
        Self { name: "Page.addScriptToEvaluateOnNewDocument", params: json!({ "source": script }) }
    }

    /// Lets the commands about the network work.
    pub fn network() -> Self {
        Self { name: "Network.enable", params: json!({}) }
    }

    /// Addresses that cannot be reached, with stars for anything.
    pub fn blocked(addresses: &[&str]) -> Self {
        Self { name: "Network.setBlockedURLs", params: json!({ "urls": addresses }) }
    }

    /// A first visit each time.
    pub fn without_cache() -> Self {
        Self { name: "Network.setCacheDisabled", params: json!({ "cacheDisabled": true }) }
    }

    /// A line of so many bits a second, without further delay.
    pub fn line(bits_per_second: f64) -> Self {
        let bytes = bits_per_second / 8.0;
        let params = json!({ "offline": false, "latency": 0, "downloadThroughput": bytes, "uploadThroughput": bytes });
        Self { name: "Network.emulateNetworkConditions", params }
    }

    /// A system set to less motion.
    pub fn less_motion() -> Self {
        let params = json!({ "features": [{ "name": "prefers-reduced-motion", "value": "reduce" }] });
        Self { name: "Emulation.setEmulatedMedia", params }
    }

    /// A system set to dark, or to light.
    pub fn colour_scheme(scheme: &str) -> Self {
        let params = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        Self { name: "Emulation.setEmulatedMedia", params }
    }
}

impl WebDriverCompatibleCommand for Command {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "cmd": self.name, "params": self.params }).to_string()))
    }
}

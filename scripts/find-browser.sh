# shellcheck shell=bash
# Where Chromium and its driver are; nothing if they are not. The driver finds the browser by itself.

find_chromedriver() {
  local candidate
  for candidate in "${CHROMEDRIVER:-}" chromedriver "${CHROMEWEBDRIVER:-/nowhere}/chromedriver" \
    /usr/bin/chromedriver /usr/lib/chromium/chromedriver; do
    if [ -n "$candidate" ] && command -v "$candidate"; then return; fi
  done
}

find_chromium() {
  local candidate
  for candidate in chromium google-chrome google-chrome-stable chrome \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
    if command -v "$candidate"; then return; fi
  done
}

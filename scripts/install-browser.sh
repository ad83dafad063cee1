#!/usr/bin/env bash
# Install Chromium and its driver, which the browser tests and the end-to-end tests drive, where apt can.
set -euo pipefail
source "$(dirname "$0")/common.sh"
source scripts/find-browser.sh

if [ -n "$(find_chromedriver)" ] && [ -n "$(find_chromium)" ]; then exit 0; fi

have apt-get || fail "the browser tests need Chromium (or Chrome) and a chromedriver of the same version;" \
  "install both, or name the driver in CHROMEDRIVER"
say "Installing Chromium and its driver with apt (once)"
as_root apt-get -qq update
as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium chromium-driver >/dev/null

[ -n "$(find_chromedriver)" ] || fail "apt installed chromium-driver, but there is no chromedriver to be found"

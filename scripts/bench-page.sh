#!/usr/bin/env bash
# Measure the page: the longest task while wait-group is loaded, run to its end at max speed, and scrubbed. Looks at dist/.
set -euo pipefail
source "$(dirname "$0")/common.sh"
source scripts/find-browser.sh

if [ ! -f dist/index.html ]; then
  say "Not measuring the page: there is no built site (make build)"
  exit 0
fi
CHROMEDRIVER=$(find_chromedriver)
export CHROMEDRIVER

say "Measuring the page: the longest tasks in headless Chromium"
cargo test --features e2e --test e2e -- --ignored --nocapture --test-threads 1 long_tasks

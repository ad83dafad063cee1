#!/usr/bin/env bash
# Measure the page: what a first visit fetches and how long it takes, and the longest task while wait-group, with 7,500 requests and with
# 200,000, is loaded, run to its end at max speed, and scrubbed. Looks at dist/.
set -euo pipefail
source "$(dirname "$0")/common.sh"
source scripts/find-browser.sh

if [ ! -f dist/index.html ]; then
  say "Not measuring the page: there is no built site (make build)"
  exit 0
fi
CHROMEDRIVER=$(find_chromedriver)
export CHROMEDRIVER

say "Measuring a first visit: bytes as sent, first paint and readiness at 10 Mbit/s on a processor slowed four times"
# Compressed once and beforehand, as a server has it: compressing is no part of the visit.
as_sent=target/site-as-sent
rm -rf "$as_sent"
cp -r dist "$as_sent"
find "$as_sent" -type f -exec gzip -9 --keep {} +
cargo test --features e2e --test e2e -- --ignored --nocapture --test-threads 1 first_visit

say "Measuring the page: the longest tasks in headless Chromium"
cargo test --features e2e --test e2e -- --ignored --nocapture --test-threads 1 long_tasks

#!/usr/bin/env bash
# Run every check, cheapest first, and stop at the first that fails.
set -euo pipefail
source "$(dirname "$0")/common.sh"
source scripts/find-browser.sh
source scripts/steps.sh

# However it ends, it says what took how long; and where it failed, in which step.
finish() {
  local status=$? failed=$step
  table_of_steps
  [ "$status" = 0 ] || printf '\nFAILED: %s\n' "${failed:-set-up}" >&2
}
trap finish EXIT

begin "0/7 Set-up: what is missing is installed"
scripts/install-lints.sh
scripts/install-tools.sh
scripts/install-browser.sh
scripts/install-axe.sh
CHROMEDRIVER=$(find_chromedriver)
export CHROMEDRIVER
wasm=wasm32-unknown-unknown

# Every file by name: cargo fmt does not see those that a macro declares, the patterns among them.
begin "1/7 Format: rustfmt --check"
git ls-files -z '*.rs' | xargs -0 rustfmt --check --edition 2024

begin "2/7 Lints of the native program, the library and all tests: cargo clippy"
# The feature e2e holds cli, and adds the end-to-end tests.
cargo clippy --workspace --all-targets --features e2e -- -D warnings

begin "3/7 Lints of the page: cargo clippy for $wasm"
cargo clippy --lib --bin millrace-web --test web --target "$wasm" -- -D warnings

begin "4/7 Native tests and the examples in the documentation: cargo test"
cargo test --workspace --features cli

begin "5/7 Browser tests: tests/web.rs in headless Chromium"
# The runner takes the flags for Chromium from webdriver.json. It starts the driver again if that ends at once, but only for
# five seconds, unless it is told to be more patient.
CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=wasm-bindgen-test-runner WASM_BINDGEN_TEST_TIMEOUT=300 \
  WASM_BINDGEN_TEST_DRIVER_TIMEOUT=120 cargo test --target "$wasm" --test web

begin "6/7 The release site: make build"
scripts/build.sh

begin "7/7 End-to-end tests: the site of dist/ in headless Chromium"
cargo test --features e2e --test e2e

end
say "All checks passed."

#!/usr/bin/env bash
# Install what building the page needs and this machine lacks. Where all is there it says nothing and takes no time.
set -euo pipefail
source "$(dirname "$0")/common.sh"

have cargo || fail "cargo is missing; install Rust from https://rustup.rs and start again"

trunk_version=0.21.14
# The library and the command line tool speak a private format, so the tool must be of exactly the library's version.
bindgen_version=$(awk '$0 == "name = \"wasm-bindgen\"" { getline; gsub(/"/, "", $3); print $3; exit }' Cargo.lock)
[ -n "$bindgen_version" ] || fail "Cargo.lock names no version of wasm-bindgen"

scripts/install-wasm-target.sh

# These tools only wrap the work of rustc: built without optimisation they are as useful, and there in a third of the time.
install_quickly() {
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    cargo install --quiet --force "$@"
}

if [ "$(trunk --version 2>/dev/null)" != "trunk $trunk_version" ]; then
  say "Installing Trunk $trunk_version into $cargo_bin (once; about five minutes on two cores)"
  install_quickly trunk --locked --version "$trunk_version"
fi

has_bindgen() { [ "$("$1" --version 2>/dev/null | cut -d' ' -f2)" = "$bindgen_version" ]; }
if ! has_bindgen wasm-bindgen || ! has_bindgen wasm-bindgen-test-runner; then
  say "Installing wasm-bindgen $bindgen_version into $cargo_bin (once; about five minutes on two cores)"
  # Not --locked: the lock file published with 0.2.130 does not build.
  install_quickly wasm-bindgen-cli --version "$bindgen_version"
fi

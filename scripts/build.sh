#!/usr/bin/env bash
# Build the release site in dist/. All its addresses are relative: copy the folder anywhere below any web server.
set -euo pipefail
source "$(dirname "$0")/common.sh"
source scripts/std-for-size.sh
scripts/install-tools.sh

# What the front door fetches, with thirty-six patterns. Each adds its name to it and little else: all but one of them are in the rest
# (scripts/split-wasm.mjs).
mark=640000
if build_std_for_size; then mark=600000; fi
# The linker tells who points to which data: what only the rest reads goes with it. Nothing but that script reads it.
if have node; then
  export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="${CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS:-} -Clink-arg=--emit-relocs"
fi

say "Building the release site in dist/ (some minutes the first time)"
trunk build --release
scripts/optimise-wasm.sh dist
scripts/poster.sh dist
say "The site is in dist/. What a browser fetches to open the page, as sent with gzip -9:"
scripts/weigh.sh dist $mark

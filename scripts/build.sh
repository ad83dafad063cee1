#!/usr/bin/env bash
# Build the release site in dist/. All its addresses are relative: copy the folder anywhere below any web server.
set -euo pipefail
source "$(dirname "$0")/common.sh"
source scripts/std-for-size.sh
scripts/install-tools.sh

# The mark holds what was reached with eight patterns, 594,000, with room for two or three more.
mark=650000
if build_std_for_size; then mark=612000; fi

say "Building the release site in dist/ (some minutes the first time)"
trunk build --release
scripts/optimise-wasm.sh dist
say "The site is in dist/. What a browser fetches to open the page, as sent with gzip -9:"
scripts/weigh.sh dist $mark

#!/usr/bin/env bash
# Build the release site in dist/. All its addresses are relative: copy the folder anywhere below any web server.
set -euo pipefail
source "$(dirname "$0")/common.sh"
scripts/install-tools.sh

say "Building the release site in dist/ (some minutes the first time)"
trunk build --release
scripts/optimise-wasm.sh dist
say "The site is in dist/. What a browser fetches to open the page, as sent with gzip -9:"
scripts/weigh.sh dist

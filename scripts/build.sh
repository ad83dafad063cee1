#!/usr/bin/env bash
# Build the release site in dist/. All its addresses are relative: copy the folder anywhere below any web server.
set -euo pipefail
source "$(dirname "$0")/common.sh"
source scripts/std-for-size.sh
scripts/install-tools.sh

# Eight patterns on a page that did not explain itself were 597,000: the mark has room for what explains them.
mark=760000
if build_std_for_size; then mark=720000; fi

say "Building the release site in dist/ (some minutes the first time)"
trunk build --release
scripts/optimise-wasm.sh dist
scripts/poster.sh dist
say "The site is in dist/. What a browser fetches to open the page, as sent with gzip -9:"
scripts/weigh.sh dist $mark

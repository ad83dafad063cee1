#!/usr/bin/env bash
# Build the release site in dist/. All its addresses are relative: copy the folder anywhere below any web server.
set -euo pipefail
source "$(dirname "$0")/common.sh"
scripts/install-tools.sh

say "Building the release site in dist/ (some minutes the first time)"
trunk build --release
scripts/optimise-wasm.sh dist
say "The site is in dist/: $(du -sh dist | cut -f1), of which wasm $(cat dist/*.wasm | gzip -9 | wc -c | awk '{ printf "%.0f KB", $1 / 1024 }') as sent with gzip"

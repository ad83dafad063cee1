#!/usr/bin/env bash
# Serve the page and rebuild it whenever a source changes.
set -euo pipefail
source "$(dirname "$0")/common.sh"
scripts/install-tools.sh

say "Building the page and serving it on http://127.0.0.1:${TRUNK_SERVE_PORT:-8080} (the first build takes some minutes; Ctrl-C stops)"
# A folder of its own: a `make build` or `make test` meanwhile neither disturbs this page nor is disturbed by it.
exec trunk serve --cargo-profile serve --dist target/served-page

#!/usr/bin/env bash
# Serve the page and rebuild it whenever a source changes.
set -euo pipefail
source "$(dirname "$0")/common.sh"
scripts/install-tools.sh

port=${TRUNK_SERVE_PORT:-8080}
# Trunk would find that out only after the build.
if (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
  fail "port $port is in use; end what listens there, or choose another one: make serve TRUNK_SERVE_PORT=8081"
fi

say "Building the page and serving it on http://127.0.0.1:$port (the first build takes some minutes; Ctrl-C stops)"
# A folder of its own: a `make build` or `make test` meanwhile neither disturbs this page nor is disturbed by it.
exec trunk serve --cargo-profile serve --dist target/served-page

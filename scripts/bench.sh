#!/usr/bin/env bash
# Measure the engine. The figures mean something on a quiet machine only.
set -euo pipefail
source "$(dirname "$0")/common.sh"

say "Measuring natively: cargo bench"
cargo bench --features cli

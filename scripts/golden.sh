#!/usr/bin/env bash
# Write the expected traces of tests/golden/ anew from what the code does now, and show what changed: each line of that
# diff is a change of behaviour that somebody has to want.
set -euo pipefail
source "$(dirname "$0")/common.sh"

say "Writing tests/golden/ anew: the native tests whose name contains \"golden\""
UPDATE_GOLDEN=1 cargo test --features cli golden

if have git && git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
  say "Changed golden files (none if nothing follows); review them with git diff tests/golden"
  git status --short -- tests/golden
fi

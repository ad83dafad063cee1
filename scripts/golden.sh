#!/usr/bin/env bash
# Write the expected traces of tests/golden/ anew from what the code does now, and show what changed: each line of that
# diff is a change of behaviour that somebody has to want.
set -euo pipefail
source "$(dirname "$0")/common.sh"

say "Writing tests/golden/ anew: the native test golden_traces_are_what_they_were"
UPDATE_GOLDEN=1 cargo test --quiet --features cli --test native golden::golden_traces_are_what_they_were

if have git && git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
  say "What changed in tests/golden/ (nothing if nothing follows)"
  git --no-pager diff --unified=0 -- tests/golden
  # What git does not know yet, as the diff from nothing that it is; that there is a difference is no failure.
  git ls-files --others --exclude-standard -z -- tests/golden |
    while IFS= read -r -d '' file; do git --no-pager diff --no-index --unified=0 -- /dev/null "$file" || true; done
fi

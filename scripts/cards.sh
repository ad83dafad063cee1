#!/usr/bin/env bash
# Put the cards of all patterns, one text after the other, into the site that Trunk is building: crates/patterns/build.rs does the same, and the
# page refuses a text that differs.
set -euo pipefail
export LC_ALL=C
cat crates/patterns/src/*/cards.txt >"$TRUNK_STAGING_DIR/sources/cards.txt"

#!/usr/bin/env bash
# Say what a browser fetches to open a built site, and fail above a mark:   scripts/weigh.sh dist 600000
#
# Whoever goes over it looks at the table of scripts/weigh.mjs for what grew.
set -euo pipefail
source "$(dirname "$0")/common.sh"

site=$1
mark=$2

total=0
for file in "$site"/*.*; do
  sent=$(gzip -9c "$file" | wc -c)
  total=$((total + sent))
  printf '%9d  %s\n' "$sent" "${file##*/}"
done
printf '%9d  in all, of at most %d\n' "$total" "$mark"

if [ -f target/named.wasm ] && have node; then
  node scripts/weigh.mjs target/named.wasm
fi

# Without wasm-opt the site is larger and works: nobody is to be stopped by a tool that is missing.
if [ "$total" -gt "$mark" ] && [ -f target/named.wasm ]; then
  fail "the page weighs $total bytes as sent, and may weigh $mark"
fi

#!/usr/bin/env bash
# Say what a browser fetches to open a built site, and fail above a mark:   scripts/weigh.sh dist 640000
#
# Whoever goes over it looks at the table of scripts/weigh.mjs for what grew.
set -euo pipefail
source "$(dirname "$0")/common.sh"

site=$1
mark=$2

total=0
for file in "$site"/*.*; do
  sent=$(gzip -9c "$file" | wc -c)
  case $file in
  *_rest.wasm)
    printf '%9d  %s, when the page is touched or a link is followed\n' "$sent" "${file##*/}"
    continue
    ;;
  esac
  total=$((total + sent))
  printf '%9d  %s\n' "$sent" "${file##*/}"
done
printf '%9d  in all, of at most %d\n' "$total" "$mark"

for part in first rest whole; do
  if [ -f "target/$part.wasm" ] && have node; then
    say "The program, $part"
    node scripts/weigh.mjs "target/$part.wasm"
  fi
done

# Without wasm-opt the site is larger and works: nobody is to be stopped by a tool that is missing.
if [ "$total" -gt "$mark" ] && { [ -f target/first.wasm ] || [ -f target/whole.wasm ]; }; then
  fail "the page weighs $total bytes as sent, and may weigh $mark"
fi

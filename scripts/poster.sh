#!/usr/bin/env bash
# Make the picture that previews of a link show, and name it in a built site:   scripts/poster.sh dist
#
# The stage is drawn by the native program, at an instant where there is something to see, and made a picture of points by npm's
# resvg: no browser is needed for that. Crawlers want the whole address of the picture, which only who publishes knows:
# MILLRACE_SITE=https://somebody.example/millrace/ names it; without it the address is relative, which some of them take.
set -euo pipefail
source "$(dirname "$0")/common.sh"

site=$1
home=target/tools
version=2.6.2

if ! have npm || ! have node; then
  say "Skipping the picture for previews of links, as node and npm are not at hand; the site works without"
  exit 0
fi
if ! grep -qs "\"version\": \"$version\"" "$home/node_modules/@resvg/resvg-js/package.json"; then
  say "Installing resvg from npm into $home (once)"
  mkdir -p "$home"
  npm install --silent --no-fund --no-audit --prefix "$home" "@resvg/resvg-js@$version" || { say "npm could not install it; the site has no picture for previews"; exit 0; }
fi

say "Drawing the picture for previews of links"
# What the page's standard library is built with is not for this program.
env -u RUSTC_BOOTSTRAP -u CARGO_UNSTABLE_BUILD_STD -u CARGO_UNSTABLE_BUILD_STD_FEATURES \
  cargo run --quiet --features cli --bin millrace -- run '#/circuit-breaker' --until 5s --picture target/poster.svg --at 2100ms >/dev/null
# In a folder of its own: it is no part of what a browser fetches to open the page.
mkdir -p "$site/preview"
node scripts/poster.mjs target/poster.svg "$site/preview/poster.png"

address=${MILLRACE_SITE:+${MILLRACE_SITE%/}/}preview/poster.png
tags="<meta property=og:image content=\"$address\"><meta property=og:image:width content=1200><meta property=og:image:height content=630>"
tags+="<meta property=og:image:alt content=\"A circuit breaker that has just opened: callers, breaker, server, results\"><meta name=twitter:image content=\"$address\">"
[ -z "${MILLRACE_SITE:-}" ] || tags+="<meta property=og:url content=\"${MILLRACE_SITE%/}/\">"
page=$(<"$site/index.html")
printf '%s\n' "${page/<title>/$tags<title>}" >"$site/index.html"

#!/usr/bin/env bash
# Install axe-core, by which an end-to-end test looks for what keeps people from using the page, where npm can.
set -euo pipefail
source "$(dirname "$0")/common.sh"

version=4.14.1
home=target/tools
if grep -qs "\"version\": \"$version\"" "$home/node_modules/axe-core/package.json"; then exit 0; fi

if ! have npm; then
  say "Without npm there is no axe-core: the end-to-end test that needs it says so and looks at nothing"
  exit 0
fi
say "Installing axe-core $version from npm into $home (once)"
mkdir -p "$home"
npm install --silent --no-fund --no-audit --prefix "$home" "axe-core@$version" || say "npm could not install axe-core"

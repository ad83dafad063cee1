#!/usr/bin/env bash
# Make the wasm of a built site, and the script that loads it, smaller with wasm-opt and esbuild:   scripts/optimise-wasm.sh dist
#
# A step of its own, after Trunk, for Trunk would fetch its own wasm-opt from GitHub, which not every machine reaches. Here
# it comes from the PATH, or from npm's package `binaryen` where npm is there. The site works without it, so a machine that
# has neither is told so and goes on. File names stay as Trunk gave them; Trunk.toml says why no integrity hash breaks.
set -euo pipefail
source "$(dirname "$0")/common.sh"

site=$1
npm_home=target/tools
npm_binary=$npm_home/node_modules/.bin/wasm-opt

# What rustc's wasm32-unknown-unknown emits by default, so what every browser that runs the page knows anyway.
features=(--enable-bulk-memory --enable-multivalue --enable-mutable-globals --enable-nontrapping-float-to-int
  --enable-reference-types --enable-sign-ext)

# What the linker told is for parting the program in two, and is not sent.
linked=target/linked.wasm
for wasm in "$site"/*_bg.wasm; do
  cp "$wasm" "$linked"
  if have node; then node scripts/bare-wasm.mjs "$linked" "$wasm"; fi
done

if have wasm-opt; then
  wasm_opt=wasm-opt
elif [ -x "$npm_binary" ]; then
  wasm_opt=$npm_binary
elif have npm; then
  say "Installing wasm-opt from npm's binaryen into $npm_home (once)"
  mkdir -p "$npm_home"
  npm install --silent --no-fund --no-audit --prefix "$npm_home" binaryen@132 || say "npm could not install it"
  wasm_opt=$npm_binary
else
  wasm_opt=
fi

if [ -z "$wasm_opt" ] || ! "$wasm_opt" --version >/dev/null 2>&1; then
  say "Skipping wasm-opt, as neither it nor npm's binaryen is at hand; the site works, and is somewhat larger"
  exit 0
fi

# What measured smallest as sent, on a page of 760 KB: -Oz against -O3 -0.5 %; nothing below address 1024 in use (rustc puts the
# stack there, and its last kilobyte is no program's) -0.7 %; a function that is called once left where it is -1.2 %; no common
# subexpressions kept in locals -0.5 %; all of it a second time -0.5 %. More rounds (--converge), --gufa, --merge-similar-functions,
# --flatten --rereloop and traps that never happen: below 0.2 % each.
size=(-Oz -Oz --low-memory-unused -aimfs=0 -fimfs=0 -ocimfs=0 --skip-pass=local-cse)
# gzip sees what is alike within 32 KB. In the order of their names what is built of one generic function stands together: -4.1 %
# against no order, -3.2 % against the order of use. Each beside those it is most like, which takes node: another -3.1 %.
order=(--reorder-functions-by-name --strip-debug --strip-producers)
ordered=target/ordered.wasm

# esbuild for the script: Trunk's own minifier cannot read what wasm-bindgen writes.
esbuild=$npm_home/node_modules/.bin/esbuild
if have npm && [ ! -x "$esbuild" ]; then
  npm install --silent --no-fund --no-audit --prefix "$npm_home" esbuild@0.28.2 || say "npm could not install esbuild"
fi

# The library of npm's binaryen, for parting the program in two: wasm-opt alone may be there without it.
if have npm && have node && [ ! -d "$npm_home/node_modules/binaryen" ]; then
  mkdir -p "$npm_home"
  npm install --silent --no-fund --no-audit --prefix "$npm_home" binaryen@132 || say "npm could not install binaryen"
fi

# Makes a wasm small:   shrink FROM TO
# With the names of its functions, by which they are ordered; what is sent has none.
shrink() {
  "$wasm_opt" "${size[@]}" "${features[@]}" -g "$1" -o "$1" &&
    { { have node && node scripts/order-functions.mjs "$1" "$ordered"; } || cp "$1" "$ordered"; } &&
    "$wasm_opt" "${order[@]}" "${features[@]}" "$ordered" -o "$2"
}

for wasm in "$site"/*_bg.wasm; do
  say "Optimising $wasm with wasm-opt ${size[*]}"
  rest=${wasm%_bg.wasm}_rest.wasm
  rm -f target/{first,rest,whole}.wasm
  # Parted first: an optimised program has functions that stand for several of which the compiler found that they do the same.
  if have node && node scripts/split-wasm.mjs "$linked" target/first.wasm target/rest.wasm &&
    shrink target/first.wasm "$wasm.optimised" && shrink target/rest.wasm "$rest"; then
    mv "$wasm.optimised" "$wasm"
    node scripts/ask-early.mjs "$site/index.html" "${rest##*/}"
  elif cp "$wasm" target/whole.wasm && shrink target/whole.wasm "$wasm.optimised"; then
    say "Leaving the program in one piece; the site works, and a first visit takes longer"
    mv "$wasm.optimised" "$wasm"
    rm -f "$rest" target/{first,rest}.wasm
  else
    rm -f "$wasm.optimised" "$rest" target/{first,rest,whole}.wasm
    say "Leaving $wasm as it was, as this wasm-opt cannot read it; the site works, and is somewhat larger"
  fi
  # What no tool can do is left, and said: the site works with long names too.
  glue=${wasm%_bg.wasm}.js
  if have node && node scripts/shorten-names.mjs "$wasm" "$glue" && [ -x "$esbuild" ]; then
    "$esbuild" --minify --format=esm --log-level=warning --allow-overwrite "$glue" --outfile="$glue"
  else
    say "Leaving $glue as long as it was"
  fi
done

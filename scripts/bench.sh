#!/usr/bin/env bash
# Measure the engine beside a loop by hand, and the elevator bank's operations, natively and then in wasm under Node. The
# figures mean something on a quiet machine only. An argument picks what has it in its title, for the native part:
# scripts/bench.sh pool
set -euo pipefail
source "$(dirname "$0")/common.sh"

say "The original's targets, and what stands for each here:"
cat <<'TARGETS'
  test/unit         cargo test --workspace --features cli
  race              millrace run '#/elevator?preset=stranded' --shuffle 100
  race-full         millrace run '#/elevator?preset=stranded' --shuffle 1000
  acceptance        cargo test --features e2e --test e2e (after make build)
  integration       cargo test --features cli --test native endpoint
  benchmarks        make bench: below, under the original's names
  all               make test
  (millrace is: cargo run --release --features cli --bin millrace --)
TARGETS

say "Measuring natively: cargo bench (building takes some minutes the first time)"
cargo bench --quiet --bench engine --bench heap --bench elevator -- "$@"

if ! have node; then
  say "Not measuring in wasm: there is no Node.js on this machine (20 or later)"
  exit 0
fi

scripts/install-wasm-target.sh
bindgen_version=$(awk '$0 == "name = \"wasm-bindgen\"" { getline; gsub(/"/, "", $3); print $3; exit }' Cargo.lock)
if [ "$(wasm-bindgen --version 2>/dev/null | cut -d' ' -f2)" != "$bindgen_version" ]; then
  scripts/install-tools.sh
fi

say "Measuring in wasm, under Node $(node --version): the same benches, built as the page is"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for bench in engine heap elevator; do
  # The name of what was built has a hash in it: cargo says it, in JSON, beside the page's own binary.
  wasm=$(cargo bench --quiet --profile page --bench "$bench" --target wasm32-unknown-unknown --no-run --message-format json |
    sed -n 's/.*"executable":"\([^"]*\/'"$bench"'-[^"]*\.wasm\)".*/\1/p' | tail -n 1)
  [ -n "$wasm" ] || fail "cargo built no wasm for the bench $bench"
  wasm-bindgen --target nodejs --no-typescript --out-dir "$out" --out-name "$bench" "$wasm"
  node "$out/$bench.js"
done

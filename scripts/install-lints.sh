#!/usr/bin/env bash
# Give the toolchain rustfmt and clippy, which a minimal one lacks.
set -euo pipefail
source "$(dirname "$0")/common.sh"

missing=()
cargo fmt --version >/dev/null 2>&1 || missing+=(rustfmt)
cargo clippy --version >/dev/null 2>&1 || missing+=(clippy)
[ ${#missing[@]} -gt 0 ] || exit 0

have rustup || fail "the Rust toolchain lacks ${missing[*]}, and there is no rustup to add it"
say "Adding ${missing[*]} to the Rust toolchain (once)"
rustup component add "${missing[@]}"

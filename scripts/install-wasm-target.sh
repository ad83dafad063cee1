#!/usr/bin/env bash
# Give the active Rust toolchain the target wasm32-unknown-unknown.
#
# First the ordinary way, `rustup target add`. A machine that reaches package mirrors but not rustup's own server falls
# back to Debian's package rust-src of the very same rustc version, and builds the standard library from it, once: about a
# minute on two cores. Afterwards the toolchain is as rustup would have left it, link-time optimisation included.
#
# The address of the mirror is the one that apt is already set up with.
set -euo pipefail
source "$(dirname "$0")/common.sh"

target=wasm32-unknown-unknown
sysroot=$(rustc --print sysroot)
libdir=$sysroot/lib/rustlib/$target/lib

have_std() { compgen -G "$libdir/libstd-*.rlib" >/dev/null; }

have_std && exit 0

if have rustup; then
  say "Adding the target $target to the Rust toolchain (once)"
  # A server that cannot be reached must not hold up the way round it.
  limit=()
  ! have timeout || limit=(timeout 300)
  if ${limit[@]+"${limit[@]}"} rustup target add "$target" && have_std; then exit 0; fi
fi

have apt-get || fail "cannot add the target $target: \`rustup target add $target\` does not work here, and there is no apt"

version=$(rustc -V | cut -d' ' -f2)
say "Building the target $target from Debian's rust-src $version, as rustup cannot fetch it (once; a minute or two)"
work=$(mktemp -d)
source_link=$sysroot/lib/rustlib/src/rust
placed=
trap '[ -z "$placed" ] || rm -f "$source_link"; rm -rf "$work"' EXIT

uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -E '/debian/$' | sort -u | head -1 || true)
[ -n "$uri" ] || fail "apt is set up with no Debian mirror"
for suite in trixie-backports sid forky trixie; do
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $suite main"
done >"$work/sources.list"
mkdir -p "$work/lists/partial" "$work/cache/archives/partial"

# An apt of our own: the machine's package lists stay as they are.
private_apt() {
  local verb=$1
  shift
  "apt-$verb" -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root "$@"
}
private_apt get -qq update || true # a suite that this mirror lacks is no loss; what counts is found below
package=$(private_apt cache madison rust-src | awk -v v="$version+" 'index($3, v) == 1 { found = found ? found : $3 } END { print found }')
[ -n "$package" ] || fail "no Debian suite offers rust-src $version"
(cd "$work" && private_apt get -qq download "rust-src=$package" && dpkg -x rust-src_*.deb unpacked)

# Cargo looks for the source of the standard library in the sysroot.
mkdir -p "$(dirname "$source_link")"
if [ ! -e "$source_link" ]; then
  ln -sfn "$work/unpacked/usr/src/rustc-$version" "$source_link"
  placed=yes
fi

mkdir -p "$work/std/src"
cat >"$work/std/Cargo.toml" <<'TOML'
[package]
name = "std-for-wasm"
version = "0.0.0"
edition = "2021"
[profile.release]
panic = "abort"
TOML
: >"$work/std/src/lib.rs"
# RUSTC_BOOTSTRAP lets a stable cargo build std; embed-bitcode lets the users of this library link with LTO.
(cd "$work/std" && env -u CARGO_TARGET_DIR -u CARGO_ENCODED_RUSTFLAGS \
  RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes \
  cargo build --quiet --release --target "$target" -Zbuild-std=std,panic_abort,proc_macro,test)

mkdir -p "$libdir"
find "$work/std/target/$target/release/deps" -name 'lib*.rlib' ! -name 'libstd_for_wasm*' -exec cp {} "$libdir" \;
have_std || fail "the standard library for $target was built, but is not in $libdir"

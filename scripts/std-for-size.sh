# Source this, and call build_std_for_size before the page is built: then every cargo that follows builds the standard library with it,
# for size, and panics that say nothing. It fails where that cannot be had.
#
# The library that rustup ships is built for speed, and each place that may panic carries what would be said, with file and line: 35 KB
# of the page as sent, for messages that nobody should ever read. Without them a panic is a trap: the page's list of errors has
# "unreachable" and a stack. The page of `make serve` is built as ever, and has the message.
#
# Both are switches of rustc and cargo that are not stable yet, so a stable cargo has to be told that they are meant
# (RUSTC_BOOTSTRAP). Where the library's source is not to be had, or this rustc knows no such switch, the page is built as ever.

build_std_for_size() {
  local target=wasm32-unknown-unknown
  local flags='-Zunstable-options -Cpanic=immediate-abort'
  local source
  source=$(rustc --print sysroot)/lib/rustlib/src/rust/library
  if [ ! -d "$source" ] && have rustup; then
    say "Adding the source of the standard library to the Rust toolchain (once)"
    timeout 300 rustup component add rust-src || true
  fi
  # shellcheck disable=SC2086 # these are several flags
  if [ ! -d "$source" ] || ! RUSTC_BOOTSTRAP=1 rustc $flags --print cfg --target $target >/dev/null 2>&1; then
    say "The page takes the standard library as it comes, which is 35 KB more as sent: its source, or the switches to build it, are not there"
    return 1
  fi
  export RUSTC_BOOTSTRAP=1
  export CARGO_UNSTABLE_BUILD_STD=std,panic_abort
  export CARGO_UNSTABLE_BUILD_STD_FEATURES=optimize_for_size
  export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS=$flags
}

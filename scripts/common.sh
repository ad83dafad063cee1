# shellcheck shell=bash
# What every script starts with: the repository as the working folder, cargo's programs on the PATH, one way of speaking.

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Cargo installs into this folder, and not every shell knows it.
cargo_bin=${CARGO_INSTALL_ROOT:-${CARGO_HOME:-$HOME/.cargo}}/bin
case ":$PATH:" in
  *":$cargo_bin:"*) ;;
  *) PATH=$cargo_bin:$PATH ;;
esac
export PATH

# Trunk would ask the network for a newer Trunk at each start.
export TRUNK_SKIP_VERSION_CHECK=true

# Trunk takes NO_COLOR=1, the form that everybody uses, for a mistake.
if [ -n "${NO_COLOR:-}" ]; then
  unset NO_COLOR
  export TRUNK_COLOR=never
fi

say() { printf '==> %s\n' "$*"; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif have sudo; then sudo "$@"
  else fail "this needs root, and there is no sudo: $*"
  fi
}

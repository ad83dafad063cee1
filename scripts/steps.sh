# shellcheck shell=bash
# Steps that say what they do, and how long each took: a line when it is over, and a table of all at the end.

steps=()
step=
step_began=0

# 123 as "2 min 03 s".
duration() {
  if [ "$1" -lt 60 ]; then printf '%d s' "$1"; else printf '%d min %02d s' "$(($1 / 60))" "$(($1 % 60))"; fi
}

# The step that was going on is over, and another one begins: begin "4/7 Native tests".
begin() {
  end
  step=$1
  step_began=$SECONDS
  say "$step"
}

# The step that was going on is over, if one was.
end() {
  [ -n "$step" ] || return 0
  local took
  took=$(duration "$((SECONDS - step_began))")
  say "${step%% *} took $took"
  steps+=("$(printf '%12s  %s' "$took" "$step")")
  step=
}

# What all steps took, one a line, and their sum.
table_of_steps() {
  end
  [ "${#steps[@]}" -gt 0 ] || return 0
  printf '\n'
  printf '%s\n' "${steps[@]}"
  printf '%12s  in all\n' "$(duration "$SECONDS")"
}

#!/usr/bin/env bash
# A replay fails when its corpus is empty, or when an input cannot be read.
set -euo pipefail
readonly program=$1 input=$2

# expect STATUS TEXT ARGUMENTS...: how the program ends, and what it says.
expect() {
  local status=0 output
  output=$("$program" "${@:3}" 2>&1) || status=$?
  [[ $status -eq $1 && "$output" == *"$2"* ]] && return
  echo "with '${*:3}' it ended with $status, not $1, and said: $output" >&2
  return 1
}

expect 1 "the corpus is empty"
expect 1 "cannot read" "$input" "$TEST_TMPDIR/missing"
expect 0 "1 inputs" "$input"

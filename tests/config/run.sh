#!/usr/bin/env bash
# Shows that each configuration catches the fault that it is for.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
faults=bazel-bin/tests/config/planted_faults
output=$(mktemp)
trap 'rm -f "$output"' EXIT

# caught TEXT COMMAND...: the command must fail, and say TEXT.
caught() {
  local text=$1
  shift
  if "$@" >"$output" 2>&1 || ! grep -q -- "$text" "$output"; then
    echo "not caught ($text): $*"
    tail -n 30 "$output"
    return 1
  fi
  echo "caught: $text"
}

# quiet COMMAND...: the command must pass.
quiet() {
  if ! "$@" >"$output" 2>&1; then
    echo "false alarm: $*"
    tail -n 30 "$output"
    return 1
  fi
}

bazel build --noshow_progress --config=asan-ubsan //tests/config:planted_faults
caught "heap-use-after-free" $faults use-after-free
caught "detected memory leaks" $faults leak
caught "signed integer overflow" $faults overflow

bazel build --noshow_progress --config=tsan //tests/config:planted_faults
caught "data race" $faults race
quiet $faults std-mutex
quiet $faults absl-mutex

bazel build --noshow_progress --config=fuzz //tests/config:planted_crash
caught "deadly signal" bazel-bin/tests/config/planted_crash -runs=2000000 -seed=1 \
  -artifact_prefix="$output."
rm -f "$output".*

caught "does not depend on a module exporting" \
  bazel build --noshow_progress --config=clang --features=layering_check \
  //tests/config:planted_include

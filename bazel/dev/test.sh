#!/usr/bin/env bash
# Every test, in steps; then one line with how many passed and failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

events=$(mktemp -d)
trap 'rm -r "$events"' EXIT
passed_steps=0
failed_steps=()

# step NAME COMMAND...: runs it, and remembers how it ended.
step() {
  local name=$1
  shift
  echo "== $name"
  local begin=$SECONDS
  if "$@"; then
    passed_steps=$((passed_steps + 1))
    echo "== $name: passed in $((SECONDS - begin)) s"
  else
    failed_steps+=("$name")
    echo "== $name: FAILED after $((SECONDS - begin)) s"
  fi
}

# bazel_test NAME ARGUMENTS...: a bazel test whose results are counted.
bazel_test() {
  bazel test --build_event_json_file="$events/$1.json" --noshow_progress "${@:2}"
}

step "format" bazel/dev/format.sh
step "all tests" bazel_test default //...
step "parser and reactor under asan and ubsan" \
  bazel_test asan-ubsan --config=asan-ubsan --test_tag_filters=-bench,-no_asan,-no_ubsan \
  //parser/... //reactor/... //tests/conformance/...
step "parser and reactor under tsan" \
  bazel_test tsan --config=tsan --test_tag_filters=-bench,-no_tsan \
  //parser/... //reactor/... //tests/conformance/...
step "the parser's instruction counts" bazel/dev/instructions.sh
step "parser on AArch64" bazel/dev/test_neon.sh --build_event_json_file="$events/neon.json"
step "configurations catch planted faults" tests/config/run.sh
step "clients of the control plane in Python and Node.js" tests/admin_clients/run.sh
step "static archive without Bazel" tests/static_archive/run.sh
step "downstream workspace" tests/downstream/run.sh

for name in ${failed_steps[@]+"${failed_steps[@]}"}; do echo "failed: $name"; done
exec python3 bazel/dev/count_tests.py "$passed_steps" "${#failed_steps[@]}" "$events"/*.json

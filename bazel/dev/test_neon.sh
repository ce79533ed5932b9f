#!/usr/bin/env bash
# The parser's tests for AArch64: built with Debian's cross compiler, run by qemu. Further arguments
# go to bazel test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly target=aarch64-linux-gnu
readonly sources=/usr/src/googletest
readonly libraries=$PWD/.tools/neon

# GoogleTest for the target, which Debian ships as sources.
build_googletest() {
  [[ ! -e "$libraries/done" ]] || return 0
  mkdir -p "$libraries"
  local name
  for name in googletest/src/gtest-all googlemock/src/gmock-all googlemock/src/gmock_main; do
    $target-g++ -std=c++17 -O2 -I"$sources/googletest" -I"$sources/googletest/include" \
      -I"$sources/googlemock" -I"$sources/googlemock/include" \
      -c "$sources/$name.cc" -o "$libraries/$(basename "$name").o"
  done
  $target-ar rcs "$libraries/libgtest.a" "$libraries/gtest-all.o"
  $target-ar rcs "$libraries/libgmock.a" "$libraries/gmock-all.o" "$libraries/gtest-all.o"
  $target-ar rcs "$libraries/libgmock_main.a" "$libraries/gmock_main.o"
  touch "$libraries/done"
}

# Bazel looks for the linker beside the compiler: a folder that has both.
link_tools() {
  mkdir -p "$libraries/bin"
  ln -sf "$(command -v $target-gcc)" "$libraries/bin/$target-gcc"
  ln -sf "$(command -v $target-ld.bfd)" "$libraries/bin/ld.bfd"
  ln -sf "$(command -v $target-ld.gold)" "$libraries/bin/ld.gold"
}

build_googletest
link_tools
headers=$sources/googletest/include:$sources/googlemock/include
exec bazel test --config=neon --repo_env=CC="$libraries/bin/$target-gcc" \
  --repo_env=CPLUS_INCLUDE_PATH="$headers" \
  --action_env=CPLUS_INCLUDE_PATH="$headers" --linkopt=-L"$libraries" --noshow_progress \
  --build_tests_only "$@" \
  //parser/... //tests/conformance/... //tests/fuzz/...

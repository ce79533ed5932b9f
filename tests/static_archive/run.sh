#!/usr/bin/env bash
# Builds the archive, unpacks it, and links a program with it by pkg-config and g++ alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$(mktemp -d)
trap 'rm -r "$root"' EXIT

bazel build --noshow_progress //:libweir
tar -xf bazel-bin/weir-dev.tar -C "$root"
flags=$(PKG_CONFIG_PATH="$root/lib/pkgconfig" pkg-config --cflags --libs weir)
# shellcheck disable=SC2086 # flags are several words
g++ -std=c++17 -Wall -Wextra -Werror tests/static_archive/program.cc $flags -o "$root/program"
"$root/program"

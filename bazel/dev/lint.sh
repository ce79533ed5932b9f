#!/usr/bin/env bash
# Format, lint and layering. The first failure ends it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

bazel/dev/format.sh

echo "== buildifier"
[[ -x .tools/node_modules/.bin/buildifier ]] ||
  npm install --prefix .tools --no-save --no-package-lock --silent @bazel/buildifier@8.2.1
git ls-files -z -- '*.bzl' '*.bazel' '*.BUILD' WORKSPACE |
  xargs -0 .tools/node_modules/.bin/buildifier -mode=check -lint=warn

echo "== layering: every include comes from a direct dependency"
bazel build --config=clang --features=layering_check --noshow_progress //...

echo "== clang-tidy"
bazel build --noshow_progress //...
bazel/compile_commands.py
git ls-files -- 'parser/*.cc' 'reactor/*.cc' 'control/*.cc' | grep -vE '_test\.cc$|_fuzz\.cc$|simd/' |
  xargs -P "$(nproc)" -n 4 clang-tidy --quiet -p .

#!/usr/bin/env bash
# The format of what is written in C++, and what shellcheck finds in shell scripts. The first failure
# ends it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

echo "== clang-format"
git ls-files -z -- '*.cc' '*.h' '*.inc' | xargs -0 clang-format --dry-run --Werror

echo "== shellcheck"
git ls-files -z -- dev '*.sh' .ci/run | xargs -0 shellcheck -x

#!/usr/bin/env bash
# The control plane by clients in Python and Node.js, made as examples/clients/README.md says.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

bazel build --noshow_progress //examples:demo //control/weirctl
mkdir "$work/generated"
protoc -I proto --python_out="$work/generated" --grpc_python_out="$work/generated" \
  --plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin weir/admin/v1/admin.proto
cp examples/clients/node/* "$work"
npm ci --prefix "$work" --ignore-scripts --no-audit --no-fund --silent
# Debian's modules belong to Debian's interpreter.
PYTHONPATH="$work/generated:tests/e2e" NODE_FOLDER=$work /usr/bin/python3 \
  tests/admin_clients/clients_test.py bazel-bin/examples/demo bazel-bin/control/weirctl/weirctl

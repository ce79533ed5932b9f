#!/usr/bin/env bash
# Builds and runs another workspace that depends on this one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

bazel build --noshow_progress //:service //:plane
bazel-bin/service
bazel-bin/plane

# The data plane links neither gRPC nor Protobuf, and has no symbol of theirs.
found=$({
  ldd bazel-bin/plane
  nm -C bazel-bin/plane
} | grep -E 'libgrpc|libprotobuf|grpc::|grpc_|google::protobuf' || true)
if [[ -n $found ]]; then
  echo "the data plane carries:"
  echo "$found"
  exit 1
fi

# An internal header is out of reach.
if CC=clang bazel build --noshow_progress --features=layering_check //:intruder >/dev/null 2>&1; then
  echo "a downstream can include an internal header"
  exit 1
fi
CC=clang bazel build --noshow_progress --features=layering_check //:plane_code
echo "downstream: all as it should be"

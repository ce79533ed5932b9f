# shellcheck shell=bash
# Which Debian packages what needs, and how they are installed. To be sourced.

# shellcheck disable=SC2034 # used by what sources this
BUILD_PACKAGES=(bazel-bootstrap bazel-platforms bazel-skylib bazel-rules-java bazel-rules-proto g++
  pkg-config python3 libabsl-dev libbenchmark-dev libgmock-dev libgrpc++-dev libgtest-dev
  libncurses-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc)
# shellcheck disable=SC2034
CLANG_PACKAGES=(clang libclang-rt-14-dev)
# shellcheck disable=SC2034
NEON_PACKAGES=(g++-aarch64-linux-gnu googletest qemu-user)
# shellcheck disable=SC2034
TEST_PACKAGES=(apache2-utils curl haproxy libhttp-parser-dev libnginx-mod-stream nghttp2-client
  nginx-light nodejs openssl python3-grpcio python3-protobuf
  python3-pyte strace valgrind wrk)
# shellcheck disable=SC2034
BENCH_PACKAGES=(wrk nghttp2-client libhttp-parser-dev librust-httparse-dev rustc)
# shellcheck disable=SC2034
PEER_PACKAGES=(h2o haproxy lighttpd nginx-light)
# shellcheck disable=SC2034
FORMAT_PACKAGES=(clang-format shellcheck)
# shellcheck disable=SC2034
LINT_PACKAGES=("${FORMAT_PACKAGES[@]}" clang-tidy)
# npm from any source will do: for buildifier and the client in Node.js.
command -v npm >/dev/null || { LINT_PACKAGES+=(npm) && TEST_PACKAGES+=(npm); }

# Installs those of the packages that are missing; without any it does nothing.
install_packages() {
  local package missing=()
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      missing+=("$package")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  local root=()
  [[ $(id -u) -eq 0 ]] || root=(sudo)
  echo "Installing with apt-get: ${missing[*]}" >&2
  "${root[@]}" apt-get update -qq
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

#!/usr/bin/env bash
# Builds the parsers that Debian has no library of, as shared objects for the parser's benchmark, and
# prints the folder that they are in:
#
#   pico_sse42.so, pico_scalar.so   picohttpparser, from the Debian source package of h2o
#   httparse.so                     from the source in librust-httparse-dev
#
# They are built once, outside Bazel: no ordinary build needs them.
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/weir/bench_peers
mkdir -p "$folder" && cd "$folder"

# Fetches the sources of h2o from where this machine has its packages from, whether or not apt is set
# up to look for sources there.
fetch_h2o() {
  local apt work key=/usr/share/keyrings/debian-archive-keyring.gpg
  work=$(mktemp -d)
  mkdir -p "$work/lists/partial" "$work/cache"
  # shellcheck disable=SC2016 # the names are apt-get's
  apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 'Component: main' |
    sort -u | sed "s|.*|deb-src [signed-by=$key] & main|" >"$work/sources.list"
  apt=(apt-get -qq -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=-
    -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" -o "APT::Sandbox::User=$(id -un)")
  "${apt[@]}" update
  (cd "$work" && "${apt[@]}" source --download-only h2o)
  tar -xf "$work"/h2o_*.orig.tar.* --strip-components=3 --wildcards '*/deps/picohttpparser/*.[ch]'
  rm -r "$work"
}

build_pico() {
  [[ -f picohttpparser.c ]] || fetch_h2o >&2
  gcc -O3 -DNDEBUG -fPIC -shared -w -msse4.2 -o pico_sse42.so picohttpparser.c
  gcc -O3 -DNDEBUG -fPIC -shared -w -o pico_scalar.so picohttpparser.c
}

# As its build.rs would have Cargo build it: it looks at the CPU when it runs.
build_httparse() {
  local crates=(/usr/share/cargo/registry/httparse-*/src/lib.rs)
  local options=(--edition 2018 -C opt-level=3 -C codegen-units=1 -C panic=abort)
  /usr/bin/rustc "${options[@]}" --crate-type rlib --crate-name httparse --cap-lints allow \
    --cfg 'feature="std"' --cfg httparse_simd -o libhttparse.rlib "${crates[0]}" >&2
  /usr/bin/rustc "${options[@]}" --crate-type cdylib --extern httparse=libhttparse.rlib \
    -o httparse.so "$repository/tests/bench/httparse_peer.rs" >&2
}

[[ pico_sse42.so -nt "$repository/bazel/dev/bench_peers.sh" && -f pico_scalar.so ]] || build_pico
[[ httparse.so -nt "$repository/tests/bench/httparse_peer.rs" ]] || build_httparse
echo "$folder"

// Parsers in shared objects that bazel/dev/bench_peers.sh has built, loaded when the benchmark
// starts: no build needs them.

#ifndef WEIR_TESTS_BENCH_PEER_LIBRARIES_H_
#define WEIR_TESTS_BENCH_PEER_LIBRARIES_H_

#include <sys/types.h>

#include <cstddef>
#include <string>

namespace weir {

// picohttpparser.h of h2o 2.2.5 says what these are.
struct PicoHeader {
  const char* name;
  std::size_t name_size;
  const char* value;
  std::size_t value_size;
};

struct PicoChunkedDecoder {
  std::size_t left_in_chunk;
  char consume_trailer;
  char hex_count;
  char state;
};

struct PicoLibrary {
  int (*parse_request)(const char* data, std::size_t size, const char** method,
                       std::size_t* method_size, const char** path, std::size_t* path_size,
                       int* minor_version, PicoHeader* headers, std::size_t* header_count,
                       std::size_t last_size) = nullptr;
  ssize_t (*decode_chunked)(PicoChunkedDecoder* decoder, char* data, std::size_t* size) = nullptr;

  bool loaded() const { return parse_request != nullptr && decode_chunked != nullptr; }
};

// httparse_peer.rs has it.
using HttparseFunction = std::size_t (*)(const char* data, std::size_t size);

struct PeerLibraries {
  PicoLibrary pico_sse42;
  PicoLibrary pico_scalar;
  HttparseFunction httparse = nullptr;
};

// Loads them from that folder, for as long as the process runs. What cannot be loaded stays null,
// with a line on stderr.
PeerLibraries LoadPeerLibraries(const std::string& folder);

}  // namespace weir

#endif  // WEIR_TESTS_BENCH_PEER_LIBRARIES_H_

// Decoding of chunked bodies, for parser_bench.

#ifndef WEIR_TESTS_BENCH_CHUNKED_BENCH_H_
#define WEIR_TESTS_BENCH_CHUNKED_BENCH_H_

#include "weir/tests/bench/peer_libraries.h"

namespace weir {

// Registers bodies of 64 KB in chunks of 8, 256 and 16384 bytes, the content copied out by each
// decoder; and memcpy of as many bytes.
void RegisterChunked(const PeerLibraries& peers);

}  // namespace weir

#endif  // WEIR_TESTS_BENCH_CHUNKED_BENCH_H_

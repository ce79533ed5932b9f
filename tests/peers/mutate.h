// Streams like given ones, with small faults: the same for the same seed, on every machine.

#ifndef WEIR_TESTS_PEERS_MUTATE_H_
#define WEIR_TESTS_PEERS_MUTATE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace weir {

// `count` streams, each one of `streams`, or two of them joined, with one to three changes: a byte
// changed, removed or put in, a word of HTTP put in, a piece repeated. REQUIRES: `streams` is not
// empty.
std::vector<std::string> Mutate(const std::vector<std::string>& streams, std::size_t count,
                                std::uint64_t seed);

}  // namespace weir

#endif  // WEIR_TESTS_PEERS_MUTATE_H_

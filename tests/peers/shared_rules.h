// The rules that the tables of several peers have in common.

#ifndef WEIR_TESTS_PEERS_SHARED_RULES_H_
#define WEIR_TESTS_PEERS_SHARED_RULES_H_

#include <vector>

#include "weir/tests/peers/difference.h"

namespace weir {

// The table of a peer: `own`, then those that http_parser and Node have in common.
std::vector<DifferenceRule> WithSharedRules(std::vector<DifferenceRule> own);

}  // namespace weir

#endif  // WEIR_TESTS_PEERS_SHARED_RULES_H_

// Node's HTTP server, as a program of its own, as a peer to compare with.

#ifndef WEIR_TESTS_PEERS_NODE_VIEW_H_
#define WEIR_TESTS_PEERS_NODE_VIEW_H_

#include <string>
#include <vector>

#include "weir/tests/peers/difference.h"
#include "weir/tests/peers/stream_view.h"

namespace weir {

// Whether there is a program "node" to be run.
bool HasNode();

// What Node makes of each stream of bytes, given whole and then ended. It has no bound for the
// number of fields and no time-outs; else it is as it comes. Empty, and `error` is set, if node
// failed. REQUIRES: HasNode().
std::vector<StreamView> ReadWithNode(const std::vector<std::string>& streams, std::string* error);

// Why it may differ from Weir's parser.
const std::vector<DifferenceRule>& NodeRules();

}  // namespace weir

#endif  // WEIR_TESTS_PEERS_NODE_VIEW_H_

// What Weir refuses and a peer takes: the other half of what the tables of rules say.

#ifndef WEIR_TESTS_PEERS_REFUSALS_H_
#define WEIR_TESTS_PEERS_REFUSALS_H_

#include <string>
#include <string_view>
#include <vector>

#include "weir/tests/peers/stream_view.h"

namespace weir {

enum class Peer { kHttpParser, kNode };

// One way in which Weir is the stricter one. A kind of refusal may have several.
struct Refusal {
  const char* error;   // what Weir calls it
  const char* reason;  // why Weir refuses it all the same, with the section
  std::string example;
  bool http_parser_takes;  // the example
  bool node_takes;

  bool TakenBy(Peer peer) const {
    return peer == Peer::kHttpParser ? http_parser_takes : node_takes;
  }
};

const std::vector<Refusal>& Refusals();

// Whether there is a row with that error whose example that peer takes.
bool IsListed(std::string_view error, Peer peer);

// Whether Weir refuses a request of the stream that the peer takes: its head, if Weir refuses that,
// or all of it.
bool TakesWhatWeirRefuses(const StreamView& ours, const StreamView& theirs);

}  // namespace weir

#endif  // WEIR_TESTS_PEERS_REFUSALS_H_

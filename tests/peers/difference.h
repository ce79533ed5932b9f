// Where another parser reads a stream otherwise than Weir's, and why it may.

#ifndef WEIR_TESTS_PEERS_DIFFERENCE_H_
#define WEIR_TESTS_PEERS_DIFFERENCE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "weir/tests/peers/stream_view.h"

namespace weir {

enum class DifferenceKind {
  // Of a request that both have: the rest of it is compared nevertheless.
  kMethod,
  kTarget,
  kVersion,
  kFields,
  kKeepAlive,
  // Of where requests end: nothing that follows can be compared.
  kFraming,
  kBody,
  kEnd,
  kRefusedHead,  // Weir has a head there
  kRefusedBody,  // Weir reads on in that body, or to its end
  kMissing,      // Weir has a request there; the other waits, or has stopped
  kExtra,        // Weir waits for more of a head there
};

struct Difference {
  DifferenceKind kind;
  std::size_t index;  // of the request
  const StreamView* ours;
  const StreamView* theirs;

  // REQUIRES: ours has a request of that index, which it has unless kind is kExtra.
  const MessageView& our_message() const { return ours->messages[index]; }
  // REQUIRES: theirs has one, which it has unless kind is kRefusedHead or kMissing.
  const MessageView& their_message() const { return theirs->messages[index]; }
};

// A difference that is no fault of Weir's.
struct DifferenceRule {
  const char* name;
  const char* reason;  // with the section that justifies what Weir does
  DifferenceKind kind;
  bool (*applies)(const Difference& difference);
  std::string_view example;  // a stream that this rule, and no earlier one, is needed for
};

// All differences. Weir may be the stricter one: what it refuses, the other may take.
std::vector<Difference> Compare(const StreamView& ours, const StreamView& theirs);

// The first of the rules that explains the difference, or null.
const DifferenceRule* Explain(const Difference& difference,
                              const std::vector<DifferenceRule>& rules);

// For people: what it is, in a line or two.
std::string Describe(const Difference& difference);

}  // namespace weir

#endif  // WEIR_TESTS_PEERS_DIFFERENCE_H_

// What streams are told of refused requests.

#ifndef WEIR_CONTROL_REFUSALS_FEED_H_
#define WEIR_CONTROL_REFUSALS_FEED_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "weir/reactor/refusals/bad_request.h"

namespace weir {

// Where one stream is among them.
struct RefusalsTold {
  std::vector<std::uint64_t> newest;  // BadRequest::sequence of each reactor, as far as it is known
  std::uint64_t dropped = 0;          // that came since the stream began, and it was not told of
  bool begun = false;
};

// One thread.
class RefusalsFeed {
 public:
  // A message has at most so many; the oldest ones beyond are dropped.
  static constexpr std::size_t kMost = 64;

  // What a server keeps now, in the order of time; of each reactor in the order of their numbers.
  void Take(const std::vector<BadRequest>& requests);

  // Those of the last Take that a stream does not know, as fields of a serialized ParseErrors, and
  // moves `told` on. What a stream could have known only before it began does not count as dropped.
  std::string Since(RefusalsTold* told) const;

 private:
  struct Record {
    std::uint32_t reactor;
    std::uint64_t sequence;
    std::string field;  // one element of ParseErrors.refused
  };
  std::vector<Record> records_;
};

}  // namespace weir

#endif  // WEIR_CONTROL_REFUSALS_FEED_H_

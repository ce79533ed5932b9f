#include "weir/control/refusals_feed.h"

#include <algorithm>

#include "weir/admin/v1/admin.pb.h"
#include "weir/control/bad_requests.h"

namespace weir {

// Bytes of messages that follow each other are one message: elements of a repeated field add up.
void RefusalsFeed::Take(const std::vector<BadRequest>& requests) {
  records_.clear();
  for (const BadRequest& request : requests) {
    admin::v1::ParseErrors message;
    ToProto(request, message.add_refused());
    records_.push_back({request.reactor, request.sequence, message.SerializeAsString()});
  }
}

std::string RefusalsFeed::Since(RefusalsTold* told) const {
  std::vector<const Record*> fresh;
  for (const Record& record : records_) {
    if (told->newest.size() <= record.reactor) told->newest.resize(record.reactor + 1);
    std::uint64_t* const newest = &told->newest[record.reactor];
    if (record.sequence <= *newest) continue;
    if (told->begun) told->dropped += record.sequence - *newest - 1;  // overwritten meanwhile
    *newest = record.sequence;
    fresh.push_back(&record);
  }
  const std::size_t dropped = fresh.size() > kMost ? fresh.size() - kMost : 0;
  if (told->begun) told->dropped += dropped;
  told->begun = true;
  admin::v1::ParseErrors message;
  message.set_refused_dropped(told->dropped);
  std::string fields = message.SerializeAsString();
  for (std::size_t i = dropped; i < fresh.size(); ++i) fields += fresh[i]->field;
  return fields;
}

}  // namespace weir

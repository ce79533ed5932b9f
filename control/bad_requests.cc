#include "weir/control/bad_requests.h"

#include <google/protobuf/util/time_util.h>

#include <string>

namespace weir {

using google::protobuf::util::TimeUtil;

void ToProto(const BadRequest& request, admin::v1::BadRequest* message) {
  message->set_reactor(request.reactor);
  message->set_sequence(request.sequence);
  *message->mutable_time() = TimeUtil::SecondsToTimestamp(request.wall_seconds);
  message->set_kind(std::string(request.kind));
  message->set_status(static_cast<std::uint32_t>(request.status));
  message->set_offset(request.offset);
  message->set_in_content(request.in_content);
  message->set_received(request.received);
  message->set_field_name(request.field_name);
  message->set_limit(std::string(request.limit));
  message->set_limit_value(request.limit_value);
  message->set_suggested_value(request.suggested);
  message->set_peer(request.peer.ToString());
  *message->mutable_connection_age() =
      TimeUtil::MillisecondsToDuration(static_cast<std::int64_t>(request.connection_age_ms));
  message->set_requests_before(request.requests_before);
  message->set_excerpt(request.excerpt);
}

void ListBadRequests(const Server& server, admin::v1::ListBadRequestsResponse* response) {
  for (const BadRequest& request : server.BadRequests()) {
    ToProto(request, response->add_requests());
  }
  std::uint64_t unrecorded = 0;
  for (const ReactorStats& reactor : server.Stats().reactors) {
    unrecorded += reactor.counters[static_cast<std::size_t>(Counter::kBadRequestsUnrecorded)];
  }
  response->set_unrecorded(unrecorded);
}

}  // namespace weir

#include "weir/control/event_codec.h"

#include <google/protobuf/util/time_util.h>

#include <string>

namespace weir {
namespace {

using google::protobuf::util::TimeUtil;

}  // namespace

void ToProto(const Event& event, admin::v1::Event* message) {
  message->set_sequence(event.sequence);
  *message->mutable_time() = TimeUtil::SecondsToTimestamp(event.wall_seconds);
  *message->mutable_monotonic_time() = TimeUtil::NanosecondsToDuration(event.monotonic_ns);
  message->set_kind(std::string(Name(event.kind)));
  // The values of the two enums are the same, one higher: a test holds it.
  message->set_severity(
      static_cast<admin::v1::Event::Severity>(static_cast<int>(SeverityOf(event.kind)) + 1));
  if (event.reactor != Event::kWholeServer) {
    message->set_reactor(static_cast<std::uint32_t>(event.reactor));
  }
  for (const auto& [name, value] : event.numbers) {
    (*message->mutable_numbers())[std::string(name)] = value;
  }
  message->set_text(event.text);
  message->set_fix(event.fix);
  message->set_suppressed(event.suppressed);
}

void ReadEvents(const EventLog& log, std::uint64_t after, std::size_t most,
                admin::v1::Events* message) {
  const EventLog::Batch batch = log.Read(after, most);
  for (const Event& event : batch.events) ToProto(event, message->add_events());
  message->set_lost(batch.lost);
  message->set_newest(log.newest());
  message->set_suppressed(log.suppressed());
}

}  // namespace weir

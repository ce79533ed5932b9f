// Events as messages of admin.proto.

#ifndef WEIR_CONTROL_EVENT_CODEC_H_
#define WEIR_CONTROL_EVENT_CODEC_H_

#include <cstddef>
#include <cstdint>

#include "weir/admin/v1/admin.pb.h"
#include "weir/reactor/events/event.h"
#include "weir/reactor/events/event_log.h"

namespace weir {

void ToProto(const Event& event, admin::v1::Event* message);

// At most `most` of the events whose sequence is greater than `after`, and what is lost before
// them.
void ReadEvents(const EventLog& log, std::uint64_t after, std::size_t most,
                admin::v1::Events* message);

}  // namespace weir

#endif  // WEIR_CONTROL_EVENT_CODEC_H_

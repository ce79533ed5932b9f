// The sink that a server has unless it is given another one.

#ifndef WEIR_REACTOR_EVENTS_DESCRIPTOR_SINK_H_
#define WEIR_REACTOR_EVENTS_DESCRIPTOR_SINK_H_

#include "weir/reactor/events/event_log.h"

namespace weir {

// Writes ToLine of each event to that descriptor, which is not owned, in one write(2). A descriptor
// that is not ready, such as a pipe that nobody reads, is not waited for: the line is left out, and
// the next one that can be written says how many were ("unwritten=3").
EventSink DescriptorSink(int fd);

}  // namespace weir

#endif  // WEIR_REACTOR_EVENTS_DESCRIPTOR_SINK_H_

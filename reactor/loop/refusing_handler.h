// What answers requests while load is shed.

#ifndef WEIR_REACTOR_LOOP_REFUSING_HANDLER_H_
#define WEIR_REACTOR_LOOP_REFUSING_HANDLER_H_

#include <cstdint>

#include "weir/reactor/handler.h"
#include "weir/reactor/loop/counters.h"

namespace weir {

// A handler of the same kind as `instead_of`, so that the one may take the place of the other in
// the middle of a request. It answers 503 with Retry-After, and counts each answer in `count`,
// which is not owned. The connection stays open where the request's content has come.
AnyHandler RefusingHandler(const AnyHandler& instead_of, std::uint64_t retry_after_seconds,
                           CounterCell* count);

}  // namespace weir

#endif  // WEIR_REACTOR_LOOP_REFUSING_HANDLER_H_

// What a service gives Weir to run.

#ifndef WEIR_REACTOR_HANDLER_H_
#define WEIR_REACTOR_HANDLER_H_

#include <functional>

#include "weir/reactor/request.h"
#include "weir/reactor/response_writer.h"

namespace weir {

// Called for each complete request, in a reactor's thread: don't block in it. `request` and all its
// views end when it returns; `response` may be moved away and answered later, from any thread.
// Requests of one connection come one at a time, in order. An exception becomes a 500.
using Handler = std::function<void(const Request& request, ResponseWriter response)>;

}  // namespace weir

#endif  // WEIR_REACTOR_HANDLER_H_

// How far the serving of a connection has got.

#ifndef WEIR_REACTOR_CONN_SERVE_PROGRESS_H_
#define WEIR_REACTOR_CONN_SERVE_PROGRESS_H_

#include <cstdint>

namespace weir {

enum class ServeProgress : std::uint8_t {
  kNeedsInput,   // all that has come is understood
  kDeferred,     // a handler owes its answer
  kOutOfBudget,  // it has had its share of this turn
  kBlocked,      // so much output waits that the client has to take some first
  kClosing,      // no further request will be served
  kAgain,        // something was served, and more may have come
};

}  // namespace weir

#endif  // WEIR_REACTOR_CONN_SERVE_PROGRESS_H_

// RequestStates that are not in use, kept for the next connection that needs one.

#ifndef WEIR_REACTOR_CONN_REQUEST_STATE_POOL_H_
#define WEIR_REACTOR_CONN_REQUEST_STATE_POOL_H_

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "weir/reactor/conn/request_state.h"

namespace weir {

// One reactor's. Keeps at most kMaxIdle, each with at most kMaxBytes of buffer. One thread.
class RequestStatePool {
 public:
  static constexpr std::size_t kMaxIdle = 128;
  static constexpr std::size_t kMaxBytes = 16 * 1024;

  std::unique_ptr<RequestState> Take() {
    if (idle_.empty()) return std::make_unique<RequestState>();
    std::unique_ptr<RequestState> state = std::move(idle_.back());
    idle_.pop_back();
    return state;
  }

  void Return(std::unique_ptr<RequestState> state) {
    if (idle_.size() == kMaxIdle) return;
    state->Reset();
    state->buffer.Shrink(kMaxBytes);
    idle_.push_back(std::move(state));
  }

 private:
  std::vector<std::unique_ptr<RequestState>> idle_;
};

}  // namespace weir

#endif  // WEIR_REACTOR_CONN_REQUEST_STATE_POOL_H_

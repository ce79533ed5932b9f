// Who may come in: the places under max_connections, and what becomes of those without one.

#ifndef WEIR_REACTOR_LOOP_ADMISSION_H_
#define WEIR_REACTOR_LOOP_ADMISSION_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "weir/reactor/conn/connection_context.h"
#include "weir/reactor/limits.h"
#include "weir/reactor/server_stats.h"

namespace weir {

// One reactor's. One thread; `open_connections` alone is shared, by all reactors of the server.
class Admission {
 public:
  Admission(ConnectionContext* context, std::atomic<std::uint64_t>* open_connections) noexcept
      : ctx_(context), open_connections_(open_connections) {}

  // The limits of the context are new.
  void OnLimits();

  // Takes a place, which whoever has it gives back. False if max_connections have one.
  bool TakePlace() noexcept;
  void GivePlacesBack(std::uint64_t places) noexcept {
    open_connections_->fetch_sub(places, std::memory_order_relaxed);
  }
  // Whether a connection that has no place is to stay in the accept queue.
  bool LeavesQueued() const noexcept {
    return ctx_->limits.overload_action == static_cast<std::uint64_t>(OverloadAction::kQueue);
  }

  // Turns an accepted socket away as overload_action says, counts it, and closes it. Where that
  // says "queue" it is too late: the socket is answered. REQUIRES: `reason` is one that is answered
  // with 503.
  void Refuse(int fd, RefuseReason reason);

 private:
  void Answer(int fd, RefuseReason reason);

  ConnectionContext* const ctx_;
  std::atomic<std::uint64_t>* const open_connections_;
  std::array<std::string, kRefuseReasonCount> answers_;
};

}  // namespace weir

#endif  // WEIR_REACTOR_LOOP_ADMISSION_H_

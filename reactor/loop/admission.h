// Who may come in, how fast, and what becomes of those who may not.

#ifndef WEIR_REACTOR_LOOP_ADMISSION_H_
#define WEIR_REACTOR_LOOP_ADMISSION_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weir/reactor/conn/connection_context.h"
#include "weir/reactor/limits.h"
#include "weir/reactor/loop/accept_rate.h"
#include "weir/reactor/loop/address_table.h"
#include "weir/reactor/server_stats.h"

namespace weir {

// What the reactors of a server share of it. Any thread.
struct SharedAdmission {
  std::atomic<std::uint64_t> open_connections{0};
  AddressTable addresses;
  AcceptRate rate;
};

// One reactor's. `shared` is not owned. One thread.
class Admission final : public ClientAddresses {
 public:
  Admission(ConnectionContext* context, SharedAdmission* shared) noexcept
      : ctx_(context), shared_(shared) {}

  // Makes the answers that refuse, by the context's retry_after_seconds. To be called before any is
  // needed, and when that limit has changed.
  void WordAnswers();

  // Takes a place, which whoever has it gives back. False if max_connections have one.
  bool TakePlace() noexcept;
  void GivePlacesBack(std::uint64_t places) noexcept {
    shared_->open_connections.fetch_sub(places, std::memory_order_relaxed);
  }
  bool TakeAddress(std::uint32_t slot, const SocketAddress& client) override;
  // That slot counts for no address any more, if it did.
  void ReleaseAddress(std::uint32_t slot) noexcept;
  // The connections of these slots have ended: their places and addresses are free.
  void OnEnded(const std::vector<std::uint32_t>& slots) noexcept;

  // Of `wanted` connections, how many may be accepted now under max_accepts_per_second.
  std::uint64_t TakeRate(std::uint64_t wanted) noexcept;
  // So many of them were not.
  void PutRateBack(std::uint64_t connections) noexcept;
  // How long to wait until there may be one more, in ms; at least 1.
  std::int64_t MsToRate() const noexcept;
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
  SharedAdmission* const shared_;
  // What each slot counts for; shorter than the table of connections while none does.
  std::vector<std::optional<AddressTable::Handle>> addresses_;
  std::array<std::string, kRefuseReasonCount> answers_;
};

}  // namespace weir

#endif  // WEIR_REACTOR_LOOP_ADMISSION_H_

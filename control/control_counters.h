// What the control plane counts of itself.

#ifndef WEIR_CONTROL_CONTROL_COUNTERS_H_
#define WEIR_CONTROL_CONTROL_COUNTERS_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "weir/admin/v1/admin.pb.h"
#include "weir/control/audit_log.h"

namespace weir {

// Any thread.
class ControlCounters {
 public:
  explicit ControlCounters(std::shared_ptr<const AuditLog> audit) : audit_(std::move(audit)) {}

  void CountDenied() { ++denied_; }
  void CountUpdate(bool refused) { ++(refused ? updates_refused_ : updates_); }
  // To be called before Fill is.
  void CountRefusedConnectionsBy(std::function<std::uint64_t()> count) {
    refused_connections_ = std::move(count);
  }

  // All but what streams count.
  void Fill(admin::v1::ControlStats* control) const;

 private:
  const std::shared_ptr<const AuditLog> audit_;
  std::atomic<std::uint64_t> updates_{0};
  std::atomic<std::uint64_t> updates_refused_{0};
  std::atomic<std::uint64_t> denied_{0};
  std::function<std::uint64_t()> refused_connections_;
};

}  // namespace weir

#endif  // WEIR_CONTROL_CONTROL_COUNTERS_H_

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

  // Connections to the admin port.
  struct Connections {
    std::uint64_t accepted = 0;  // the refused included
    std::uint64_t refused = 0;
    std::uint64_t pauses = 0;
  };

  void CountDenied() { ++denied_; }
  void CountUpdate(bool refused) { ++(refused ? updates_refused_ : updates_); }
  // The first call of a connection.
  void CountCaller() { ++callers_; }
  // A call whose caller may make it, and then one whose request has come.
  void CountAdmitted() { ++admitted_; }
  void CountBegun() { ++begun_; }
  // To be called before Fill is.
  void CountConnectionsBy(std::function<Connections()> count) { connections_ = std::move(count); }

  // All but what streams count.
  void Fill(admin::v1::ControlStats* control) const;

 private:
  const std::shared_ptr<const AuditLog> audit_;
  std::atomic<std::uint64_t> updates_{0};
  std::atomic<std::uint64_t> updates_refused_{0};
  std::atomic<std::uint64_t> denied_{0};
  std::atomic<std::uint64_t> callers_{0};
  std::atomic<std::uint64_t> admitted_{0};
  std::atomic<std::uint64_t> begun_{0};
  std::function<Connections()> connections_;
};

}  // namespace weir

#endif  // WEIR_CONTROL_CONTROL_COUNTERS_H_

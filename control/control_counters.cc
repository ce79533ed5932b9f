#include "weir/control/control_counters.h"

namespace weir {

void ControlCounters::Fill(admin::v1::ControlStats* control) const {
  control->set_limit_updates(updates_.load());
  control->set_limit_updates_refused(updates_refused_.load());
  control->set_calls_denied(denied_.load());
  control->set_audit_write_failures(audit_->write_failures());
  control->set_connections_called(callers_.load());
  control->set_calls_begun(begun_.load());
  control->set_calls_admitted(admitted_.load());  // after those of them that have begun
  if (!connections_) return;
  const Connections connections = connections_();
  control->set_connections_accepted(connections.accepted);
  control->set_connections_refused(connections.refused);
  control->set_accept_pauses(connections.pauses);
}

}  // namespace weir

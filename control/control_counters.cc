#include "weir/control/control_counters.h"

namespace weir {

void ControlCounters::Fill(admin::v1::ControlStats* control) const {
  control->set_limit_updates(updates_.load());
  control->set_limit_updates_refused(updates_refused_.load());
  control->set_calls_denied(denied_.load());
  if (refused_connections_) control->set_connections_refused(refused_connections_());
  control->set_audit_write_failures(audit_->write_failures());
}

}  // namespace weir

// Reads what the rules judge, of a running server.

#ifndef WEIR_CONTROL_DIAGNOSE_SERVER_FACTS_H_
#define WEIR_CONTROL_DIAGNOSE_SERVER_FACTS_H_

#include "weir/admin/v1/admin.pb.h"
#include "weir/control/diagnose/server_rules.h"
#include "weir/reactor/server.h"

namespace weir {

// All but how the admin service was reached. Reads some files and the kernel's listeners; no
// reactor waits. Any thread.
ServerFacts CollectServerFacts(Server* server);

// Any thread.
void DescribeServer(const Server& server, admin::v1::ServerInfo* info);

}  // namespace weir

#endif  // WEIR_CONTROL_DIAGNOSE_SERVER_FACTS_H_

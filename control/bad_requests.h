// Refused requests as messages.

#ifndef WEIR_CONTROL_BAD_REQUESTS_H_
#define WEIR_CONTROL_BAD_REQUESTS_H_

#include "weir/admin/v1/admin.pb.h"
#include "weir/reactor/refusals/bad_request.h"
#include "weir/reactor/server.h"

namespace weir {

void ToProto(const BadRequest& request, admin::v1::BadRequest* message);

// All that `server` keeps. Any thread.
void ListBadRequests(const Server& server, admin::v1::ListBadRequestsResponse* response);

}  // namespace weir

#endif  // WEIR_CONTROL_BAD_REQUESTS_H_

// A gRPC server of its own for the admin service, at an endpoint that is safe.

#ifndef WEIR_CONTROL_ADMIN_SERVER_H_
#define WEIR_CONTROL_ADMIN_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "weir/control/admin_service.h"
#include "weir/reactor/server.h"

namespace weir {

struct AdminServerOptions {
  // "unix:/run/service/weir.sock": a socket of mode 0600, for this user and root alone. Or
  // "127.0.0.1:9000", "[::1]:9000", port 0 for one that the kernel chooses: for every user of this
  // host. Other addresses are refused, since there is no authentication here.
  std::string address;
  AdminOptions admin;
};

// Serves weir.admin.v1.Admin, gRPC health checking ("" and "weir.admin.v1.Admin") and reflection.
// Start and destroy it in a thread that is not bound to a CPU: gRPC's threads inherit the binding.
class AdminServer {
 public:
  // `server` is not owned and must outlive this. AdminService::status() if that is not OK;
  // INVALID_ARGUMENT for an address that is not safe or malformed; ALREADY_EXISTS when it is in
  // use; PERMISSION_DENIED or NOT_FOUND for a path where no socket can be made.
  static absl::StatusOr<std::unique_ptr<AdminServer>> Start(Server* server,
                                                            const AdminServerOptions& options);

  // Ends streams with UNAVAILABLE, waits a second for other calls, and stops.
  ~AdminServer();
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

  // What clients give as target: "unix:/run/service/weir.sock", "127.0.0.1:9000".
  const std::string& address() const noexcept;

 private:
  class Impl;
  explicit AdminServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir

#endif  // WEIR_CONTROL_ADMIN_SERVER_H_

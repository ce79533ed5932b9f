// A gRPC server of its own for the admin service, at an endpoint that is safe.

#ifndef WEIR_CONTROL_ADMIN_SERVER_H_
#define WEIR_CONTROL_ADMIN_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "weir/control/access.h"
#include "weir/control/admin_service.h"
#include "weir/reactor/server.h"

namespace weir {

// Files in PEM form. They are looked at again once a second: a renewed certificate needs no
// restart.
struct AdminTls {
  std::string certificate_file;  // the server's chain, its own first
  std::string private_key_file;
  std::string client_ca_file;  // who signs the clients' certificates; every client must have one
};

struct AdminServerOptions {
  // "unix:/run/service/weir.sock": a socket for the users of `access`; mode 0600 where those are
  // this user and root alone. "127.0.0.1:9000", "[::1]:9000", port 0 for one that the kernel
  // chooses: for every user of this host, unless `tls` is set. With `tls`: any numeric address.
  std::string address;
  AdminOptions admin = {};
  // Who may do what.
  AccessPolicy access = {};
  // Mutual TLS, for TCP. Empty file names: none.
  AdminTls tls = {};
  // Whether gRPC's own view of its connections is served too (grpc.channelz.v1.Channelz), to
  // readers. gRPC can only switch it on for the whole process, for good: every gRPC server that is
  // built later, the service's own too, then serves it to whoever it lets in, and it tells of all
  // channels and servers of the process.
  bool channelz = false;
};

// Serves weir.admin.v1.Admin, gRPC health checking and reflection; channelz if asked for. Health
// has the services "" and Server::address(), which no longer serve once the server drains, and
// "weir.admin.v1.Admin". Every call to any of them is checked against AccessPolicy; those that are
// denied are counted and written down. Start and destroy it in a thread that is not bound to a CPU:
// gRPC's threads inherit the binding.
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

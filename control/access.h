// Who may do what through the control plane: decided here and nowhere else.

#ifndef WEIR_CONTROL_ACCESS_H_
#define WEIR_CONTROL_ACCESS_H_

#include <grpcpp/security/auth_metadata_processor.h>
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace weir {

// Each may do what the ones before it may.
enum class Role : std::uint8_t {
  kNone,      // nothing
  kReader,    // read limits, statistics, history; watch; health, reflection
  kOperator,  // also change limits
  kAdmin,     // also everything else
};

// "none", "reader", "operator", "admin".
std::string_view Name(Role role) noexcept;

// Who has which role; whoever is not named has none.
struct AccessPolicy {
  // On a Unix socket: by user id, as SO_PEERCRED tells it (unix(7)). Root and the user of this
  // process are admins unless they are named here.
  std::map<uid_t, Role> users;
  // With TLS: by a name in the client's certificate: a URI or DNS name of its subjectAltName, or
  // where it has neither, its common name.
  std::map<std::string, Role> certificates;
  // On loopback without TLS, where one caller can't be told from another.
  Role loopback = Role::kAdmin;
};

Role RoleOfUser(const AccessPolicy& policy, uid_t uid);

// Somebody who calls.
struct Caller {
  std::string identity;  // "uid 1000", "spiffe://fleet/tuner", "loopback"
  Role role = Role::kNone;
};

// By the certificate of a TLS connection. Without one: no identity, no role.
Caller CallerByCertificate(const AccessPolicy& policy, const grpc::AuthContext& context);

// What a gRPC path, "/weir.admin.v1.Admin/UpdateLimits", asks for. A method that is not known here
// needs kAdmin.
Role RoleNeeded(std::string_view path) noexcept;

// The property of grpc::AuthContext that has Caller::identity.
inline constexpr char kIdentityProperty[] = "weir_identity";

// Stands before every call of a gRPC server, whichever service it is for: PERMISSION_DENIED for who
// lacks the role. Any thread.
class AccessProcessor final : public grpc::AuthMetadataProcessor {
 public:
  using FindCaller = std::function<Caller(const grpc::AuthContext& context)>;
  // Who is told of calls. None may be empty.
  struct Tell {
    std::function<void()> on_first_call;  // of a connection, before the others
    std::function<void()> on_admitted;
    std::function<void(const Caller& caller, std::string_view path)> on_denied;
  };

  AccessProcessor(FindCaller find, Tell tell) : find_(std::move(find)), tell_(std::move(tell)) {}

  bool IsBlocking() const override { return false; }
  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext* context,
                       OutputMetadata* consumed, OutputMetadata* response) override;

 private:
  const FindCaller find_;
  const Tell tell_;
};

}  // namespace weir

#endif  // WEIR_CONTROL_ACCESS_H_

#include "weir/control/access.h"

#include <unistd.h>

#include <iterator>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "weir/control/bounded_text.h"

namespace weir {
namespace {

constexpr std::string_view kAdminService = "/weir.admin.v1.Admin/";

struct MethodRole {
  std::string_view method;
  Role role;
};

// Of weir.admin.v1.Admin, but those that only read, which begin with Get, List or Watch.
constexpr MethodRole kMethods[] = {
    {"UpdateLimits", Role::kOperator},
    {"RollBackLimits", Role::kOperator},
    {"Diagnose", Role::kReader},
    {"Drain", Role::kAdmin},
};

// Services that tell what any reader may know.
constexpr std::string_view kReadOnlyServices[] = {
    "/grpc.health.v1.Health/",
    "/grpc.reflection.v1alpha.ServerReflection/",
    "/grpc.channelz.v1.Channelz/",
};

bool BeginsWith(std::string_view text, std::string_view prefix) noexcept {
  return text.substr(0, prefix.size()) == prefix;
}

std::vector<std::string> NamesOf(const grpc::AuthContext& context, const char* property) {
  std::vector<std::string> names;
  for (const grpc::string_ref& name : context.FindPropertyValues(property)) {
    names.emplace_back(name.data(), name.size());
  }
  return names;
}

}  // namespace

std::string_view Name(Role role) noexcept {
  constexpr std::string_view kNames[] = {"none", "reader", "operator", "admin"};
  return kNames[static_cast<std::size_t>(role)];
}

Role RoleOfUser(const AccessPolicy& policy, uid_t uid) {
  if (const auto found = policy.users.find(uid); found != policy.users.end()) return found->second;
  return uid == 0 || uid == ::geteuid() ? Role::kAdmin : Role::kNone;
}

// The names of grpc_security_constants.h. A common name counts only where there is no better one:
// authorities check what is in subjectAltName (RFC 6125).
Caller CallerByCertificate(const AccessPolicy& policy, const grpc::AuthContext& context) {
  std::vector<std::string> names = NamesOf(context, "peer_uri");
  for (std::string& name : NamesOf(context, "peer_dns")) names.push_back(std::move(name));
  if (names.empty()) names = NamesOf(context, "x509_common_name");
  Caller caller;
  if (!names.empty()) caller.identity = names.front();
  for (const std::string& name : names) {
    const auto found = policy.certificates.find(name);
    if (found == policy.certificates.end() || found->second <= caller.role) continue;
    caller = {name, found->second};
  }
  return caller;
}

Role RoleNeeded(std::string_view path) noexcept {
  for (const std::string_view service : kReadOnlyServices) {
    if (BeginsWith(path, service)) return Role::kReader;
  }
  if (!BeginsWith(path, kAdminService)) return Role::kAdmin;
  path.remove_prefix(kAdminService.size());
  for (const MethodRole& method : kMethods) {
    if (path == method.method) return method.role;
  }
  const bool reads =
      BeginsWith(path, "Get") || BeginsWith(path, "List") || BeginsWith(path, "Watch");
  return reads ? Role::kReader : Role::kAdmin;
}

grpc::Status AccessProcessor::Process(const InputMetadata& metadata, grpc::AuthContext* context,
                                      OutputMetadata*, OutputMetadata*) {
  const Caller caller = find_(*context);
  // The context is the connection's, and what is added to it stays.
  if (context->FindPropertyValues(kIdentityProperty).empty()) {
    context->AddProperty(kIdentityProperty, caller.identity);
    tell_.on_first_call();
  }
  const auto found = metadata.find(":path");
  // Whatever bytes it has, it becomes text of messages that must be UTF-8.
  const std::string path =
      found == metadata.end() ? "" : absl::CEscape({found->second.data(), found->second.size()});
  const Role needed = RoleNeeded(path);
  if (caller.role < needed) {
    tell_.on_denied(caller, path);
    const std::string who = caller.identity.empty() ? "an unnamed caller" : caller.identity;
    return grpc::Status(
        grpc::StatusCode::PERMISSION_DENIED,
        absl::StrCat(Bounded(who, kMaxEchoBytes), " is ", std::string(Name(caller.role)), ", and ",
                     Bounded(path, kMaxEchoBytes), " needs ", std::string(Name(needed)),
                     " (AdminServerOptions::access)"));
  }
  tell_.on_admitted();
  return grpc::Status::OK;
}

}  // namespace weir

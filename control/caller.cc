#include "weir/control/caller.h"

#include "weir/control/access.h"

namespace weir {

std::string IdentityOf(const grpc::CallbackServerContext& context) {
  const auto auth = context.auth_context();
  if (auth == nullptr) return context.peer();
  for (const grpc::string_ref& name : auth->FindPropertyValues(kIdentityProperty)) {
    return std::string(name.data(), name.size());
  }
  if (auth->IsPeerAuthenticated()) {
    for (const grpc::string_ref& name : auth->GetPeerIdentity()) {
      return std::string(name.data(), name.size());
    }
  }
  return context.peer();
}

// The names of grpc_security_constants.h.
bool CameByCertificate(const grpc::CallbackServerContext& context) {
  const auto auth = context.auth_context();
  return auth != nullptr && !auth->FindPropertyValues("x509_pem_cert").empty();
}

}  // namespace weir

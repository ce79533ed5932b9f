#include "weir/control/caller.h"

namespace weir {

std::string IdentityOf(const grpc::CallbackServerContext& context) {
  const auto auth = context.auth_context();
  if (auth != nullptr && auth->IsPeerAuthenticated()) {
    for (const grpc::string_ref name : auth->GetPeerIdentity()) {
      return std::string(name.data(), name.size());
    }
  }
  return context.peer();
}

}  // namespace weir

// Who makes a call.

#ifndef WEIR_CONTROL_CALLER_H_
#define WEIR_CONTROL_CALLER_H_

#include <grpcpp/grpcpp.h>

#include <string>

namespace weir {

// Caller::identity where AccessProcessor found it, else the name in the caller's certificate, else
// its address: for the history and the audit log, not for deciding anything. Any thread.
std::string IdentityOf(const grpc::CallbackServerContext& context);

// Whether the caller showed a certificate in a TLS handshake. Any thread.
bool CameByCertificate(const grpc::CallbackServerContext& context);

}  // namespace weir

#endif  // WEIR_CONTROL_CALLER_H_

// Names for the servers that one person looks after, from a file.

#ifndef WEIR_CONTROL_WEIRCTL_CONTEXTS_H_
#define WEIR_CONTROL_WEIRCTL_CONTEXTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace weir {

// How to reach one server, or several that are treated alike. File names are empty without TLS.
struct Context {
  std::string name;
  std::string targets;  // as for --target
  std::string tls_ca;
  std::string tls_certificate;
  std::string tls_key;
};

// WEIR_CONTEXTS, else weir/contexts in XDG_CONFIG_HOME, else in ~/.config.
std::string ContextsPath();

// Sections of settings, '#' begins a comment:
//
//   [shop]
//   target = 10.0.0.1:9000, 10.0.0.2:9000
//   tls_ca = /etc/weir/ca.pem
//   tls_certificate = /etc/weir/me.pem
//   tls_key = /etc/weir/me.key
//
// INVALID_ARGUMENT names the line that is wrong, or the context that has no target or comes twice.
absl::StatusOr<std::vector<Context>> ParseContexts(std::string_view text);

// None if there is no such file; else as ParseContexts, with the path. INVALID_ARGUMENT as well for
// a file that can't be read.
absl::StatusOr<std::vector<Context>> ReadContexts(const std::string& path);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_CONTEXTS_H_

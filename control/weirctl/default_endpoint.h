// Where the demo serves its control plane, and where weirctl looks for one.

#ifndef WEIR_CONTROL_WEIRCTL_DEFAULT_ENDPOINT_H_
#define WEIR_CONTROL_WEIRCTL_DEFAULT_ENDPOINT_H_

#include <unistd.h>

#include <cstdlib>
#include <string>

namespace weir {

// "unix:" and weir.sock in XDG_RUNTIME_DIR, or in /tmp with the user's id in its name.
inline std::string DefaultEndpoint() {
  const char* const directory = std::getenv("XDG_RUNTIME_DIR");
  if (directory != nullptr && *directory == '/')
    return std::string("unix:") + directory + "/weir.sock";
  return "unix:/tmp/weir-" + std::to_string(::getuid()) + ".sock";
}

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_DEFAULT_ENDPOINT_H_

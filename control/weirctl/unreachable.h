// Why no server answers, in words that help.

#ifndef WEIR_CONTROL_WEIRCTL_UNREACHABLE_H_
#define WEIR_CONTROL_WEIRCTL_UNREACHABLE_H_

#include <optional>
#include <string>

namespace weir {

// The path of a "unix:" target. None for other targets.
std::optional<std::string> SocketPath(const std::string& target);

// What is wrong with the form of a target and what to write instead; empty if it is well-formed.
std::string CheckTarget(const std::string& target);

// What connect(2) to the socket at `path` giving `error` (an errno value; 0: it connected) says
// about the server, and what to do.
std::string ExplainSocket(const std::string& path, int error);

// Tries the target and explains what it found.
std::string WhyUnreachable(const std::string& target);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_UNREACHABLE_H_

// Which process holds a socket.

#ifndef WEIR_CONTROL_WEIRCTL_SOCKET_OWNERS_H_
#define WEIR_CONTROL_WEIRCTL_SOCKET_OWNERS_H_

#include <cstdint>
#include <map>
#include <string>

namespace weir {

// "nginx (4711)" for the inode of each socket that some process has open, from the links in
// /proc/PID/fd (proc(5)). Of several processes, the one with the lowest id and "+" for the others.
// Processes of other users are left out unless the caller may read them. `proc` is where procfs is.
std::map<std::uint64_t, std::string> FindSocketOwners(const std::string& proc = "/proc");

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_SOCKET_OWNERS_H_

#include "weir/reactor/testing/network_namespace.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace weir::test {
namespace {

bool RaiseLoopback() {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP;
  const bool up = ::ioctl(fd, SIOCSIFFLAGS, &request) == 0;
  ::close(fd);
  return up;
}

}  // namespace

std::unique_ptr<NetworkNamespace> NetworkNamespace::Enter(std::string* why_not) {
  const int outside = ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  if (::unshare(CLONE_NEWNET) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
    *why_not = std::string("no network namespace of its own: unshare: ") + std::strerror(errno);
    ::close(outside);
    return nullptr;
  }
  std::unique_ptr<NetworkNamespace> inside(new NetworkNamespace(outside));
  if (RaiseLoopback()) return inside;
  *why_not = std::string("the loopback interface does not come up: ") + std::strerror(errno);
  return nullptr;
}

NetworkNamespace::~NetworkNamespace() {
  (void)::setns(outside_, CLONE_NEWNET);  // fails in a user namespace: see the class
  ::close(outside_);
}

bool NetworkNamespace::SetSysctl(const std::string& name, const std::string& value) {
  std::ofstream out("/proc/sys/net/" + name);
  out << value << std::flush;
  return static_cast<bool>(out);
}

unsigned long long NetworkNamespace::TcpExt(const std::string& name) {
  std::ifstream in("/proc/thread-self/net/netstat");
  std::string names;
  std::string values;
  while (std::getline(in, names) && std::getline(in, values)) {
    std::istringstream name_words(names);
    std::istringstream value_words(values);
    std::string key;
    std::string value;
    while (name_words >> key && value_words >> value) {
      if (key == name) return std::stoull(value);
    }
  }
  return 0;
}

}  // namespace weir::test

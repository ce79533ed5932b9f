// A network namespace of the test's own, so that the kernel's counters and settings are its alone.

#ifndef WEIR_REACTOR_TESTING_NETWORK_NAMESPACE_H_
#define WEIR_REACTOR_TESTING_NETWORK_NAMESPACE_H_

#include <memory>
#include <string>

namespace weir::test {

// While it lives, the calling thread is in a namespace of its own with the loopback interface up;
// so are threads that this one starts. One thread.
//
// As root by unshare(CLONE_NEWNET). Otherwise in a user namespace too, which needs a process with
// one thread and a kernel that lets users have them; the thread then stays in there.
class NetworkNamespace {
 public:
  // Null, and why, where this process may not: the test is to be skipped with that reason.
  static std::unique_ptr<NetworkNamespace> Enter(std::string* why_not);
  ~NetworkNamespace();
  NetworkNamespace(const NetworkNamespace&) = delete;
  NetworkNamespace& operator=(const NetworkNamespace&) = delete;

  // Sets "core/somaxconn" and the like of /proc/sys/net. Whether the kernel took it.
  bool SetSysctl(const std::string& name, const std::string& value);

  // A counter of TcpExt by name (/proc/net/netstat): 0 if the kernel has none of that name.
  static unsigned long long TcpExt(const std::string& name);

 private:
  explicit NetworkNamespace(int outside) noexcept : outside_(outside) {}

  const int outside_;  // the namespace that the thread came from
};

}  // namespace weir::test

#endif  // WEIR_REACTOR_TESTING_NETWORK_NAMESPACE_H_

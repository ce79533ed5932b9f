// What the tests against the kernel's own truth share.

#ifndef WEIR_TESTS_KERNEL_KERNEL_TEST_H_
#define WEIR_TESTS_KERNEL_KERNEL_TEST_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "weir/reactor/listen/listener.h"
#include "weir/reactor/testing/knock.h"
#include "weir/reactor/testing/network_namespace.h"

namespace weir::test {

// Each test runs in a network namespace of its own, or is skipped with the reason.
class KernelTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string why_not;
    namespace_ = NetworkNamespace::Enter(&why_not);
    if (namespace_ == nullptr) GTEST_SKIP() << why_not;
  }

  // On 127.0.0.1; at a port of the kernel's choice if it is 0.
  static std::unique_ptr<Listener> Listen(std::uint64_t backlog, std::uint16_t port = 0);

  NetworkNamespace& network() { return *namespace_; }

 private:
  std::unique_ptr<NetworkNamespace> namespace_;
};

// Looks again and again until `condition` holds, for at most 20 s. Whether it holds.
bool WaitFor(const std::function<bool()>& condition);

std::int64_t NowNs();

}  // namespace weir::test

#endif  // WEIR_TESTS_KERNEL_KERNEL_TEST_H_

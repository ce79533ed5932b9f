// A test of weirctl against a real server of two reactors.

#ifndef WEIR_CONTROL_WEIRCTL_SERVED_TEST_H_
#define WEIR_CONTROL_WEIRCTL_SERVED_TEST_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "weir/control/admin_server.h"
#include "weir/control/weirctl/weirctl_call.h"
#include "weir/reactor/server.h"

namespace weir::test {

class ServedTest : public testing::Test {
 protected:
  ServedTest() {
    ServerOptions options;
    options.address = "127.0.0.1:0";
    options.reactors = 2;
    server_ = *Server::Start(
        options, [](const Request&, ResponseWriter response) { response.Send(200, "", ""); });
    admin_ = *AdminServer::Start(server_.get(), {"127.0.0.1:0", {}});
  }

  // Calls weirctl for this server.
  Outcome Ctl(std::vector<std::string> arguments) {
    arguments.push_back("--target=" + admin_->address());
    return Call(arguments);
  }

  std::unique_ptr<Server> server_;
  std::unique_ptr<AdminServer> admin_;
};

}  // namespace weir::test

#endif  // WEIR_CONTROL_WEIRCTL_SERVED_TEST_H_

// listen(2) fails on one of two listeners while the limits change: a whole server, over gRPC. This
// program has a listen() of its own in the place of the C library's.
#include <errno.h>
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "weir/control/admin_server.h"
#include "weir/reactor/server.h"
#include "weir/reactor/testing/blocking_client.h"

namespace {

std::atomic<std::uint16_t> refused_port{0};  // whose sockets can't listen; 0: nobody's

bool IsRefused(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  return ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
         address.sin_family == AF_INET && refused_port.load() != 0 &&
         ntohs(address.sin_port) == refused_port.load();
}

}  // namespace

extern "C" int listen(int fd, int backlog) noexcept {
  if (IsRefused(fd)) {
    errno = ENOMEM;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_listen, fd, backlog));
}

namespace weir {
namespace {

using admin::v1::LimitsState;
using admin::v1::UpdateLimitsRequest;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class RefusedBacklogTest : public testing::Test {
 protected:
  RefusedBacklogTest() {
    ServerOptions options;
    options.reactors = 2;
    options.limits.listen_backlog = 40;
    options.listeners.resize(2);
    for (ListenerOptions& it : options.listeners) it.address = "127.0.0.1:0";
    options.listeners[0].name = "public";
    options.listeners[1].name = "health";
    server_ = *Server::Start(
        options, [](const Request&, ResponseWriter response) { response.Send(200, "", "hello"); });
    AdminServerOptions admin;
    admin.address = "127.0.0.1:0";
    admin_ = *AdminServer::Start(server_.get(), admin);
    stub_ = admin::v1::Admin::NewStub(
        grpc::CreateChannel(admin_->address(), grpc::InsecureChannelCredentials()));
    refused_port = server_->listeners()[1].port;
  }
  ~RefusedBacklogTest() override { refused_port = 0; }

  LimitsState Set(const std::string& listener, std::uint64_t backlog) {
    UpdateLimitsRequest request;
    request.set_listener(listener);
    request.mutable_limits()->set_listen_backlog(backlog);
    if (listener.empty()) request.mutable_limits()->set_max_fields(50);
    grpc::ClientContext context;
    LimitsState state;
    const grpc::Status status = stub_->UpdateLimits(&context, request, &state);
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_TRUE(state.applied_by_all());
    return state;
  }
  std::vector<std::uint32_t> Backlogs() {
    std::vector<std::uint32_t> backlogs;
    for (const ReactorStats& reactor : server_->Stats().reactors) {
      for (const ListenerQueue& it : reactor.listener_queues) {
        backlogs.push_back(it.queue.backlog_effective);
      }
    }
    return backlogs;
  }

  std::unique_ptr<Server> server_;
  std::unique_ptr<AdminServer> admin_;
  std::unique_ptr<admin::v1::Admin::Stub> stub_;
};

TEST_F(RefusedBacklogTest, TheAnswerSaysWhichListenerKeptTheOneBefore) {
  const LimitsState state = Set("", 30);
  EXPECT_EQ(state.requested().listen_backlog(), 30u);
  EXPECT_THAT(state.warnings(),
              ElementsAre(AllOf(StartsWith("reactor 0, health: listen(2) refused the backlog 30"),
                                HasSubstr("40 is still in force"), HasSubstr("set listen_backlog")),
                          StartsWith("reactor 1, health: listen(2) refused the backlog 30")));
  EXPECT_THAT(Backlogs(), ElementsAre(30, 40, 30, 40));
  // All else of the change acts, and who reads later is warned too.
  EXPECT_EQ(server_->limits().current()->limits.max_fields, 50u);
  grpc::ClientContext context;
  LimitsState later;
  ASSERT_TRUE(stub_->GetLimits(&context, {}, &later).ok());
  EXPECT_EQ(later.warnings_size(), 2);
  for (const ListenerInfo& it : server_->listeners()) {
    test::BlockingClient client(it.port);
    EXPECT_THAT(client.Ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr("hello"));
  }
  // The remedy that the warning names.
  refused_port = 0;
  EXPECT_THAT(Set("", 30).warnings(), IsEmpty());
  EXPECT_THAT(Backlogs(), ElementsAre(30, 30, 30, 30));
}

TEST_F(RefusedBacklogTest, OfAChangeForOneListenerToo) {
  EXPECT_THAT(Set("health", 20).warnings(),
              ElementsAre(StartsWith("reactor 0, health: listen(2) refused the backlog 20"),
                          StartsWith("reactor 1, health: listen(2) refused the backlog 20")));
  EXPECT_THAT(Backlogs(), ElementsAre(40, 40, 40, 40));
  // One that is not for it says that it still lacks its own.
  EXPECT_EQ(Set("public", 10).warnings_size(), 2);
  EXPECT_THAT(Backlogs(), ElementsAre(10, 40, 10, 40));
  refused_port = 0;
  EXPECT_THAT(Set("health", 20).warnings(), IsEmpty());
  EXPECT_THAT(Backlogs(), ElementsAre(10, 20, 10, 20));
}

}  // namespace
}  // namespace weir

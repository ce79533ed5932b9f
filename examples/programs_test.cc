// Runs hello and grpc_service as their users do: start, ask, SIGTERM.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>

#include "examples/greeter.grpc.pb.h"
#include "weir/admin/v1/admin.grpc.pb.h"
#include "weir/reactor/testing/blocking_client.h"

namespace weir {
namespace {

using testing::EndsWith;
using testing::StartsWith;

// A program of examples/ as a child process; what it prints comes through a pipe.
class Program {
 public:
  Program(const std::string& name, const std::string& argument) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::dup2(ends[1], STDERR_FILENO);
      ::close(ends[0]);
      ::close(ends[1]);
      const std::string path = "examples/" + name;
      const char* const text = argument.empty() ? nullptr : argument.c_str();
      ::execl(path.c_str(), path.c_str(), text, nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    output_ = ::fdopen(ends[0], "r");
  }
  ~Program() {
    if (child_ > 0) End();
    std::fclose(output_);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // The next line that it prints, or "" at its end.
  std::string ReadLine() {
    std::string line;
    for (int c = std::fgetc(output_); c != EOF && c != '\n'; c = std::fgetc(output_)) {
      line.push_back(static_cast<char>(c));
    }
    return line;
  }

  // Whether it has ended by itself; its exit status is then that of End().
  bool Ended() { return child_ < 0 || Reap(WNOHANG); }

  // Its exit status after SIGTERM, which it is sent once it waits for that: serving begins earlier.
  int End() {
    while (!Ended() && !CatchesSigterm()) ::sched_yield();
    if (!Ended()) {
      ::kill(child_, SIGTERM);
      Reap(0);
    }
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1;
  }

 private:
  // By the mask of caught signals, proc(5).
  bool CatchesSigterm() const {
    std::ifstream status("/proc/" + std::to_string(child_) + "/status");
    std::string word;
    while (status >> word && word != "SigCgt:") continue;
    std::uint64_t caught = 0;
    status >> std::hex >> caught;
    return (caught >> (SIGTERM - 1) & 1) != 0;
  }

  bool Reap(int options) {
    if (::waitpid(child_, &status_, options) != child_) return false;
    child_ = -1;
    return true;
  }

  pid_t child_ = -1;
  int status_ = 0;
  FILE* output_ = nullptr;
};

bool Listens(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
  const bool listens = ::connect(fd, generic, sizeof(address)) == 0;
  ::close(fd);
  return listens;
}

// The number behind `before` in `line`.
std::uint16_t PortBehind(const std::string& line, const std::string& before) {
  const std::size_t at = line.find(before);
  if (at == std::string::npos) return 0;
  return static_cast<std::uint16_t>(std::stoi(line.substr(at + before.size())));
}

// hello has its port in its source, so BUILD.bazel gives this test a network of its own.
TEST(HelloTest, AnswersWithTheTarget) {
  constexpr std::uint16_t kPort = 8080;
  if (Listens(kPort)) GTEST_SKIP() << "another program listens on port 8080";
  Program hello("hello", "");
  // It prints nothing when it is ready.
  while (!hello.Ended() && !Listens(kPort)) ::sched_yield();
  ASSERT_FALSE(hello.Ended()) << hello.ReadLine();
  test::BlockingClient client(kPort);
  const std::string answer = client.Ask("GET /some/where?x=1 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n/some/where?x=1"));
  EXPECT_EQ(hello.End(), 0);
}

void GreetAndTune(const std::string& target) {
  grpc::ChannelArguments direct;
  direct.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  const auto channel =
      grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), direct);
  examples::GreetRequest greet;
  greet.set_name("Ada");
  examples::GreetReply reply;
  grpc::ClientContext greet_context;
  EXPECT_TRUE(examples::Greeter::NewStub(channel)->Greet(&greet_context, greet, &reply).ok());
  EXPECT_EQ(reply.text(), "Hello, Ada");

  admin::v1::UpdateLimitsRequest update;
  update.mutable_limits()->set_max_fields(1);
  admin::v1::LimitsState state;
  grpc::ClientContext update_context;
  const auto admin = admin::v1::Admin::NewStub(channel);
  EXPECT_TRUE(admin->UpdateLimits(&update_context, update, &state).ok());
  EXPECT_TRUE(state.applied_by_all());
}

void AskWithOneFieldAndTwo(std::uint16_t port) {
  test::BlockingClient client(port);
  EXPECT_THAT(client.Ask("GET /a HTTP/1.1\r\nHost: a\r\n\r\n"), EndsWith("\r\n\r\n/a"));
  client.Send("GET /a HTTP/1.1\r\nHost: a\r\nOne: more\r\n\r\n");
  EXPECT_THAT(client.ReadToEnd(), StartsWith("HTTP/1.1 431 "));
}

TEST(GrpcServiceTest, ServesItsOwnServiceAndTheLimits) {
  Program service("grpc_service", "127.0.0.1:0");
  const std::string line = service.ReadLine();
  const std::uint16_t port = PortBehind(line, "http://127.0.0.1:");
  const std::uint16_t grpc_port = PortBehind(line, "gRPC on 127.0.0.1:");
  ASSERT_NE(port, 0) << line;
  ASSERT_NE(grpc_port, 0) << line;
  GreetAndTune("127.0.0.1:" + std::to_string(grpc_port));
  AskWithOneFieldAndTwo(port);
  EXPECT_EQ(service.End(), 0);
}

}  // namespace
}  // namespace weir

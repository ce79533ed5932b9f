// Floods, and clients that hold on to what they have: each is refused and counted, and the admin
// port goes on for the others.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "weir/control/testing/admin_port.h"
#include "weir/reactor/limit_specs.h"
#include "weir/reactor/socket_address.h"
#include "weir/reactor/unique_fd.h"

namespace weir {
namespace {

using AdminAbuseTest = AdminPortTest;
using AdminTlsAbuseTest = AdminTlsPortTest;

// What comes at once, unless the machine is overloaded.
bool Eventually(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

std::ptrdiff_t OpenDescriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

// A connection to "unix:/PATH" or "127.0.0.1:PORT" by the kernel alone. With a bound on reading.
UniqueFd Connect(const std::string& target) {
  const bool is_unix = target.rfind("unix:", 0) == 0;
  UniqueFd fd(::socket(is_unix ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience = {30, 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  int failed = 0;
  if (is_unix) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, target.c_str() + 5);
    failed = ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  } else {
    const SocketAddress address = *SocketAddress::Parse(target);
    failed = ::connect(fd.get(), address.get(), address.size());
  }
  EXPECT_EQ(failed, 0) << std::strerror(errno);
  return fd;
}

// Whether the server closes, whatever it says before; false after 30 s.
bool IsClosed(int fd) {
  char bytes[4096];
  while (true) {
    const ssize_t received = ::recv(fd, bytes, sizeof(bytes), 0);
    if (received == 0 || (received < 0 && errno == ECONNRESET)) return true;
    if (received < 0) return false;
  }
}

class ConnectionFloodTest : public AdminPortTest,
                            public testing::WithParamInterface<const char*> {};

TEST_P(ConnectionFloodTest, IsRefusedAndCountedAndLeaksNothing) {
  constexpr std::uint64_t kFlood = 300;
  if (std::string(GetParam()) != "unix") options_.address = GetParam();
  SetLimit("max_admin_connections", 8);
  Start();
  const auto stub = Stub();
  ASSERT_TRUE(Read(stub.get()).ok());
  // gRPC's threads have some of their own, and come and go. A leak is seven more, or hundreds.
  const std::ptrdiff_t descriptors = OpenDescriptors() + 3;
  std::vector<UniqueFd> flood;
  for (std::uint64_t i = 0; i < kFlood; ++i) flood.push_back(Connect(admin_->address()));
  EXPECT_TRUE(Eventually([&] { return Counts(stub.get()).connections_accepted() == kFlood + 1; }));
  // One place is the stub's. The others' may have been given up and taken again.
  const admin::v1::ControlStats counts = Counts(stub.get());
  EXPECT_GE(counts.connections_refused(), 1u);
  EXPECT_LE(counts.connections_refused(), kFlood - 7);
  EXPECT_EQ(counts.connections_called(), 1u);
  EXPECT_TRUE(Read(stub.get()).ok()) << "those who are in are served";
  flood.clear();
  EXPECT_TRUE(Eventually([&] { return Read(Stub().get()).ok(); })) << "there is room again";
  EXPECT_TRUE(Eventually([&] { return OpenDescriptors() <= descriptors; }))
      << OpenDescriptors() << " descriptors, at most " << descriptors;
}

INSTANTIATE_TEST_SUITE_P(Endpoints, ConnectionFloodTest, testing::Values("unix", "127.0.0.1:0"),
                         [](const auto& info) { return info.index == 0 ? "Unix" : "Tcp"; });

TEST_F(AdminAbuseTest, ConnectionsWaitWhereDescriptorsRunOut) {
  Start();
  const auto stub = Stub();
  ASSERT_TRUE(Read(stub.get()).ok());
  UniqueFd late(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none = {3, before.rlim_max};  // which all are open; those above stay open
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, (directory_ + "/admin.sock").c_str());
  ASSERT_EQ(::connect(late.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_TRUE(Eventually([&] { return Counts(stub.get()).accept_pauses() > 0; }));
  EXPECT_EQ(Counts(stub.get()).connections_accepted(), 1u);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(Eventually([&] { return Counts(stub.get()).connections_accepted() == 2; }));
  EXPECT_EQ(Counts(stub.get()).connections_refused(), 0u);
}

TEST_F(AdminTlsAbuseTest, HandshakesThatAreNotFinishedEnd) {
  Certify("reader", "ca", "URI:spiffe://fleet/reader", 2);
  Start();
  const std::string beginnings[] = {
      "",                                          // not a byte
      std::string("\x16\x03\x01\x02\x00\x01", 6),  // a ClientHello of 512 bytes, and no more of it
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n",         // no TLS
  };
  std::vector<UniqueFd> clients;
  for (const std::string& bytes : beginnings) {
    clients.push_back(Connect(admin_->address()));
    ASSERT_EQ(::send(clients.back().get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  const auto reader = StubOf("reader");
  EXPECT_TRUE(Read(reader.get()).ok()) << "they hold up nobody";
  for (const UniqueFd& client : clients) EXPECT_TRUE(IsClosed(client.get()));
  const admin::v1::ControlStats counts = Counts(reader.get());
  EXPECT_EQ(counts.connections_accepted(), std::size(beginnings) + 1);
  EXPECT_EQ(counts.connections_called(), 1u);
}

TEST_F(AdminAbuseTest, ConnectionsThatSayNothingEnd) {
  Start();
  const UniqueFd silent = Connect(admin_->address());
  EXPECT_TRUE(IsClosed(silent.get()));
}

TEST_F(AdminAbuseTest, MessagesThatAreTooLargeChangeNothingAndAreCounted) {
  Start();
  const auto stub = Stub();
  admin::v1::UpdateLimitsRequest request;
  request.mutable_limits()->set_max_fields(50);
  request.set_reason(std::string(65 * 1024, 'x'));
  for (int i = 0; i < 50; ++i) {
    grpc::ClientContext context;
    admin::v1::LimitsState state;
    EXPECT_EQ(stub->UpdateLimits(&context, request, &state).error_code(),
              grpc::StatusCode::RESOURCE_EXHAUSTED);
  }
  EXPECT_EQ(server_->limits().version(), 1u);
  // gRPC refuses them before any call of Weir's begins. The last one is this very call.
  const admin::v1::ControlStats counts = Counts(stub.get());
  EXPECT_EQ(counts.limit_updates_refused(), 0u);
  EXPECT_EQ(counts.calls_admitted(), 51u);
  EXPECT_EQ(counts.calls_begun(), 1u);
}

// How many of a flood of streams were told something, and how many were refused.
class Flood {
 public:
  class Stream final : public grpc::ClientReadReactor<admin::v1::Stats> {
   public:
    Stream(Flood* flood, admin::v1::Admin::Stub* stub) : flood_(flood) {
      stub->async()->WatchStats(&context_, &request_, this);
      StartRead(&stats_);
      StartCall();
    }
    void OnReadDone(bool ok) override {
      if (!ok) return;
      flood_->Add(&flood_->messages_);
      if (!std::exchange(told_, true)) flood_->Add(&flood_->told_);
      StartRead(&stats_);
    }
    void OnDone(const grpc::Status& status) override {
      const bool refused = status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED;
      flood_->Add(refused ? &flood_->refused_ : &flood_->ended_);
    }
    void Cancel() { context_.TryCancel(); }

   private:
    Flood* const flood_;
    grpc::ClientContext context_;
    admin::v1::WatchStatsRequest request_;
    admin::v1::Stats stats_;
    bool told_ = false;
  };

  Flood(admin::v1::Admin::Stub* stub, int count) {
    for (int i = 0; i < count; ++i) streams_.push_back(std::make_unique<Stream>(this, stub));
  }
  bool Await(int told, int refused, int ended) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [&] {
      return told_ == told && refused_ == refused && ended_ == ended;
    });
  }
  // How many were told something by the time that so many messages more have come.
  int ToldAfter(int messages) {
    std::unique_lock<std::mutex> lock(mutex_);
    const int until = messages_ + messages;
    EXPECT_TRUE(
        changed_.wait_for(lock, std::chrono::seconds(60), [&] { return messages_ >= until; }));
    return told_;
  }
  void Cancel() {
    for (const auto& stream : streams_) stream->Cancel();
  }

 private:
  void Add(int* count) {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++*count;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int messages_ = 0;
  int told_ = 0;
  int refused_ = 0;
  int ended_ = 0;
  std::vector<std::unique_ptr<Stream>> streams_;
};

TEST_F(AdminAbuseTest, AFloodOfStreamsIsRefusedAndCountedAndEndsWithItsClient) {
  constexpr int kMost = 16;
  constexpr int kFlood = 400;  // three times what one connection may have at a time
  SetLimit("max_watchers", kMost);
  Start();
  const auto one = Stub();
  const auto other = Stub();
  {
    Flood flood(one.get(), kFlood);
    EXPECT_TRUE(flood.Await(kMost, kFlood - kMost, 0));
    const admin::v1::ControlStats counts = Counts(other.get());
    EXPECT_EQ(counts.watchers(), static_cast<std::uint64_t>(kMost));
    EXPECT_EQ(counts.watchers_refused(), static_cast<std::uint64_t>(kFlood - kMost));
    EXPECT_TRUE(Read(one.get()).ok());
    flood.Cancel();
    EXPECT_TRUE(flood.Await(kMost, kFlood - kMost, kMost));
  }
  EXPECT_TRUE(Eventually([&] { return Counts(other.get()).watchers() == 0; }));
}

// gRPC's client holds back what the server's SETTINGS_MAX_CONCURRENT_STREAMS does not allow
// (RFC 9113 section 6.5.2).
TEST_F(AdminAbuseTest, OneConnectionHasNoMoreStreamsAtATimeThanItMay) {
  constexpr int kMost = 128;
  constexpr int kFlood = 200;
  SetLimit("max_watchers", 2 * kFlood);
  Start();
  const auto one = Stub();
  const auto other = Stub();
  Flood flood(one.get(), kFlood);
  EXPECT_TRUE(flood.Await(kMost, 0, 0));
  EXPECT_EQ(flood.ToldAfter(2 * kFlood), kMost) << "two messages for each, and no other was told";
  EXPECT_EQ(Counts(other.get()).watchers(), static_cast<std::uint64_t>(kMost));
  flood.Cancel();
  EXPECT_TRUE(flood.Await(kMost, 0, kFlood));
}

}  // namespace
}  // namespace weir

#include "weir/reactor/testing/test_reactor.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>
#include <utility>

namespace weir::test {

TestReactor::TestReactor(AnyHandler handler, const Limits& limits, const SharedListeners& shared)
    : handler_(std::move(handler)), limits_(limits, &clock_) {
  Reactor::Listeners listeners;
  for (int i = 0; i <= shared.others; ++i) {
    const std::string port = std::to_string(i == 0 ? shared.port : 0);
    auto listener = Listener::Open(&syscalls_, *SocketAddress::Parse("127.0.0.1:" + port),
                                   limits.listen_backlog);
    EXPECT_TRUE(listener.ok()) << listener.status();
    if (i == 0 && shared.group != nullptr) (*listener)->Join(shared.group);
    std::vector<AddressRange> proxies;
    for (const std::string& text : shared.proxies) proxies.push_back(*AddressRange::Parse(text));
    if (i == 0) {
      (*listener)->SetProxies(proxies);
      if (shared.open_count != nullptr) (*listener)->ShareOpen(shared.open_count);
    }
    limits_.AddListener((*listener)->name(), {{FindLimitSpec("max_connections_per_listener"),
                                               i == 0 ? shared.max_connections : std::nullopt}});
    names_.push_back((*listener)->name());
    ports_.push_back((*listener)->address().port());
    listeners.push_back(*std::move(listener));
  }
  if (shared.unix_socket != nullptr) {
    const bool samples = shared.unix_socket.use_count() == 1;
    auto listener = Listener::Share(&syscalls_, shared.unix_socket, limits.listen_backlog, samples);
    EXPECT_TRUE(listener.ok()) << listener.status();
    listeners.push_back(*std::move(listener));
  }
  ReactorOptions options;
  options.syscalls = &syscalls_;
  options.clock = &clock_;
  options.handler = &handler_;
  options.limits = &limits_;
  options.transitions = &transitions_;
  options.admission = admission_.get();
  options.buffered_bytes = &buffered_bytes_;
  auto reactor = Reactor::Create(options, std::move(listeners));
  EXPECT_TRUE(reactor.ok()) << reactor.status();
  reactor_ = *std::move(reactor);
  // As a server does.
  limits_.OnPublish([this] {
    if (reactor_ != nullptr) reactor_->ListenAgain(limits_.current()->layers);
  });
}

TestReactor::~TestReactor() {
  Destroy();
  for (std::size_t i = 0; i < kConnectionStateCount * kConnectionStateCount; ++i) {
    const auto from = static_cast<ConnectionState>(i / kConnectionStateCount);
    const auto to = static_cast<ConnectionState>(i % kConnectionStateCount);
    if (!transitions_.Saw(from, to)) continue;
    EXPECT_TRUE(MayFollow(from, to)) << Name(from) << " --> " << Name(to);
  }
}

void TestReactor::Tick(int times) {
  for (int i = 0; i < times; ++i) reactor_->RunOnce(0);
}

void TestReactor::AdvanceMs(std::int64_t ms) {
  clock_.AdvanceMs(ms);
  Tick();
}

void TestReactor::SetLimits(const LimitsStore::Edit& edit) {
  const auto published = limits_.Update(edit);
  EXPECT_TRUE(published.ok()) << published.status();
}

void TestReactor::SetLimitOf(std::size_t listener, const char* name,
                             std::optional<std::uint64_t> value, std::uint64_t ttl_ms) {
  LimitsUpdate update;
  update.changes = {{FindLimitSpec(name), value, names_[listener]}};
  update.ttl_ms = ttl_ms;
  const auto published = limits_.Apply(update);
  EXPECT_TRUE(published.ok()) << published.status();
}

TestClient TestReactor::Connect() {
  int ends[2] = {-1, -1};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
  reactor_->AddConnection(ends[0], SocketAddress());
  return TestClient(ends[1]);
}

std::vector<TestClient> TestReactor::ConnectMany(int count, std::string_view bytes) {
  std::vector<TestClient> clients;
  for (int i = 0; i < count; ++i) {
    clients.push_back(ConnectTcp());
    clients.back().Send(bytes);
  }
  return clients;
}

std::uint64_t TestReactor::Count(Counter counter) const {
  return Stats().counters[static_cast<std::size_t>(counter)];
}
std::uint64_t TestReactor::Count(CloseReason reason) const {
  return Stats().connections_closed[static_cast<std::size_t>(reason)];
}
std::uint64_t TestReactor::Count(ParseError error) const {
  return Stats().parse_errors[static_cast<std::size_t>(error)];
}
std::uint64_t TestReactor::Count(RefuseReason reason) const {
  return Stats().connections_refused[static_cast<std::size_t>(reason)];
}

}  // namespace weir::test

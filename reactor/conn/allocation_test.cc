// In the steady state nothing is allocated for a request, and memory is given back after a burst.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/reactor/testing/test_reactor.h"

namespace {

// One thread allocates here: the test's.
bool counting = false;
std::uint64_t allocations = 0;
std::size_t living_bytes = 0;

void* Counted(void* memory) {
  if (counting) ++allocations;
  living_bytes += ::malloc_usable_size(memory);
  return memory;
}

}  // namespace

// In place of the C library's, under which operator new is too: glibc's own by their other names.
extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* memory, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);
void __libc_free(void* memory);

void* malloc(std::size_t bytes) { return Counted(__libc_malloc(bytes)); }
void* calloc(std::size_t count, std::size_t bytes) { return Counted(__libc_calloc(count, bytes)); }
void* realloc(void* memory, std::size_t bytes) {
  living_bytes -= ::malloc_usable_size(memory);
  return Counted(__libc_realloc(memory, bytes));
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  return Counted(__libc_memalign(alignment, bytes));
}
void free(void* memory) {
  living_bytes -= ::malloc_usable_size(memory);
  __libc_free(memory);
}
}

namespace weir {
namespace {

using weir::test::Call;
using weir::test::TestClient;
using weir::test::TestReactor;

constexpr std::string_view kGet = "GET /path?query HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n";
constexpr int kWarmUp = 5;
constexpr int kRounds = 20;

// Counts while it lives, but where Pause does.
class Counting {
 public:
  Counting() { counting = true; }
  ~Counting() { counting = false; }
  // What a handler allocates is its own.
  class Pause {
   public:
    Pause() : before_(std::exchange(counting, false)) {}
    ~Pause() { counting = before_; }

   private:
    const bool before_;
  };
};

std::size_t Answers(const std::string& received) {
  std::size_t count = 0;
  for (std::size_t at = received.find("HTTP/1.1 200 OK"); at != std::string::npos;
       at = received.find("HTTP/1.1 200 OK", at + 1)) {
    ++count;
  }
  return count;
}

// Sends `pieces` again and again, with a tick behind each, and counts from the sixth time on.
std::uint64_t AllocationsOf(TestReactor* reactor, const std::vector<std::string>& pieces,
                            std::size_t answers) {
  TestClient client = reactor->Connect();
  allocations = 0;
  for (int round = 0; round < kWarmUp + kRounds; ++round) {
    for (const std::string& piece : pieces) {
      client.Send(piece);
      std::unique_ptr<Counting> count;
      if (round >= kWarmUp) count = std::make_unique<Counting>();
      reactor->Tick();
    }
    reactor->Tick();
    EXPECT_EQ(Answers(client.Take()), answers) << "round " << round;
  }
  return allocations;
}

void Hello(const Request&, ResponseWriter response) {
  response.Send(200, "text/plain", "Hello, World!\n");
}

std::string Post(std::string_view content) {
  return "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(content.size()) +
         "\r\n\r\n" + std::string(content);
}

constexpr char kChunked[] =
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nX-Trailer: t\r\n\r\n";

TEST(AllocationTest, TheCountIsOne) {
  allocations = 0;
  std::unique_ptr<std::vector<int>> made;
  {
    Counting count;
    made = std::make_unique<std::vector<int>>(1000);
  }
  EXPECT_EQ(allocations, 2u);
}

TEST(AllocationTest, KeepAlive) {
  TestReactor reactor(Hello);
  EXPECT_EQ(AllocationsOf(&reactor, {std::string(kGet)}, 1), 0u);
}

TEST(AllocationTest, Pipelined) {
  TestReactor reactor(Hello);
  std::string requests;
  for (int i = 0; i < 16; ++i) requests += kGet;
  EXPECT_EQ(AllocationsOf(&reactor, {requests}, 16), 0u);
}

TEST(AllocationTest, Content) {
  TestReactor reactor(Hello);
  EXPECT_EQ(AllocationsOf(&reactor, {Post(std::string(1000, 'x'))}, 1), 0u);
  EXPECT_EQ(AllocationsOf(&reactor, {kChunked}, 1), 0u);
}

// What is incomplete moves to a state of the connection's own.
TEST(AllocationTest, RequestsInPieces) {
  TestReactor reactor(Hello);
  const std::string post = Post(std::string(1000, 'x'));
  const std::string chunked = kChunked;
  EXPECT_EQ(
      AllocationsOf(&reactor, {std::string(kGet.substr(0, 30)), std::string(kGet.substr(30))}, 1),
      0u);
  EXPECT_EQ(AllocationsOf(&reactor, {post.substr(0, 300), post.substr(300)}, 1), 0u);
  EXPECT_EQ(AllocationsOf(&reactor, {chunked.substr(0, 80), chunked.substr(80)}, 1), 0u);
}

// The first answer waits in the connection until the next event.
TEST(AllocationTest, OutputThatWaits) {
  TestReactor* reached = nullptr;
  TestReactor reactor([&reached](const Request& request, ResponseWriter response) {
    if (request.target() == "/wait") reached->syscalls().Fail(Call::kSend, EAGAIN);
    Hello(request, std::move(response));
  });
  reached = &reactor;
  const std::string wait = "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n";
  EXPECT_EQ(AllocationsOf(&reactor, {wait, std::string(kGet)}, 2), 0u);
  EXPECT_GT(reactor.syscalls().Count(Call::kSendMsg), 0u);
}

TEST(AllocationTest, DeferredAnswers) {
  ResponseWriter writer;
  TestReactor reactor(
      [&writer](const Request&, ResponseWriter response) { writer = std::move(response); });
  TestClient client = reactor.Connect();
  Response answer;
  answer.content_type = "application/octet-stream; a=b";
  answer.fields = {{"X-A-Name-Of-Some-Length", "with a value of some length"}};
  answer.body = "a body that is longer than what a string holds in place";
  allocations = 0;
  for (int round = 0; round < kWarmUp + kRounds; ++round) {
    client.Send(kGet);
    {
      std::unique_ptr<Counting> count;
      if (round >= kWarmUp) count = std::make_unique<Counting>();
      reactor.Tick();
      writer.Send(answer);
      reactor.Tick();
    }
    EXPECT_EQ(Answers(client.Take()), 1u);
  }
  EXPECT_EQ(allocations, 0u);
}

class Sink final : public BodyReader {
 public:
  explicit Sink(ResponseWriter response) : response_(std::move(response)) {}
  BodyFlow OnData(std::string_view) override { return BodyFlow::kContinue; }
  void OnEnd(const HeaderFields&) override { response_.Send(200, "text/plain", "Thanks\n"); }
  void OnError(BodyError) override {}

 private:
  ResponseWriter response_;
};

TEST(AllocationTest, StreamedContent) {
  TestReactor reactor([](const Request&, RequestBody body, ResponseWriter response) {
    std::unique_ptr<Sink> sink;
    {
      Counting::Pause pause;
      sink = std::make_unique<Sink>(std::move(response));
    }
    body.Read(std::move(sink));
  });
  const std::string post = Post(std::string(1000, 'x'));
  EXPECT_EQ(AllocationsOf(&reactor, {post}, 1), 0u);
  EXPECT_EQ(AllocationsOf(&reactor, {post.substr(0, 300), post.substr(300)}, 1), 0u);
}

// But for what its handle and its connection share.
TEST(AllocationTest, StreamedAnswersAllocateOnce) {
  TestReactor reactor([](const Request&, ResponseWriter response) {
    ResponseStream stream = response.Start({});
    stream.Write("a chunk");
    stream.Write("and one more");
    stream.End();
  });
  EXPECT_EQ(AllocationsOf(&reactor, {std::string(kGet)}, 1), std::uint64_t{kRounds});
}

TEST(AllocationTest, ConnectionsThatComeAndGo) {
  TestReactor reactor(Hello);
  allocations = 0;
  for (int round = 0; round < kWarmUp + kRounds; ++round) {
    TestClient client = reactor.ConnectTcp();
    client.Send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    {
      std::unique_ptr<Counting> count;
      if (round >= kWarmUp) count = std::make_unique<Counting>();
      reactor.Tick(3);
    }
    EXPECT_EQ(Answers(client.Take()), 1u);
    EXPECT_TRUE(client.closed_by_server());
  }
  EXPECT_EQ(allocations, 0u);
}

TEST(AllocationTest, GivesMemoryBackAfterABurst) {
  constexpr std::size_t kConnections = 100;
  TestReactor reactor(Hello);
  EXPECT_EQ(AllocationsOf(&reactor, {std::string(kGet)}, 1), 0u);
  const std::size_t before = living_bytes;
  std::vector<TestClient> clients;
  for (std::size_t i = 0; i < kConnections; ++i) {
    clients.push_back(reactor.Connect());
    clients.back().Send(kGet.substr(0, 30));
    reactor.Tick();
    clients.back().Send("more");
    reactor.Tick();
  }
  EXPECT_GT(living_bytes, before + kConnections * 16 * 1024);
  clients.clear();
  reactor.Tick();
  for (int second = 0; second < 3; ++second) reactor.AdvanceMs(1000);
  EXPECT_EQ(reactor.Stats().connections_active, 0u);
  EXPECT_LT(living_bytes, before + kConnections * 512);  // the table of connections, for the most
}

}  // namespace
}  // namespace weir

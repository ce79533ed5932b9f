#include "tests/soak/behaviours.h"

#include <cstdio>

namespace weir::soak {
namespace {

std::string Request(const std::string& start, const std::string& fields = "",
                    const std::string& content = "") {
  return start + " HTTP/1.1\r\nHost: soak\r\n" + fields + "\r\n" + content;
}

const std::string kClose = "Connection: close\r\n";
const std::string kChunked = "Transfer-Encoding: chunked\r\n";

std::string Chunk(std::size_t size) {
  char head[16];
  (void)std::snprintf(head, sizeof(head), "%zx\r\n", size);
  return head + std::string(size, 'c') + "\r\n";
}

std::vector<Behaviour> Good() {
  std::string pipelined;
  for (int i = 0; i < 15; ++i) pipelined += Request("GET /");
  const std::string get = Request("GET /");
  const std::string last = Request("GET /", kClose);
  return {
      {"get", 300, {get}, Then::kCloseAtAnswer},
      {"get and close", 150, {last}, Then::kReadToEnd},
      {"keep-alive", 50, {get, get, last}, Then::kReadToEnd},
      {"pipelined", 50, {pipelined + last}, Then::kReadToEnd},
      {"half-close", 50, {get}, Then::kHalfClose},
      {"http/1.0", 20, {"GET / HTTP/1.0\r\n\r\n"}, Then::kReadToEnd},
      {"deferred", 30, {Request("GET /later", kClose)}, Then::kReadToEnd},
      {"content",
       20,
       {Request("POST /collect", kClose + "Content-Length: 5\r\n", "12345")},
       Then::kReadToEnd},
      {"streamed upload",
       20,
       {Request("POST /upload", kClose + kChunked) + Chunk(30000), Chunk(10000), "0\r\n\r\n"},
       Then::kReadToEnd},
      {"expects 100",
       10,
       {Request("POST /upload", kClose + "Expect: 100-continue\r\nContent-Length: 4\r\n"), "data"},
       Then::kReadToEnd},
      {"streamed answer", 20, {Request("GET /stream", kClose)}, Then::kReadToEnd},
      {"large answer", 10, {Request("GET /large", kClose)}, Then::kReadToEnd},
      {"upgrade",
       10,
       {Request("GET /switch", "Connection: upgrade\r\nUpgrade: soak\r\n")},
       Then::kReadToEnd},
      {"relayed",
       20,
       {"PROXY TCP4 192.0.2.1 192.0.2.2 1234 80\r\n" + last},
       Then::kReadToEnd,
       true},
  };
}

std::vector<Behaviour> Bad() {
  return {
      {"garbage", 40, {"\x16\x03\x01 no HTTP\r\n\r\n"}, Then::kReadToEnd},
      {"bad field", 20, {"GET / HTTP/1.1\r\nHost : h\r\n\r\n"}, Then::kReadToEnd},
      {"refused upload",
       10,
       {Request("POST /collect", "Content-Length: 1000000000\r\n"), std::string(50000, 'u')},
       Then::kReadToEnd},
      {"upload nobody reads",
       10,
       {Request("POST /", kChunked) + Chunk(20000), Chunk(20000)},
       Then::kReadToEnd},
      {"bad chunk",
       10,
       {Request("POST /upload", kChunked) + Chunk(100) + "zz\r\n"},
       Then::kReadToEnd},
      {"urgent", 5, {Request("GET /", kClose)}, Then::kReadToEnd, false, true},
      {"no proxy header", 10, {Request("GET /")}, Then::kReadToEnd, true},
      {"bad proxy header", 10, {"PROXY TCP4 300.0.0.1 1.2.3.4 1 1\r\n"}, Then::kReadToEnd, true},
  };
}

std::vector<Behaviour> Gone() {
  return {
      {"nothing", 20, {}, Then::kClose},
      {"reset at once", 20, {}, Then::kReset},
      {"half a request", 20, {"GET / HTTP/1.1\r\nHo"}, Then::kClose},
      {"request and close", 20, {Request("GET /")}, Then::kClose},
      {"request and reset", 20, {Request("GET /")}, Then::kReset},
      {"deferred and reset", 20, {Request("GET /later")}, Then::kReset},
      {"half an upload",
       10,
       {Request("POST /upload", kChunked) + Chunk(9000), "1000\r\nab"},
       Then::kReset},
      {"half content", 10, {Request("POST /collect", "Content-Length: 9\r\n", "12")}, Then::kClose},
      {"aborted download", 20, {Request("GET /large")}, Then::kResetAtAnswer},
      {"aborted stream", 20, {Request("GET /stream")}, Then::kCloseAtAnswer},
  };
}

std::vector<Behaviour> Slow() {
  return {
      {"in pieces",
       20,
       {"GET / HT", "TP/1.1\r\nHo", "st: h\r\n", kClose + "\r\n"},
       Then::kReadToEnd},
      {"idle", 3, {}, Then::kReadToEnd},
      {"idle behind a request", 3, {Request("GET /")}, Then::kReadToEnd},
      {"silent in the head", 3, {"GET / HTTP/1.1\r\nHo"}, Then::kReadToEnd},
      {"silent in the content",
       3,
       {Request("POST /upload", "Content-Length: 9\r\n", "12")},
       Then::kReadToEnd},
      {"silent in the proxy header", 2, {"PROXY TCP"}, Then::kReadToEnd, true},
      {"takes nothing", 1, {Request("GET /huge")}, Then::kTakeNothing},
  };
}

}  // namespace

std::vector<Behaviour> AllBehaviours() {
  std::vector<Behaviour> all;
  for (const std::vector<Behaviour>& some : {Good(), Bad(), Gone(), Slow()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace weir::soak

#include "weir/tests/peers/mutate.h"

#include <iterator>
#include <random>

namespace weir {
namespace {

constexpr const char* kWords[] = {"GET ",
                                  "POST ",
                                  "CONNECT a:1",
                                  " HTTP/1.1\r\n",
                                  " HTTP/1.0\r\n",
                                  "\r\n",
                                  "\r\n\r\n",
                                  "\r",
                                  "\n",
                                  "Host: a\r\n",
                                  ": ",
                                  " :",
                                  "\t",
                                  " ",
                                  "Connection: close\r\n",
                                  "Transfer-Encoding: chunked\r\n",
                                  "0x",
                                  "Content-Length: 1\r\n",
                                  "Content-Length: 0\r\n",
                                  "Expect: 100-continue\r\n",
                                  "chunked",
                                  ",",
                                  "0\r\n\r\n",
                                  "1\r\na\r\n",
                                  ";a=b",
                                  "http://a/",
                                  "Upgrade: a\r\n",
                                  "\x7f",
                                  "Connection: keep-alive\r\n",
                                  "Connection: upgrade\r\n",
                                  "\x80",
                                  "#",
                                  "+1"};

// Not std::uniform_int_distribution, which each library may do otherwise.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::size_t Below(std::size_t bound) { return static_cast<std::size_t>(engine_() % bound); }

 private:
  std::mt19937_64 engine_;
};

void Change(Random* random, std::string* stream) {
  const std::size_t at = random->Below(stream->size() + 1);
  switch (random->Below(5)) {
    case 0:
      if (at < stream->size()) (*stream)[at] = static_cast<char>(random->Below(256));
      return;
    case 1:
      stream->erase(at, 1 + random->Below(4));
      return;
    case 2:
      stream->insert(at, 1, static_cast<char>(random->Below(256)));
      return;
    case 3:
      stream->insert(at, kWords[random->Below(std::size(kWords))]);
      return;
    default:
      stream->insert(at, stream->substr(random->Below(stream->size() + 1), 1 + random->Below(40)));
      return;
  }
}

}  // namespace

std::vector<std::string> Mutate(const std::vector<std::string>& streams, std::size_t count,
                                std::uint64_t seed) {
  Random random(seed);
  std::vector<std::string> mutated;
  while (mutated.size() < count) {
    std::string stream = streams[random.Below(streams.size())];
    if (random.Below(4) == 0) stream += streams[random.Below(streams.size())];
    for (std::size_t changes = 1 + random.Below(3); changes > 0; --changes) {
      Change(&random, &stream);
    }
    mutated.push_back(std::move(stream));
  }
  return mutated;
}

}  // namespace weir

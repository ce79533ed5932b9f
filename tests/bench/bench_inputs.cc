#include "weir/tests/bench/bench_inputs.h"

#include <random>

namespace weir {
namespace {

constexpr const char* kBrowser =
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8\r\n"
    "Accept-Language: en-GB,en;q=0.7,de;q=0.3\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Connection: keep-alive\r\n";

std::string CookieText(std::size_t size, unsigned seed) {
  constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-%.";
  std::minstd_rand random(seed);
  std::string text = "session=";
  while (text.size() < size) {
    text += kLetters[random() % (sizeof(kLetters) - 1)];
    if (text.size() % 97 == 0) text += "; k=";
  }
  text.resize(size);
  if (text.back() == ' ') text.back() = 'x';
  return text;
}

// A request of exactly `size` bytes, by a cookie of what is missing.
std::string WithCookie(std::string head, std::size_t size, unsigned seed) {
  const std::size_t rest = size - head.size() - std::string("Cookie: \r\n\r\n").size();
  return head + "Cookie: " + CookieText(rest, seed) + "\r\n\r\n";
}

std::string Varied(unsigned seed) {
  constexpr const char* kNames[] = {
      "Accept",          "Referer",         "User-Agent", "X-Request-Id",
      "Cache-Control",   "Authorization",   "Origin",     "Pragma",
      "Accept-Language", "X-Forwarded-For", "DNT",        "Via",
      "If-None-Match",   "Sec-Fetch-Mode",  "Forwarded",  "TE"};
  std::minstd_rand random(seed * 7919 + 1);
  random.discard(4);
  std::string text = random() % 4 == 0 ? "POST /" : "GET /";
  text += CookieText(8 + random() % 60, seed).substr(8) + " HTTP/1.1\r\nHost: example.com\r\n";
  const std::size_t target = 330 + random() % 130;
  while (text.size() < target) {
    text += std::string(kNames[random() % 16]) + ": ";
    text += CookieText(10 + random() % 70, seed + static_cast<unsigned>(text.size())).substr(8);
    if (text.back() == ' ') text.back() = 'x';
    text += "\r\n";
  }
  return text + "Connection: keep-alive\r\n\r\n";
}

}  // namespace

std::vector<BenchInput> MakeBenchInputs() {
  const std::string small = WithCookie(
      "GET /plaintext HTTP/1.1\r\nHost: server.example\r\n"
      "Accept: text/plain,text/html;q=0.9,*/*;q=0.1\r\n"
      "Connection: keep-alive\r\n",
      170, 2);
  std::string pipelined;
  for (int i = 0; i < 16; ++i) pipelined += small;
  const std::string browser =
      "GET /articles/2024/05/water-levels.html?page=2 HTTP/1.1\r\n"
      "Host: www.example.com\r\n" +
      std::string(kBrowser);
  std::vector<std::string> varied;
  for (unsigned seed = 0; seed < 1024; ++seed) varied.push_back(Varied(seed));
  return {
      {"a",
       {WithCookie(browser + "Referer: http://www.example.com/articles/2024/05/\r\n"
                             "Upgrade-Insecure-Requests: 1\r\nDNT: 1\r\n",
                   703, 1)}},
      {"b", {small}},
      {"c",
       {"GET / HTTP/1.1\r\nHost: example.com:80\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n"
        "\r\n"}},
      {"d",
       {WithCookie(browser + "Sec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\n"
                             "Sec-Fetch-Site: same-origin\r\nSec-Fetch-User: ?1\r\n"
                             "Cache-Control: max-age=0\r\nPragma: no-cache\r\n"
                             "If-None-Match: \"5f3c-6188\"\r\n",
                   2312, 3)}},
      {"e", {WithCookie("GET / HTTP/1.1\r\nHost: example.com\r\n", 12038, 4)}},
      {"f", {pipelined}, 16},
      {"g", std::move(varied)},
  };
}

BenchInput WithoutKnownFields(BenchInput input) {
  for (std::string& delivery : input.deliveries) {
    for (const char* const name : {"Host", "Connection", "Content-Length", "Upgrade", "Expect"}) {
      const std::string line_start = "\r\n" + std::string(name) + ":";
      std::size_t at = 0;
      while ((at = delivery.find(line_start, at)) != std::string::npos) delivery[at + 2] = 'X';
    }
  }
  return input;
}

}  // namespace weir

// What must hold for every input, not only for the cases.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/parser/kernel.h"
#include "weir/tests/conformance/case_file.h"
#include "weir/tests/conformance/stream_events.h"

namespace weir {
namespace {

using Events = std::vector<std::string>;
using Accepts = bool (*)(unsigned char);

constexpr std::string_view kRequest = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

bool IsError(const Events& events) {
  return !events.empty() && events.back().rfind("error ", 0) == 0;
}

std::size_t ErrorOffset(const Events& events) {
  const std::string& event = events.back();
  return std::stoul(event.substr(event.rfind(' ') + 1));
}

Events ReadByteByByte(std::string_view input, const ParserLimits& limits) {
  StreamReader reader(limits);
  for (std::size_t size = 1; size <= input.size(); ++size) reader.Read(input.substr(0, size));
  return reader.Finish();
}

// Reads `input` on every kernel there is, and checks that they agree.
Events ReadOnAllKernels(std::string_view input, const ParserLimits& limits) {
  UseKernel(ParserKernel::kScalar);
  const Events scalar = ReadWhole(input, limits);
  for (const ParserKernel kernel : kParserKernels) {
    if (kernel == ParserKernel::kScalar || !UseKernel(kernel)) continue;
    EXPECT_EQ(ReadWhole(input, limits), scalar) << KernelName(kernel) << ": " << Escape(input);
  }
  return scalar;
}

// The grammar, written down a second time and differently.
bool Token(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c != 0 &&
          std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos);
}
bool TargetByte(unsigned char c) { return c > 0x20 && c < 0x7f && c != '#'; }
bool ValueByte(unsigned char c) { return c == '\t' || (c >= 0x20 && c != 0x7f); }
bool HostByte(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c != 0 &&
          std::string_view("-._~!$&'()*+;=:").find(static_cast<char>(c)) != std::string_view::npos);
}
bool QuotedByte(unsigned char c) { return ValueByte(c) && c != '"' && c != '\\'; }
bool HexDigit(unsigned char c) { return c == '1'; }
bool Digit(unsigned char c) { return c >= '0' && c <= '9'; }
bool MinorVersion(unsigned char c) { return c == '0' || c == '1'; }
bool DigitOrBlank(unsigned char c) { return Digit(c) || c == ' ' || c == '\t'; }
template <char kByte>
bool Only(unsigned char c) {
  return c == static_cast<unsigned char>(kByte);
}

struct Position {
  const char* label;
  std::string before;
  Accepts accepts;
  std::string after;
  // Where the error stands if it is not at the byte itself: such bytes are left out.
  std::string elsewhere = "";
};

// All bytes that `accepts` accepts.
std::string All(Accepts accepts) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) {
    if (accepts(static_cast<unsigned char>(byte))) bytes += static_cast<char>(byte);
  }
  return bytes;
}

std::vector<Position> PositionsInHeads() {
  const std::string line = "GET / HTTP/1.1\r\n";
  const std::string host = "Host: a\r\n";
  return {
      {"method, first", "", Token, "ET / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\x16"},
      {"method", "G", Token, "T / HTTP/1.1\r\nHost: a\r\n\r\n", " "},
      {"space after the method", "GET", Only<' '>, "/ HTTP/1.1\r\nHost: a\r\n\r\n", All(Token)},
      {"target, first", "GET ", Only<'/'>, "a HTTP/1.1\r\nHost: a\r\n\r\n", ""},
      {"target", "GET /a", TargetByte, "b HTTP/1.1\r\nHost: a\r\n\r\n", " "},
      {"query", "GET /a?", TargetByte, "b HTTP/1.1\r\nHost: a\r\n\r\n", " "},
      {"target, far", "GET /" + std::string(70, 'p'), TargetByte, "b HTTP/1.1\r\n" + host + "\r\n",
       " "},
      {"version H", "GET / ", Only<'H'>, "TTP/1.1\r\nHost: a\r\n\r\n"},
      {"version /", "GET / HTTP", Only<'/'>, "1.1\r\nHost: a\r\n\r\n"},
      {"space before the version", "GET /", Only<' '>, "HTTP/1.1\r\nHost: a\r\n\r\n",
       All(TargetByte)},
      {"major version", "GET / HTTP/", Only<'1'>, ".1\r\nHost: a\r\n\r\n"},
      {"minor version", "GET / HTTP/1.", MinorVersion, "\r\nHost: a\r\n\r\n"},
      {"version dot", "GET / HTTP/1", Only<'.'>, "1\r\nHost: a\r\n\r\n"},
      {"CR of the request line", "GET / HTTP/1.1", Only<'\r'>, "\nHost: a\r\n\r\n"},
      {"LF of the request line", "GET / HTTP/1.1\r", Only<'\n'>, "Host: a\r\n\r\n"},
      {"name, first", line + host, Token, "b: c\r\n\r\n", "\r"},
      {"name", line + host + "a", Token, "b: c\r\n\r\n", ":"},
      {"name, far", line + host + std::string(70, 'n'), Token, "b: c\r\n\r\n", ":"},
      {"colon", line + "Host", Only<':'>, "a\r\n\r\n", All(Token)},
      {"value, first", line + host + "X:", ValueByte, "v\r\n\r\n", "\r"},
      {"value", line + host + "X: a", ValueByte, "v\r\n\r\n", "\r"},
      {"value, far", line + host + "X: " + std::string(200, 'v'), ValueByte, "v\r\n\r\n", "\r"},
      {"value, last", line + host + "X: a", ValueByte, "\r\n\r\n", "\r"},
      {"LF of a field", line + "Host: a\r", Only<'\n'>, "\r\n"},
      {"LF of the head", line + host + "\r", Only<'\n'>, ""},
      {"host", line + "Host: a", HostByte, "\r\n\r\n", "\r\n\t \x7f"},
      {"port of a host", line + "Host: a:1", Digit, "\r\n\r\n", "\r\t "},
      {"port of CONNECT", "CONNECT a:1", Digit, " HTTP/1.1\r\nHost: a\r\n\r\n", " /?"},
      {"scheme", "GET http", Only<':'>, "//a/ HTTP/1.1\r\nHost: a\r\n\r\n", All(TargetByte) + " "},
      {"length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1", DigitOrBlank, "\r\n\r\n", "\r"},
  };
}

std::vector<Position> PositionsInContent() {
  const std::string chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string last = "0\r\n\r\n";
  return {
      {"chunk size", chunked, HexDigit, "\r\nx\r\n" + last, "023456789abcdefABCDEF"},
      {"CR of a chunk size", chunked + "1", Only<'\r'>, "\nx\r\n" + last,
       ";0123456789abcdefABCDEF"},
      {"LF of a chunk size", chunked + "1\r", Only<'\n'>, "x\r\n" + last},
      {"CR of chunk data", chunked + "1\r\nx", Only<'\r'>, "\n" + last},
      {"LF of chunk data", chunked + "1\r\nx\r", Only<'\n'>, last},
      {"extension name", chunked + "0;", Token, "a\r\n\r\n"},
      {"extension name, second", chunked + "0;a", Token, "a\r\n\r\n", "\r;="},
      {"extension value", chunked + "0;a=", Token, "a\r\n\r\n", "\""},
      {"extension value, second", chunked + "0;a=b", Token, "a\r\n\r\n", "\r;"},
      {"after a quoted value", chunked + "0;a=\"b\"", Only<';'>, "c\r\n\r\n", "\r"},
      {"quoted extension value", chunked + "0;a=\"", QuotedByte, "a\"\r\n\r\n", "\"\\"},
      {"escaped extension value", chunked + "0;a=\"\\", ValueByte, "a\"\r\n\r\n"},
      {"trailer name, first", chunked + "0\r\n", Token, "b: c\r\n\r\n", "\r"},
      {"trailer name", chunked + "0\r\na", Token, "b: c\r\n\r\n", ":"},
      {"colon of a trailer", chunked + "0\r\na", Only<':'>, "b\r\n\r\n", All(Token)},
      {"trailer value", chunked + "0\r\na: ", ValueByte, "c\r\n\r\n", "\r"},
      {"LF of the last chunk", chunked + "0\r", Only<'\n'>, "\r\n"},
      {"LF of the end", chunked + "0\r\n\r", Only<'\n'>, ""},
  };
}

TEST(Gates, All256BytesAtEachPositionOfTheGrammar) {
  std::vector<Position> positions = PositionsInHeads();
  for (Position& position : PositionsInContent()) positions.push_back(std::move(position));
  for (const Position& position : positions) {
    for (int byte = 0; byte < 256; ++byte) {
      const char c = static_cast<char>(byte);
      if (position.elsewhere.find(c) != std::string::npos) continue;
      const std::string input = position.before + c + position.after;
      const Events events = ReadOnAllKernels(input, ParserLimits());
      EXPECT_EQ(ReadByteByByte(input, ParserLimits()), events) << position.label << ": " << byte;
      const bool accepted = position.accepts(static_cast<unsigned char>(byte));
      ASSERT_EQ(!IsError(events), accepted) << position.label << ": " << byte;
      if (accepted) continue;
      EXPECT_EQ(ErrorOffset(events), position.before.size()) << position.label << ": " << byte;
    }
  }
}

// Hosts are looked at by whole vectors: so here is each length, and at each place of it a byte that
// may not stand there, with ports of each length, after request lines of several.
TEST(Gates, HostsOfEachLength) {
  for (const std::size_t target : {0, 1, 7, 40}) {
    const std::string before =
        "GET /" + std::string(target, 'p') + " HTTP/1.1\r\nHost:" + (target % 2 == 0 ? " " : "");
    for (std::size_t size = 1; size <= 70; ++size) {
      const std::string host(size, 'h');
      EXPECT_FALSE(IsError(ReadOnAllKernels(before + host + "\r\n\r\n", ParserLimits()))) << host;
      for (const std::string_view port : {":", ":1", ":12", ":123", ":1234", ":12345"}) {
        const std::string input = before + host + std::string(port) + "\r\n\r\n";
        EXPECT_FALSE(IsError(ReadOnAllKernels(input, ParserLimits()))) << input;
        std::string bad = input;
        for (const char c : {'/', ':', '\x80', '\xb0', '\xff'}) {
          bad[before.size() + size + port.size() - 1] = c;
          if (port.size() == 1 && c == ':') continue;
          EXPECT_TRUE(IsError(ReadOnAllKernels(bad, ParserLimits()))) << Escape(bad);
        }
      }
      for (std::size_t at = 0; at < size; ++at) {
        std::string input = before + host + "\r\n\r\n";
        input[before.size() + at] = at % 2 == 0 ? '%' : '\xe1';
        const Events events = ReadOnAllKernels(input, ParserLimits());
        ASSERT_TRUE(IsError(events)) << Escape(input);
        EXPECT_EQ(ErrorOffset(events), before.size() + at);
      }
    }
  }
}

std::vector<ConformanceCase> Cases() {
  std::vector<std::string> errors;
  auto cases = ReadAllCases("tests/conformance", &errors);
  EXPECT_TRUE(errors.empty());
  EXPECT_FALSE(cases.empty());
  return cases;
}

// Calls `check` with every input that differs from `input` in one byte, by an interesting one.
void ForEachNeighbour(const std::string& input,
                      const std::function<void(std::string_view)>& check) {
  constexpr std::string_view kBytes("\r\n \t:,\0\x80#0", 10);
  for (std::size_t i = 0; i < input.size(); ++i) {
    std::string neighbour = input;
    for (const char c : kBytes) {
      neighbour[i] = c;
      check(neighbour);
    }
    neighbour = input;
    check(neighbour.erase(i, 1));
    neighbour = input;
    check(neighbour.insert(i, 1, input[i]));
  }
}

TEST(Gates, NeighboursOfEveryValidMessageAreReadAlikeByAllKernels) {
  constexpr std::size_t kLongest = 130;
  int tried = 0;
  for (const ConformanceCase& c : Cases()) {
    if (c.input.size() > kLongest || IsError(c.events)) continue;
    ForEachNeighbour(c.input, [&](std::string_view neighbour) {
      const Events events = ReadOnAllKernels(neighbour, c.limits);
      if (++tried % 8 != 0) return;
      EXPECT_EQ(ReadByteByByte(neighbour, c.limits), events) << c.where;
    });
  }
  EXPECT_GT(tried, 100000);
}

std::string Serialise(const RequestHead& head) {
  std::string text = std::string(head.method_text) + " " + std::string(head.target.text) +
                     " HTTP/1." + std::to_string(head.minor_version) + "\r\n";
  for (const Field field : head.fields) {
    text += std::string(field.name) + ":" + std::string(field.value) + "\r\n";
  }
  return text + "\r\n";
}

TEST(Gates, WhatIsSerialisedIsParsedAgain) {
  ParserLimits limits;
  std::vector<FieldRef> table(limits.max_fields);
  int tried = 0;
  for (const ConformanceCase& c : Cases()) {
    RequestParser first(table.data(), limits.max_fields);
    if (first.Parse(c.input, limits) != ParseStatus::kComplete) continue;
    const std::string once = Serialise(first.head());
    RequestParser second(table.data(), limits.max_fields);
    ASSERT_EQ(second.Parse(once, limits), ParseStatus::kComplete) << c.where << Escape(once);
    EXPECT_EQ(second.head_bytes(), once.size());
    EXPECT_EQ(Serialise(second.head()), once) << c.where;
    EXPECT_EQ(second.head().framing.kind, first.head().framing.kind) << c.where;
    EXPECT_EQ(second.head().keep_alive, first.head().keep_alive) << c.where;
    ++tried;
  }
  EXPECT_GT(tried, 300);
}

// All that a head says, but for its fields.
std::string DescribeHead(const RequestParser& parser, ParseStatus status) {
  if (status == ParseStatus::kIncomplete) return "incomplete";
  if (status == ParseStatus::kError) {
    return std::string(Describe(parser.error()).name) + " " + std::to_string(parser.error_offset());
  }
  const RequestHead& head = parser.head();
  std::string text = Serialise(head);
  for (const std::string_view part :
       {head.target.scheme, head.target.authority, head.target.path, head.target.query}) {
    text += "|" + std::string(part);
  }
  for (const std::uint64_t number :
       {std::uint64_t{static_cast<std::uint8_t>(head.method)},
        std::uint64_t{static_cast<std::uint8_t>(head.target.form)},
        std::uint64_t{head.target.has_query}, std::uint64_t{parser.head_bytes()},
        std::uint64_t{static_cast<std::uint8_t>(head.framing.kind)}, head.framing.content_length,
        std::uint64_t{head.keep_alive}, std::uint64_t{head.expect_continue},
        std::uint64_t{head.upgrade}}) {
    text += " " + std::to_string(number);
  }
  return text;
}

// Nothing of one head may show in the next that the same parser reads.
TEST(Gates, AUsedParserReadsAsANewOne) {
  std::vector<FieldRef> table(65536);
  int complete = 0;
  for (const ParserKernel kernel : kParserKernels) {
    if (!UseKernel(kernel)) continue;
    RequestParser used(table.data(), static_cast<std::uint32_t>(table.size()));
    for (const ConformanceCase& c : Cases()) {
      for (const std::size_t split : {std::size_t{0}, c.input.size() / 2}) {
        RequestParser fresh(table.data(), static_cast<std::uint32_t>(table.size()));
        ParseStatus status = fresh.Parse(c.input, c.limits);
        const std::string expected = DescribeHead(fresh, status);
        used.Reset();
        status = ParseStatus::kIncomplete;
        if (split != 0) status = used.Parse(std::string_view(c.input).substr(0, split), c.limits);
        if (status == ParseStatus::kIncomplete) status = used.Parse(c.input, c.limits);
        ASSERT_EQ(DescribeHead(used, status), expected) << KernelName(kernel) << " " << c.where;
        complete += status == ParseStatus::kComplete ? 1 : 0;
      }
    }
  }
  EXPECT_GT(complete, 1000);
}

TEST(Gates, NothingIsReadAfterAnError) {
  for (const ConformanceCase& c : Cases()) {
    if (!IsError(c.events)) continue;
    const Events events = ReadWhole(c.input, c.limits);
    const std::string more = c.input + std::string(kRequest) + std::string(kRequest);
    ASSERT_EQ(ReadOnAllKernels(more, c.limits), events) << c.where;
  }
}

}  // namespace
}  // namespace weir

// What is written as a message is read as the same message: head, content and trailers, in whatever
// pieces it comes.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/parser/body_decoder.h"
#include "weir/parser/kernel.h"
#include "weir/parser/request_parser.h"
#include "weir/parser/trailer_fields.h"

namespace weir {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Message {
  std::string method;
  std::string target;
  Pairs fields;
  BodyKind kind = BodyKind::kNone;
  std::string content;
  Pairs trailers;
};

bool operator==(const Message& a, const Message& b) {
  return a.method == b.method && a.target == b.target && a.fields == b.fields && a.kind == b.kind &&
         a.content == b.content && a.trailers == b.trailers;
}

// Makes messages of every shape: the same for the same seed, on every machine.
class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) { random_.discard(8); }

  Message Make() {
    Message message;
    message.method = Text(kTokenBytes, 1, 10);
    message.target = "/" + Text(kTargetBytes, 0, 40);
    message.fields = MakeFields(6);
    message.fields.emplace(message.fields.begin() + Below(message.fields.size() + 1), "Host", "a");
    message.kind = static_cast<BodyKind>(Below(3));
    if (message.kind == BodyKind::kNone) return message;
    message.content = MakeContent();
    if (message.kind == BodyKind::kContentLength) {
      message.fields.emplace_back("Content-Length", std::to_string(message.content.size()));
    } else {
      message.fields.emplace_back("Transfer-Encoding", "chunked");
      message.trailers = MakeFields(4);
    }
    return message;
  }

  // The message on the wire. What may be written in several ways is, by chance.
  std::string Write(const Message& message) {
    std::string bytes = message.method + " " + message.target + " HTTP/1.1\r\n";
    bytes += WriteFields(message.fields);
    if (message.kind != BodyKind::kChunked) return bytes + message.content;
    for (std::size_t at = 0; at < message.content.size();) {
      const std::size_t size = std::min(message.content.size() - at, 1 + Below(1 + Below(3000)));
      bytes += WriteSize(size) + message.content.substr(at, size) + "\r\n";
      at += size;
    }
    return bytes + WriteSize(0) + WriteFields(message.trailers);
  }

  std::size_t Below(std::size_t bound) { return random_() % bound; }

 private:
  static constexpr std::string_view kTokenBytes =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~";
  static constexpr std::string_view kTargetBytes =
      "abcxyzABCXYZ0189-._~!$&'()*+,;=:@/?%\"<>\\^`{|}[]";
  static constexpr std::string_view kValueBytes =
      "abcxyzABCXYZ0189 \t,;:=\"()<>@[\\]{}\x80\xa0\xff";

  std::string Text(std::string_view bytes, std::size_t least, std::size_t more) {
    std::string text(least + Below(more), ' ');
    for (char& c : text) c = bytes[Below(bytes.size())];
    return text;
  }

  // Their names begin with "X": none means anything to the parser.
  Pairs MakeFields(std::size_t most) {
    Pairs fields;
    for (std::size_t count = Below(most + 1); count > 0; --count) {
      std::string value = Text(kValueBytes, 0, Below(8) == 0 ? 300 : 30);
      value.erase(0, std::min(value.find_first_not_of(" \t"), value.size()));
      value.erase(value.find_last_not_of(" \t") + 1);
      fields.emplace_back("X" + Text(kTokenBytes, 0, 30), value);
    }
    return fields;
  }

  std::string MakeContent() {
    std::string content(Below(4) == 0 ? 0 : Below(1 + Below(20000)), ' ');
    for (char& c : content) c = static_cast<char>(Below(256));
    return content;
  }

  std::string WriteFields(const Pairs& fields) {
    constexpr std::string_view kBlanks[] = {"", " ", "\t", " \t "};
    std::string bytes;
    for (const auto& [name, value] : fields) {
      bytes += name + ":" + std::string(kBlanks[Below(4)]) + value + std::string(kBlanks[Below(4)]);
      bytes += "\r\n";
    }
    return bytes + "\r\n";
  }

  std::string WriteSize(std::size_t size) {
    char digits[32];
    std::snprintf(digits, sizeof(digits), Below(2) == 0 ? "%zx" : "%zX", size);
    std::string line = std::string(Below(3), '0') + digits;
    if (Below(4) == 0) line += ";" + Text(kTokenBytes, 1, 5);
    if (Below(8) == 0) line += ";" + Text(kTokenBytes, 1, 5) + "=" + Text(kTokenBytes, 1, 5);
    if (Below(8) == 0) line += ";n=\"a ;\\\"b\"";
    return line + "\r\n";
  }

  std::minstd_rand random_;
};

Pairs Copy(const HeaderFields& fields) {
  Pairs pairs;
  for (const Field field : fields) pairs.emplace_back(field.name, field.value);
  return pairs;
}

// Reads one message of which `first` bytes come first, then the rest; `end` is where it ends.
Message Read(std::string_view bytes, std::size_t first, std::size_t* end) {
  const ParserLimits limits;
  std::vector<FieldRef> table(limits.max_fields);
  RequestParser parser(table.data(), limits.max_fields);
  Message message;
  ParseStatus status = parser.Parse(bytes.substr(0, first), limits);
  if (status == ParseStatus::kIncomplete) status = parser.Parse(bytes, limits);
  EXPECT_EQ(status, ParseStatus::kComplete) << Describe(parser.error()).name;
  if (status != ParseStatus::kComplete) return message;
  message.method = parser.head().method_text;
  message.target = parser.head().target.text;
  message.fields = Copy(parser.head().fields);
  message.kind = parser.head().framing.kind;
  BodyDecoder decoder;
  decoder.Start(parser.head().framing, TrailerUse::kGive);
  std::string trailers;
  BodyStep step = {BodyStatus::kMore, 0, {}};
  *end = parser.head_bytes();
  for (std::size_t limit = std::max(first, *end); step.status != BodyStatus::kComplete;) {
    step = decoder.Decode(bytes.substr(*end, limit - *end), limits);
    (step.status == BodyStatus::kTrailers ? trailers : message.content) += step.data;
    *end += step.consumed;
    if (step.status == BodyStatus::kError) ADD_FAILURE() << Describe(decoder.error()).name;
    if (step.status == BodyStatus::kError || (*end == bytes.size() && step.data.empty())) break;
    if (step.status == BodyStatus::kMore) limit = bytes.size();
  }
  EXPECT_EQ(step.status, BodyStatus::kComplete);
  EXPECT_EQ(decoder.content_bytes(), message.content.size());
  const std::uint32_t count = SplitTrailers(trailers, table.data(), limits.max_fields);
  message.trailers = Copy(HeaderFields(trailers.data(), table.data(), count));
  return message;
}

TEST(RoundTrip, WhatIsWrittenIsReadAndWrittenAgain) {
  int chunked = 0;
  int with_trailers = 0;
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    SCOPED_TRACE(seed);
    UseKernel(kParserKernels[seed % std::size(kParserKernels)]);  // or the one before
    Maker maker(seed);
    const Message message = maker.Make();
    chunked += message.kind == BodyKind::kChunked ? 1 : 0;
    with_trailers += message.trailers.empty() ? 0 : 1;
    std::string bytes = maker.Write(message);
    for (int time = 0; time < 3; ++time) {
      const std::size_t size = bytes.size();
      bytes += "GET / HTTP/1.1\r\n";  // the next one's start
      std::size_t end = 0;
      const Message read = Read(bytes, maker.Below(size + 1), &end);
      ASSERT_TRUE(read == message);
      ASSERT_EQ(end, size);
      bytes = maker.Write(read);
    }
  }
  EXPECT_GT(chunked, 500);
  EXPECT_GT(with_trailers, 300);
}

}  // namespace
}  // namespace weir

#include "weir/reactor/conn/response_encoder.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "weir/reactor/response_check.h"

namespace weir {
namespace {

std::string Encode(const Response& response, ResponseContext context = {}) {
  HeadStart start;
  start.SetDate("Sun, 06 Nov 1994 08:49:37 GMT");
  context.start = &start;
  ByteBuffer out;
  AppendResponse(response, context, &out);
  return std::string(out.view());
}

TEST(ResponseEncoderTest, WritesAWholeMessage) {
  Response response;
  response.content_type = "text/plain";
  response.fields = {{"ETag", "\"1\""}, {"Vary", "Accept"}};
  response.body = "hello";
  EXPECT_EQ(Encode(response),
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Type: text/plain\r\nETag: \"1\"\r\nVary: Accept\r\n"
            "Content-Length: 5\r\n\r\nhello");
}

TEST(ResponseEncoderTest, TellsWhetherTheConnectionStays) {
  ResponseContext context;
  context.keep_alive = false;
  EXPECT_NE(Encode({}, context).find("\r\nConnection: close\r\n"), std::string::npos);
  context.keep_alive = true;
  EXPECT_EQ(Encode({}, context).find("Connection"), std::string::npos);
  context.minor_version = 0;
  EXPECT_NE(Encode({}, context).find("\r\nConnection: keep-alive\r\n"), std::string::npos);
}

TEST(ResponseEncoderTest, AnswersHeadWithTheLengthAlone) {
  Response response;
  response.body = "hello";
  ResponseContext context;
  context.head_request = true;
  const std::string text = Encode(response, context);
  EXPECT_NE(text.find("Content-Length: 5\r\n\r\n"), std::string::npos);
  EXPECT_EQ(text.find("hello"), std::string::npos);
}

TEST(ResponseEncoderTest, SendsNoContentWhereNoneMayBe) {
  for (const int status : {204, 304}) {
    Response response;
    response.status = status;
    response.body = "must not be sent";
    const std::string text = Encode(response);
    EXPECT_EQ(text.find("Content-Length"), std::string::npos) << status;
    EXPECT_EQ(text.substr(text.size() - 4), "\r\n\r\n") << status;
  }
}

TEST(ResponseEncoderTest, KnowsReasonPhrases) {
  EXPECT_EQ(ReasonPhrase(200), "OK");
  EXPECT_EQ(ReasonPhrase(431), "Request Header Fields Too Large");
  EXPECT_EQ(ReasonPhrase(299), "Unknown");
  Response response;
  response.status = 503;
  EXPECT_EQ(Encode(response).rfind("HTTP/1.1 503 Service Unavailable\r\nDate: Sun", 0), 0u);
  response.status = 599;
  EXPECT_EQ(Encode(response).rfind("HTTP/1.1 599 Unknown\r\nDate: Sun", 0), 0u);
  response.status = 200;
  response.reason = "Fine";
  EXPECT_EQ(Encode(response).rfind("HTTP/1.1 200 Fine\r\nDate: Sun", 0), 0u);
}

// Room is made once for a head: it must do for the longest that Weir adds.
TEST(ResponseEncoderTest, StaysWithinTheRoomThatItMade) {
  const std::string text(5000, 't');
  Response response;
  response.status = 431;
  response.content_type = text;
  for (int i = 0; i < 100; ++i) response.fields.push_back({"N", ""});
  StreamOptions options;
  for (int i = 0; i < 100; ++i) options.trailer_names.emplace_back("T");
  HeadStart start;
  ResponseContext context;
  context.start = &start;
  for (const bool keep_alive : {false, true}) {
    context.keep_alive = keep_alive;
    context.minor_version = 0;
    for (const ResponseFraming framing : {ResponseFraming::kLength, ResponseFraming::kChunked}) {
      options.content_length = std::numeric_limits<std::uint64_t>::max();
      ByteBuffer out;
      AppendStreamHead(response, options, framing, context, &out);
      EXPECT_LE(out.size(), out.capacity());
      EXPECT_EQ(out.view().substr(out.size() - 4), "\r\n\r\n");
    }
    response.body = text;
    ByteBuffer out;
    AppendResponse(response, context, &out);
    EXPECT_LE(out.size(), out.capacity());
    EXPECT_EQ(out.view().substr(out.size() - text.size()), text);
    response.body = {};
  }
}

Response WithField(std::string_view name, std::string_view value) {
  Response response;
  response.fields = {{name, value}};
  return response;
}

TEST(ResponseCheckTest, RefusesWhatWouldSplitTheMessage) {
  EXPECT_TRUE(MayBeSent(WithField("X-A", "b c\t\x80")));
  for (const char* name : {"", "a b", "a:", "a\r\nb", "a\n", "\x80"}) {
    EXPECT_FALSE(MayBeSent(WithField(name, "v"))) << name;
  }
  for (int byte = 0; byte < 256; ++byte) {
    const std::string value = std::string("a") + static_cast<char>(byte) + "b";
    const bool allowed = byte == '\t' || (byte >= 0x20 && byte != 0x7f);
    EXPECT_EQ(MayBeSent(WithField("X", value)), allowed) << byte;
    Response typed;
    typed.content_type = value;
    EXPECT_EQ(MayBeSent(typed), allowed) << byte;
  }
}

// Values are looked at a word at a time.
TEST(ResponseCheckTest, FindsAControlAtEachPlace) {
  for (std::size_t size = 1; size <= 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (const char byte : {'\0', '\n', '\r', '\x1f', '\x7f', '\t', ' ', '~', '\x80', '\xff'}) {
        std::string value(size, '\xa0');
        value[at] = byte;
        const bool refused = (byte >= 0 && byte < ' ' && byte != '\t') || byte == '\x7f';
        EXPECT_EQ(MayBeSent(WithField("X", value)), !refused) << size << " " << at << " " << +byte;
      }
    }
  }
}

TEST(ResponseCheckTest, RefusesFieldsThatFrame) {
  for (const char* name : {"Content-Length", "transfer-encoding", "CONNECTION", "Date", "Trailer",
                           "Keep-Alive", "Upgrade"}) {
    EXPECT_FALSE(MayBeSent(WithField(name, "1"))) << name;
  }
  EXPECT_TRUE(MayBeSent(WithField("Content-Lengths", "1")));
}

TEST(ResponseCheckTest, RefusesStatusesOutOfRange) {
  Response response;
  for (const int status : {-1, 0, 100, 101, 199, 600, 99999}) {
    response.status = status;
    EXPECT_FALSE(MayBeSent(response)) << status;
  }
}

}  // namespace
}  // namespace weir

// Names and lines of a head are told; secrets are not.
#include "weir/reactor/refusals/head_excerpt.h"

#include <gtest/gtest.h>

#include <string>

#include "weir/reactor/refusals/bad_request.h"

namespace weir {
namespace {

constexpr std::string_view kHead =
    "GET /a?token=abc HTTP/1.1\r\n"
    "Host: example\r\n"
    "Cookie: id=secret\r\n"
    "X-Bad\x01: v\r\n"
    "Authorization : Basic c2VjcmV0\r\n"
    "\r\n";

std::size_t At(std::string_view text) { return kHead.find(text); }
std::string Line(std::string_view text) { return RedactedLine(kHead, At(text), 1000); }

TEST(HeadExcerptTest, NamesTheField) {
  EXPECT_EQ(FieldNameAt(kHead, 0), "");
  EXPECT_EQ(FieldNameAt(kHead, At("HTTP")), "");
  EXPECT_EQ(FieldNameAt(kHead, At("Host")), "Host");
  EXPECT_EQ(FieldNameAt(kHead, At("example")), "Host");
  EXPECT_EQ(FieldNameAt(kHead, At("secret")), "Cookie");
  EXPECT_EQ(FieldNameAt(kHead, At("\x01")), "X-Bad?");
  EXPECT_EQ(FieldNameAt(kHead, At("Basic")), "Authorization ");
  EXPECT_EQ(FieldNameAt(kHead, kHead.size() - 2), "");
  EXPECT_EQ(FieldNameAt(kHead, kHead.size()), "");
  EXPECT_EQ(FieldNameAt(kHead, kHead.size() + 1), "");
  EXPECT_EQ(FieldNameAt("", 0), "");
}

TEST(HeadExcerptTest, AnEmptyLineMayStandBeforeTheRequest) {
  EXPECT_EQ(FieldNameAt("\r\nGET / HTTP/1.1\r\nA: b", 6), "");
  EXPECT_EQ(FieldNameAt("\r\nGET / HTTP/1.1\r\nA: b", 19), "A");
}

TEST(HeadExcerptTest, ANameThatHasNotEndedIsToldAndCut) {
  EXPECT_EQ(FieldNameAt("GET / HTTP/1.1\r\nNam", 18), "Nam");
  const std::string longer(BadRequest::kMaxNameBytes + 10, 'n');
  EXPECT_EQ(FieldNameAt("GET / HTTP/1.1\r\n" + longer, 18),
            std::string(BadRequest::kMaxNameBytes, 'n'));
}

TEST(HeadExcerptTest, MasksSecretsButTheByteThatIsWrong) {
  EXPECT_EQ(Line("HTTP"), "GET /a?**********H*******\\r");
  EXPECT_EQ(Line("example"), "Host: example\\r");
  EXPECT_EQ(Line("secret"), "Cookie:****s*****\\r");
  EXPECT_EQ(Line("Cookie"), "Cookie:**********\\r");
  EXPECT_EQ(Line("\x01"), "X-Bad\\x01: v\\r");
  EXPECT_EQ(RedactedLine("GET / HTTP/1.1\r\nCook\x01ie: a", 20, 99), "Cook\\x01ie:**");
  EXPECT_EQ(Line(" : Basic"), "Authorization :***************\\r");
  EXPECT_EQ(RedactedLine("GET / HTTP/1.1\r\nset-COOKIE: a", 18, 99), "set-COOKIE:**");
  EXPECT_EQ(RedactedLine("GET / HTTP/1.1\r\nCookie: a\r\n folded: b", 27, 99), " *********");
}

TEST(HeadExcerptTest, IsBounded) {
  const std::string head =
      "GET / HTTP/1.1\r\nA: " + std::string(500, 'x') + "\x02" + std::string(500, 'y') + "\r\n";
  const std::size_t at = head.find('\x02');
  EXPECT_EQ(RedactedLine(head, at, 0), "");
  EXPECT_EQ(RedactedLine(head, at, 5), "xx\\x02yy");
  EXPECT_EQ(RedactedLine(head, 16, 4), "A: x");
  EXPECT_EQ(RedactedLine(head, head.size() - 2, 3), "yy\\r");
  EXPECT_EQ(RedactedLine(head, head.size() + 1, 3), "");
}

}  // namespace
}  // namespace weir

#include "weir/parser/explain/render.h"

#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

std::string Of(const std::string& input, const RenderOptions& options = {}) {
  return Render(Explain(input, ParserLimits()), input, options);
}

// The two lines with the excerpt.
std::string ExcerptOf(const std::string& input, const RenderOptions& options = {}) {
  const std::string text = Of(input, options);
  const std::size_t start = text.find('\n') + 1;
  return text.substr(start, text.find("at: ") - start);
}

TEST(Render, LooksLikeACompilersError) {
  EXPECT_EQ(Of("GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
            "input:2:5: error: space_before_colon, answered with 400\n"
            "  2 | Host : a\\r\\n\n"
            "    |     ^\n"
            "at: request 1, byte 20 of it, byte 20 of the input, field \"Host \"\n"
            "fix: Remove the white space in or after the field name: the colon follows the name at "
            "once.\n"
            "see: RFC 9112 section 5.1\n");
}

TEST(Render, SummarisesWhatIsAccepted) {
  EXPECT_EQ(Of("GET / HTTP/1.1\r\nHost: a\r\n\r\n"
               "POST /x HTTP/1.0\r\nContent-Length: 2\r\n\r\nab!"),
            "request 1: GET / HTTP/1.1, 1 fields, head of 27 bytes, no content\n"
            "request 2: POST /x HTTP/1.0, 1 fields, head of 39 bytes, content with a length of 2 "
            "bytes, then the connection closes\n"
            "note: 1 bytes after that are never read\n"
            "input: accepted\n");
}

TEST(Render, SaysWhatIsStillToCome) {
  EXPECT_EQ(Of("GET / HTTP/1.1\r\n", {"request.bin"}),
            "request.bin: incomplete: request 1, from byte 0, waits for the empty line that ends "
            "the head\n");
}

TEST(Render, TheCaretStandsUnderTheByteAsItIsShown) {
  EXPECT_EQ(ExcerptOf("GET / HTTP/1.1\r\nA:\t\t\xff\x01\r\n"),
            "  2 | A:\\t\\t\\xff\\x01\\r\\n\n"
            "    |           ^\n");
  EXPECT_EQ(ExcerptOf(std::string("\0", 1)),
            "  1 | \\x00\n"
            "    | ^\n");
}

TEST(Render, AMissingHostIsShownWhereTheHeadEnds) {
  EXPECT_EQ(ExcerptOf("GET / HTTP/1.1\r\nA: b\r\n\r\n"),
            "  3 | \\r\\n\n"
            "    | ^\n");
}

TEST(Render, ShowsAPartOfALongLine) {
  RenderOptions options;
  options.context_bytes = 3;
  EXPECT_EQ(ExcerptOf("GET / HTTP/1.1\r\nA: 123456\x01"
                      "123456\r\n",
                      options),
            "  2 | ...456\\x01123...\n"
            "    |       ^\n");
}

TEST(Render, HidesSensitiveValues) {
  EXPECT_EQ(ExcerptOf("GET / HTTP/1.1\r\nCookie: id=se\x01"
                      "cret\r\n"),
            "  2 | Cookie: *****\\x01****\\r\\n\n"
            "    |              ^\n");
  EXPECT_EQ(ExcerptOf("GET / HTTP/1.1\r\nAuthorization : Basic c2VjcmV0\r\n"),
            "  2 | Authorization : ***** ********\\r\\n\n"
            "    |              ^\n");
  EXPECT_EQ(ExcerptOf("GET / HTTP/1.1\r\nproxy-authorization: Basic\r\n c2VjcmV0\r\n"),
            "  3 |  ********\\r\\n\n"
            "    | ^\n");
  RenderOptions options;
  options.show_values = true;
  EXPECT_EQ(ExcerptOf("GET / HTTP/1.1\r\nCookie: id=se\x01"
                      "cret\r\n",
                      options),
            "  2 | Cookie: id=se\\x01cret\\r\\n\n"
            "    |              ^\n");
}

TEST(Render, NamesTheLimit) {
  const std::string input = "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n";
  EXPECT_NE(Of(input).find("\nlimit: max_request_line_bytes = 8192\n"), std::string::npos);
}

}  // namespace
}  // namespace weir

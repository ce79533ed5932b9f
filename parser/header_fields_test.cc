#include "weir/parser/header_fields.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "weir/parser/request_parser.h"

namespace weir {
namespace {

class HeaderFieldsTest : public testing::Test {
 protected:
  HeaderFieldsTest() : parser_(table_, 8) {
    EXPECT_EQ(parser_.Parse(head_, ParserLimits()), ParseStatus::kComplete);
  }
  const HeaderFields& fields() const { return parser_.head().fields; }

  std::string head_ =
      "GET / HTTP/1.1\r\nHost: a\r\nX-One: 1\r\nx_one: u\r\nx-ONE:  2 \r\nEmpty:\r\n\r\n";
  FieldRef table_[8];
  RequestParser parser_;
};

TEST_F(HeaderFieldsTest, KeepsOrderAndSpelling) {
  std::vector<std::string> seen;
  for (const Field field : fields()) {
    seen.push_back(std::string(field.name) + "=" + std::string(field.value));
  }
  const std::vector<std::string> expected = {"Host=a", "X-One=1", "x_one=u", "x-ONE=2", "Empty="};
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(fields().size(), 5u);
  EXPECT_FALSE(fields().empty());
}

TEST_F(HeaderFieldsTest, FindsInAnyCaseFromAnyPlace) {
  EXPECT_EQ(fields().Find("x-one"), 1u);
  EXPECT_EQ(fields().Find("X-ONE", 2), 3u);
  EXPECT_EQ(fields().Find("X-ONE", 4), fields().size());
  EXPECT_EQ(fields().Find("X_ONE"), 2u);
  EXPECT_EQ(fields().Find("x-on"), fields().size());
  EXPECT_EQ(fields().Find(""), fields().size());
  EXPECT_EQ(fields().Find("Host", 100), fields().size());
}

TEST_F(HeaderFieldsTest, TellsAnEmptyValueFromNone) {
  EXPECT_EQ(fields().Get("HOST"), "a");
  EXPECT_EQ(fields().Get("empty"), "");
  EXPECT_LT(fields().Find("empty"), fields().size());
  EXPECT_EQ(fields().Get("missing"), "");
}

TEST(HeaderFields, OfNothingIsEmpty) {
  const HeaderFields none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.Find("a"), 0u);
  EXPECT_FALSE(none.begin() != none.end());
}

}  // namespace
}  // namespace weir

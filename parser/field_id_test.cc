#include "weir/parser/field_id.h"

#include <gtest/gtest.h>

#include <cctype>
#include <string>

#include "weir/parser/header_fields.h"

namespace weir {
namespace {

constexpr int kLast = static_cast<int>(FieldId::kXRequestedWith);

std::string Mapped(std::string_view text, int (*map)(int)) {
  std::string mapped(text);
  for (char& c : mapped) c = static_cast<char>(map(c));
  return mapped;
}

TEST(FieldId, EachNameIsFoundInAnyCase) {
  for (int i = 1; i <= kLast; ++i) {
    const auto id = static_cast<FieldId>(i);
    ASSERT_FALSE(FieldName(id).empty()) << i;
    EXPECT_EQ(IdentifyField(FieldName(id)), id) << FieldName(id);
    EXPECT_EQ(IdentifyField(Mapped(FieldName(id), std::toupper)), id) << FieldName(id);
    EXPECT_EQ(IdentifyField(Mapped(FieldName(id), std::tolower)), id) << FieldName(id);
  }
}

TEST(FieldId, NamesAreInOrderAndDiffer) {
  for (int i = 2; i <= kLast; ++i) {
    EXPECT_LT(Mapped(FieldName(static_cast<FieldId>(i - 1)), std::tolower),
              Mapped(FieldName(static_cast<FieldId>(i)), std::tolower));
  }
}

TEST(FieldId, NeighboursOfANameAreOther) {
  for (int i = 1; i <= kLast; ++i) {
    const std::string name(FieldName(static_cast<FieldId>(i)));
    EXPECT_EQ(IdentifyField(name + "-s"), FieldId::kOther);
    for (std::size_t at = 0; at < name.size(); ++at) {
      std::string other = name;
      other[at] = '_';
      EXPECT_EQ(IdentifyField(other), FieldId::kOther) << other;
      other[at] = static_cast<char>(name[at] ^ 0x80);
      EXPECT_EQ(IdentifyField(other), FieldId::kOther);
    }
  }
  EXPECT_EQ(IdentifyField(""), FieldId::kOther);
  EXPECT_EQ(FieldName(FieldId::kOther), "");
}

TEST(FieldId, FieldsAreLookedUpByIt) {
  constexpr char kText[] = "hOsT: a\r\nX: b\r\nHost: c\r\nhorst: d\r\n";
  const FieldRef refs[] = {{0, 4, 6, 1}, {9, 1, 12, 1}, {15, 4, 21, 1}, {24, 5, 31, 1}};
  const HeaderFields fields(kText, refs, 4);
  EXPECT_EQ(fields.id(0), FieldId::kHost);
  EXPECT_EQ(fields.id(1), FieldId::kOther);
  EXPECT_EQ(fields.Find(FieldId::kHost), 0u);
  EXPECT_EQ(fields.Find(FieldId::kHost, 1), 2u);
  EXPECT_EQ(fields.Find(FieldId::kHost, 3), 4u);
  EXPECT_EQ(fields.Get(FieldId::kHost), "a");
  EXPECT_EQ(fields.Get(FieldId::kCookie), "");
  EXPECT_EQ(fields.Find(FieldId::kOther), 4u);
}

}  // namespace
}  // namespace weir

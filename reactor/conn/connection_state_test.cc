// The picture in README.md and the table of transitions are the same.
#include "weir/reactor/conn/connection_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <utility>

namespace weir {
namespace {

using Step = std::pair<std::string, std::string>;

std::string At(std::size_t index) { return std::string(Name(static_cast<ConnectionState>(index))); }

std::set<Step> Table() {
  std::set<Step> steps;
  for (std::size_t from = 0; from < kConnectionStateCount; ++from) {
    for (std::size_t to = 0; to < kConnectionStateCount; ++to) {
      if (MayFollow(static_cast<ConnectionState>(from), static_cast<ConnectionState>(to))) {
        steps.emplace(At(from), At(to));
      }
    }
  }
  return steps;
}

struct Document {
  std::set<Step> steps;
  std::set<std::string> rows;  // of the table of states
};

Document Read() {
  std::ifstream file("reactor/conn/README.md");
  EXPECT_TRUE(file.is_open());
  const std::regex arrow("    (\\w+) --> (\\w+): .+");
  const std::regex row("\\| (\\w+) \\|.*");
  Document document;
  for (std::string line; std::getline(file, line);) {
    std::smatch match;
    if (std::regex_match(line, match, arrow)) {
      EXPECT_TRUE(document.steps.emplace(match[1], match[2]).second) << line << " twice";
    } else if (std::regex_match(line, match, row) && match[1] != "state") {
      document.rows.insert(match[1]);
    }
  }
  return document;
}

TEST(ConnectionStateTest, IsAsThePictureShows) { EXPECT_EQ(Read().steps, Table()); }

TEST(ConnectionStateTest, EachHasARowInTheDocument) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < kConnectionStateCount; ++i) names.insert(At(i));
  EXPECT_EQ(names.size(), kConnectionStateCount);
  EXPECT_EQ(Read().rows, names);
}

TEST(ConnectionStateTest, WhatIsNoStateHasNoNameAndNoFollower) {
  const auto none = static_cast<ConnectionState>(kConnectionStateCount);
  EXPECT_EQ(Name(none), "");
  EXPECT_FALSE(MayFollow(none, ConnectionState::kClosed));
  EXPECT_FALSE(MayFollow(ConnectionState::kClosed, none));
}

}  // namespace
}  // namespace weir

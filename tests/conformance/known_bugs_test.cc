// Every kind of bug that other servers had has a case of ours, or a test: known_bugs.list says
// which, and must be changed with the titles and names that it has.

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "weir/tests/conformance/case_file.h"

namespace weir {
namespace {

constexpr const char* kFolder = "tests/conformance";

struct Row {
  std::string bug;
  std::string cves;
  std::string file;  // of this folder, or the path of a test's source
  std::vector<std::string> names;
};

std::vector<std::string> SplitAtBars(const std::string& line) {
  constexpr char kBar[] = " | ";
  std::vector<std::string> parts;
  std::size_t at = 0;
  for (std::size_t bar = line.find(kBar); bar != std::string::npos; bar = line.find(kBar, at)) {
    parts.push_back(line.substr(at, bar - at));
    at = bar + 3;
  }
  parts.push_back(line.substr(at));
  return parts;
}

std::vector<Row> ReadRows() {
  std::vector<Row> rows;
  std::ifstream file(std::string(kFolder) + "/known_bugs.list");
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (line.rfind("  ", 0) == 0 && !rows.empty()) {
      rows.back().names.push_back(line.substr(2));
      continue;
    }
    const std::vector<std::string> parts = SplitAtBars(line);
    EXPECT_EQ(parts.size(), 4u) << line;
    if (parts.size() == 4) rows.push_back({parts[0], parts[1], parts[2], {parts[3]}});
  }
  return rows;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(KnownBugs, EachHasACaseOrATest) {
  std::vector<std::string> errors;
  std::map<std::string, std::set<std::string>> titles;  // by file
  for (const ConformanceCase& c : ReadAllCases(kFolder, &errors)) {
    const std::string file = c.where.substr(0, c.where.find(':'));
    titles[file.substr(file.rfind('/') + 1)].insert(c.title);
  }
  ASSERT_TRUE(errors.empty());
  const std::vector<Row> rows = ReadRows();
  EXPECT_GE(rows.size(), 29u);
  for (const Row& row : rows) {
    const bool of_cases = row.file.find('/') == std::string::npos;
    const std::string source = of_cases ? "" : ReadFile(row.file);
    for (const std::string& name : row.names) {
      const bool found = of_cases ? titles[row.file].count(name) == 1
                                  : source.find("(" + name + ")") != std::string::npos;
      EXPECT_TRUE(found) << row.bug << " (" << row.cves << "): no " << name << " in " << row.file;
    }
  }
}

}  // namespace
}  // namespace weir

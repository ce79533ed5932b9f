#include "weir/tests/conformance/case_file.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace weir {
namespace {

constexpr std::size_t kUnset = std::string::npos;

// Adds what `text` stands for to `bytes`; the place of \@ goes to `mark`. False if malformed.
bool Unescape(std::string_view text, std::string* bytes, std::size_t* mark) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      *bytes += text[i];
      continue;
    }
    if (++i == text.size()) return false;
    const std::size_t named = std::string_view("rnt\\").find(text[i]);
    if (named != std::string_view::npos) {
      *bytes += "\r\n\t\\"[named];
    } else if (text[i] == '@') {
      *mark = bytes->size();
    } else if (text[i] == 'x' && i + 2 < text.size()) {
      *bytes +=
          static_cast<char>(std::strtoul(std::string(text.substr(i + 1, 2)).c_str(), nullptr, 16));
      i += 2;
    } else if (text[i] == '{') {
      const std::size_t star = text.find('*', i);
      const std::size_t close = text.find('}', i);
      if (star > close || close == std::string_view::npos) return false;
      std::string piece;
      if (!Unescape(text.substr(star + 1, close - star - 1), &piece, mark)) return false;
      const auto times = std::atol(std::string(text.substr(i + 1, star - i - 1)).c_str());
      for (long n = 0; n < times; ++n) *bytes += piece;
      i = close;
    } else {
      return false;
    }
  }
  return true;
}

bool SetLimit(std::string_view text, ParserLimits* limits) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string_view name = text.substr(0, equals);
  const auto value = std::strtoull(std::string(text.substr(equals + 1)).c_str(), nullptr, 10);
  const struct {
    std::string_view name;
    std::uint32_t* limit;
  } kNames[] = {
      {"max_request_line_bytes", &limits->max_request_line_bytes},
      {"max_field_bytes", &limits->max_field_bytes},
      {"max_head_bytes", &limits->max_head_bytes},
      {"max_fields", &limits->max_fields},
      {"max_chunk_extension_bytes", &limits->max_chunk_extension_bytes},
      {"max_chunk_extensions_bytes_per_body", &limits->max_chunk_extensions_bytes_per_body},
      {"max_chunk_overhead_bytes", &limits->max_chunk_overhead_bytes},
  };
  if (name == "max_body_bytes") {
    limits->max_body_bytes = value;
    return true;
  }
  for (const auto& row : kNames) {
    if (row.name != name) continue;
    *row.limit = static_cast<std::uint32_t>(value);
    return true;
  }
  return false;
}

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

// Takes one line into `c`. False if malformed.
bool ReadLine(const std::string& line, ConformanceCase* c, std::size_t* mark) {
  if (StartsWith(line, "rfc ")) {
    c->rfc = line.substr(4);
    return true;
  }
  if (StartsWith(line, "limit ")) return SetLimit(std::string_view(line).substr(6), &c->limits);
  if (StartsWith(line, "> ")) return Unescape(std::string_view(line).substr(2), &c->input, mark);
  if (!StartsWith(line, "< ")) return false;
  std::string event = line.substr(2);
  if (StartsWith(event, "error ") && event.back() == '@') {
    if (*mark == kUnset) return false;
    event = event.substr(0, event.size() - 1) + std::to_string(*mark);
  }
  c->events.push_back(event);
  return true;
}

}  // namespace

std::vector<ConformanceCase> ReadCases(const std::string& path, std::vector<std::string>* errors) {
  std::vector<ConformanceCase> cases;
  std::ifstream file(path);
  std::string line;
  std::size_t mark = kUnset;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    const std::string where = path + ":" + std::to_string(number);
    if (StartsWith(line, "case ")) {
      cases.emplace_back();
      cases.back().where = where;
      cases.back().title = line.substr(5);
      mark = kUnset;
    } else if (cases.empty() || !ReadLine(line, &cases.back(), &mark)) {
      errors->push_back(where + ": cannot be understood: " + line);
    }
  }
  for (const ConformanceCase& c : cases) {
    if (c.rfc.empty() || c.events.empty()) errors->push_back(c.where + ": lacks rfc or events");
  }
  return cases;
}

std::vector<ConformanceCase> ReadAllCases(const std::string& folder,
                                          std::vector<std::string>* errors) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".txt") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<ConformanceCase> all;
  for (const std::string& path : paths) {
    for (ConformanceCase& c : ReadCases(path, errors)) all.push_back(std::move(c));
  }
  return all;
}

}  // namespace weir

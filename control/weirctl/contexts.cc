#include "weir/control/weirctl/contexts.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "weir/control/weirctl/text_file.h"

namespace weir {
namespace {

struct Setting {
  std::string_view name;
  std::string Context::*field;
};

constexpr Setting kSettings[] = {
    {"target", &Context::targets},
    {"tls_ca", &Context::tls_ca},
    {"tls_certificate", &Context::tls_certificate},
    {"tls_key", &Context::tls_key},
};

std::string Trimmed(std::string_view text) {
  return std::string(absl::StripAsciiWhitespace(absl::string_view(text.data(), text.size())));
}

// "" or what is wrong with the line, which is neither empty nor a comment.
std::string ReadLine(const std::string& line, std::vector<Context>* contexts) {
  if (line.front() == '[') {
    const std::string name = Trimmed(std::string_view(line).substr(1, line.size() - 2));
    if (line.back() != ']' || name.empty()) return "is no \"[NAME]\"";
    const auto same = [&name](const Context& context) { return context.name == name; };
    if (std::any_of(contexts->begin(), contexts->end(), same)) {
      return absl::StrCat("has [", name, "] for the second time");
    }
    contexts->emplace_back().name = name;
    return "";
  }
  const std::size_t equals = line.find('=');
  if (equals == std::string::npos) return "is neither \"[NAME]\" nor \"setting = value\"";
  if (contexts->empty()) return "stands before the first \"[NAME]\"";
  const std::string name = Trimmed(std::string_view(line).substr(0, equals));
  for (const Setting& setting : kSettings) {
    if (setting.name != name) continue;
    contexts->back().*setting.field = Trimmed(std::string_view(line).substr(equals + 1));
    return "";
  }
  return absl::StrCat("has \"", name,
                      "\", which is not target, tls_ca, tls_certificate or tls_key");
}

}  // namespace

std::string ContextsPath() {
  const auto directory = [](const char* variable) -> std::string {
    const char* const value = std::getenv(variable);
    return value == nullptr ? "" : value;
  };
  if (std::string path = directory("WEIR_CONTEXTS"); !path.empty()) return path;
  std::string config = directory("XDG_CONFIG_HOME");
  if (config.empty()) config = absl::StrCat(directory("HOME"), "/.config");
  return absl::StrCat(config, "/weir/contexts");
}

absl::StatusOr<std::vector<Context>> ParseContexts(std::string_view text) {
  std::vector<Context> contexts;
  int number = 0;
  for (const std::string& raw : std::vector<std::string>(
           absl::StrSplit(absl::string_view(text.data(), text.size()), '\n'))) {
    ++number;
    const std::string line = Trimmed(std::string_view(raw).substr(0, raw.find('#')));
    if (line.empty()) continue;
    if (const std::string fault = ReadLine(line, &contexts); !fault.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("line ", number, " ", fault));
    }
  }
  for (const Context& context : contexts) {
    if (!context.targets.empty()) continue;
    return absl::InvalidArgumentError(absl::StrCat("[", context.name, "] has no target"));
  }
  return contexts;
}

absl::StatusOr<std::vector<Context>> ReadContexts(const std::string& path) {
  std::string text;
  if (!ReadTextFile(path, &text)) {
    if (errno == ENOENT) return std::vector<Context>();
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", std::strerror(errno)));
  }
  auto contexts = ParseContexts(text);
  if (contexts.ok()) return contexts;
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", contexts.status().message()));
}

}  // namespace weir

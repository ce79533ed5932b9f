#include "weir/tests/peers/rule_predicates.h"

#include <algorithm>

namespace weir {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return Lower(c); });
  return lower;
}

bool IsKnownOption(std::string_view option) {
  const std::size_t first = option.find_first_not_of(" \t");
  if (first == std::string_view::npos) return false;
  const std::string text = Lower(option.substr(first, option.find_last_not_of(" \t") + 1 - first));
  return text == "close" || text == "upgrade" || text == "keep-alive";
}

}  // namespace

bool EqualIgnoringCase(std::string_view a, std::string_view b) { return Lower(a) == Lower(b); }

bool HasField(const MessageView& message, std::string_view name, std::string_view part) {
  return std::any_of(message.fields.begin(), message.fields.end(), [&](const auto& field) {
    return EqualIgnoringCase(field.first, name) &&
           Lower(field.second).find(part) != std::string::npos;
  });
}

bool FollowsConnect(const Difference& difference) {
  return difference.index > 0 &&
         difference.ours->messages[difference.index - 1].method == "CONNECT";
}

bool IsConnect(const Difference& difference) {
  return difference.our_message().method == "CONNECT";
}

bool IsWholeConnect(const Difference& difference) {
  return IsConnect(difference) && difference.their_message().complete;
}

bool RefusesLengthWithTab(const Difference& difference) {
  return difference.theirs->refusal == "HPE_INVALID_CONTENT_LENGTH" &&
         HasTabInLine(difference, "content-length");
}

bool HasTabInLine(const Difference& difference, std::string_view name) {
  const std::string head = Lower(difference.our_message().head);
  const std::string start = "\r\n" + Lower(name) + ":";
  for (std::size_t at = head.find(start); at != std::string::npos; at = head.find(start, at + 1)) {
    const std::size_t end = head.find("\r\n", at + start.size());
    if (head.substr(at, end - at).find('\t') != std::string::npos) return true;
  }
  return false;
}

bool RefusesSchemeWithDigits(const Difference& difference) {
  const std::string& target = difference.our_message().target;
  return difference.theirs->refusal == "HPE_INVALID_URL" && target[0] != '/' &&
         target.substr(0, target.find("://")).find_first_of("0123456789+-.") != std::string::npos;
}

bool HasCloseAndKeepAlive(const Difference& difference) {
  const MessageView& message = difference.our_message();
  return HasField(message, "connection", "close") && HasField(message, "connection", "keep-alive");
}

bool HasProxyConnection(const Difference& difference) {
  return HasField(difference.our_message(), "proxy-connection");
}

bool HasUnknownConnectionOption(const Difference& difference) {
  for (const auto& [name, value] : difference.our_message().fields) {
    if (!EqualIgnoringCase(name, "connection")) continue;
    for (std::string_view rest = value;;) {
      const std::size_t comma = rest.find(',');
      if (!IsKnownOption(rest.substr(0, comma))) return true;
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return false;
}

}  // namespace weir

#include "weir/parser/request_target.h"

#include <cstddef>
#include <cstdint>

#include "weir/parser/chars.h"
#include "weir/parser/head_rules.h"

namespace weir::internal {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

// Reads 1*4HEXDIG from `*at` on.
bool ReadGroup(std::string_view text, std::size_t* at) {
  const std::size_t start = *at;
  while (*at < text.size() && *at - start < 4 && Is(kHexDigit, text[*at])) ++*at;
  return *at > start;
}

// dec-octet "." dec-octet "." dec-octet "." dec-octet, without leading zeros.
bool IsIpv4(std::string_view text) {
  std::size_t at = 0;
  for (int octet = 0; octet < 4; ++octet) {
    if (octet > 0 && (at == text.size() || text[at++] != '.')) return false;
    const std::size_t start = at;
    unsigned value = 0;
    while (at < text.size() && at - start < 3 && IsDigit(text[at])) {
      value = value * 10 + static_cast<unsigned>(text[at++] - '0');
    }
    if (at == start || value > 255 || (text[start] == '0' && at - start > 1)) return false;
  }
  return at == text.size();
}

// IPv6address of RFC 3986 section 3.2.2.
bool IsIpv6(std::string_view text) {
  int groups = 0;
  bool gap = false;
  std::size_t at = 0;
  if (text.substr(0, 2) == "::") {
    gap = true;
    at = 2;
  }
  while (at < text.size()) {
    const std::size_t start = at;
    if (!ReadGroup(text, &at)) return false;
    if (at < text.size() && text[at] == '.') {
      groups += 2;
      return IsIpv4(text.substr(start)) && (gap ? groups <= 7 : groups == 8);
    }
    ++groups;
    if (at == text.size()) break;
    if (text[at++] != ':') return false;
    if (at == text.size()) return false;
    if (text[at] == ':') {
      if (gap) return false;
      gap = true;
      ++at;
    }
  }
  return gap ? groups <= 7 : groups == 8;
}

// "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" ), without the comma.
bool IsIpvFuture(std::string_view text) {
  if (text.empty() || (text[0] | 0x20) != 'v') return false;
  std::size_t at = 1;
  while (at < text.size() && Is(kHexDigit, text[at])) ++at;
  if (at == 1 || at + 1 >= text.size() || text[at] != '.') return false;
  for (++at; at < text.size(); ++at) {
    if (!Is(kRegNameChar, text[at]) && text[at] != ':') return false;
  }
  return true;
}

// Where the host of host[:port] ends, or (in `*bad`) the offset of what is wrong with it.
std::size_t HostEnd(std::string_view text, std::size_t* bad) {
  if (!text.empty() && text[0] == '[') {
    const std::size_t close = text.find(']');
    if (close == kNone) return *bad = text.size();
    const std::string_view inside = text.substr(1, close - 1);
    if (!IsIpv6(inside) && !IsIpvFuture(inside)) *bad = 1;
    return close + 1;
  }
  std::size_t end = 0;
  while (end < text.size() && Is(kRegNameChar, text[end])) ++end;
  if (end == 0) *bad = 0;
  return end;
}

struct Authority {
  std::size_t bad = kNone;  // offset of the first byte that cannot stand there
  std::size_t port_start = kNone;
  std::uint32_t port = 0;
};

// host [ ":" *DIGIT ], with a host and a port of at most 65535.
Authority CheckAuthority(std::string_view text) {
  Authority result;
  std::size_t at = HostEnd(text, &result.bad);
  if (result.bad != kNone || at == text.size()) return result;
  if (text[at] != ':') {
    result.bad = at;
    return result;
  }
  result.port_start = ++at;
  for (; at < text.size(); ++at) {
    if (!IsDigit(text[at])) break;
    result.port = result.port * 10 + static_cast<std::uint32_t>(text[at] - '0');
    if (result.port > 65535) break;
  }
  if (at < text.size()) result.bad = at;
  return result;
}

RuleError SplitConnect(std::string_view text, RequestTarget* target) {
  if (text == "*" || text.find_first_of("/?") != kNone) return {ParseError::kTargetForm, 0};
  const Authority authority = CheckAuthority(text);
  constexpr ParseError kInvalid = ParseError::kTargetAuthorityInvalid;
  if (authority.bad != kNone) return {kInvalid, authority.bad};
  if (authority.port_start == kNone) return {kInvalid, text.size()};
  if (authority.port == 0) return {kInvalid, authority.port_start};
  target->form = TargetForm::kAuthority;
  target->authority = text;
  return {};
}

RuleError SplitAbsolute(std::string_view text, std::size_t question, RequestTarget* target) {
  std::size_t colon = 0;
  while (colon < text.size() && Is(kSchemeChar, text[colon])) ++colon;
  if (!IsAlpha(text[0]) || text.substr(colon, 3) != "://") return {ParseError::kTargetForm, 0};
  const std::size_t start = colon + 3;
  std::size_t end = text.find_first_of("/?", start);
  if (end == kNone) end = text.size();
  target->form = TargetForm::kAbsolute;
  target->scheme = text.substr(0, colon);
  target->authority = text.substr(start, end - start);
  const Authority authority = CheckAuthority(target->authority);
  if (authority.bad != kNone) return {ParseError::kTargetAuthorityInvalid, start + authority.bad};
  SplitPath(text.substr(end), question == kNone ? kNone : question - end, target);
  return {};
}

}  // namespace

RuleError SplitTarget(std::string_view method, std::string_view text, std::size_t question,
                      RequestTarget* target) noexcept {
  *target = RequestTarget();
  target->text = text;
  if (method == "CONNECT") return SplitConnect(text, target);
  if (text[0] == '/') {
    SplitPath(text, question, target);
    return {};
  }
  if (text[0] != '*') return SplitAbsolute(text, question, target);
  if (method != "OPTIONS" || text.size() > 1) return {ParseError::kTargetForm, 0};
  target->form = TargetForm::kAsterisk;
  target->path = text;
  return {};
}

RuleError CheckHost(std::string_view value, const RequestTarget& target) noexcept {
  const bool has_authority =
      target.form == TargetForm::kAbsolute || target.form == TargetForm::kAuthority;
  if (value.empty()) {
    return has_authority ? RuleError{ParseError::kHostInvalid, 0} : RuleError{};
  }
  const Authority authority = CheckAuthority(value);
  if (authority.bad != kNone) return {ParseError::kHostInvalid, authority.bad};
  if (target.form == TargetForm::kAbsolute && !EqualsIgnoringCase(value, target.authority)) {
    return {ParseError::kHostMismatch, 0};
  }
  return {};
}

}  // namespace weir::internal

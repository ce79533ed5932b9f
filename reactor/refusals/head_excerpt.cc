#include "weir/reactor/refusals/head_excerpt.h"

#include <algorithm>

#include "weir/parser/explain/sensitive_name.h"
#include "weir/parser/explain/visible_text.h"
#include "weir/reactor/refusals/bad_request.h"

namespace weir {
namespace {

// A line of the head, as far as it was received, without its LF.
struct Line {
  std::size_t start;
  std::string_view text;
  bool first;  // the request line
};

Line LineAt(std::string_view head, std::size_t offset) noexcept {
  const std::size_t before = offset == 0 ? head.npos : head.rfind('\n', offset - 1);
  const std::size_t start = before == head.npos ? 0 : before + 1;
  // An empty line may stand before the request (RFC 9112 section 2.2).
  const bool first = start == 0 || head.substr(0, start) == "\r\n";
  const std::string_view rest = head.substr(std::min(start, head.size()));
  return {start, rest.substr(0, rest.find('\n')), first};
}

// From which byte of the line on nothing is shown.
std::size_t SecretFrom(const Line& line) {
  if (line.first) {
    const std::size_t question = line.text.find('?');
    return question == line.text.npos ? line.text.size() : question + 1;
  }
  if (!line.text.empty() && (line.text.front() == ' ' || line.text.front() == '\t'))
    return 0;  // it may go on with any value
  const std::size_t colon = line.text.find(':');
  const bool secret =
      colon != line.text.npos && internal::IsSensitiveName(line.text.substr(0, colon));
  return secret ? colon + 1 : line.text.size();
}

bool IsPrintable(char c) noexcept { return c >= 0x20 && c < 0x7f; }

}  // namespace

std::string FieldNameAt(std::string_view head, std::size_t offset) {
  if (offset > head.size()) return "";
  const Line line = LineAt(head, offset);
  if (line.first) return "";
  const std::size_t colon = line.text.find(':');
  // Without a colon: what there is of the name, but not the CR of the empty line.
  std::string_view name = line.text.substr(0, colon);
  if (colon == line.text.npos && !name.empty() && name.back() == '\r') name.remove_suffix(1);
  std::string text(name.substr(0, BadRequest::kMaxNameBytes));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return !IsPrintable(c); }, '?');
  return text;
}

std::string RedactedLine(std::string_view head, std::size_t offset, std::size_t most) {
  if (offset > head.size() || most == 0) return "";
  const Line line = LineAt(head, offset);
  const std::size_t secret_from = SecretFrom(line);
  const std::size_t at = offset - line.start;
  // The offending byte stands in the middle, if the line is too long.
  const std::size_t begin = line.text.size() <= most ? 0
                                                     : std::min(at > most / 2 ? at - most / 2 : 0,
                                                                line.text.size() - most);
  const std::size_t end = std::min(line.text.size(), begin + most);
  std::string text;
  for (std::size_t i = begin; i < end; ++i) {
    const bool hidden = i >= secret_from && i != at && line.text[i] != '\r';
    text += internal::VisibleByte(hidden ? '*' : line.text[i]);
  }
  return text;
}

}  // namespace weir

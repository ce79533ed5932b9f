#include "weir/parser/explain/excerpt.h"

#include <algorithm>

#include "weir/parser/explain/sensitive_name.h"
#include "weir/parser/explain/source_place.h"
#include "weir/parser/explain/visible_text.h"

namespace weir::internal {
namespace {

// Where a sensitive value starts in its line; npos if the line has none.
std::size_t SensitiveFrom(std::string_view line) {
  const std::string_view name = NameOf(line);
  const bool has_value = name.size() < line.size() && line[name.size()] == ':';
  return has_value && IsSensitiveName(name) ? name.size() + 1 : std::string_view::npos;
}

std::string_view LineBefore(std::string_view input, std::size_t start) {
  if (start < 2) return {};
  const std::size_t end = input.rfind('\n', start - 2);
  return LineAt(input, end == std::string_view::npos ? 0 : end + 1);
}

// Where the bytes of the line that starts at `start` are to be hidden from; npos if nowhere. A line
// that begins with white space goes on with the value of the line before.
std::size_t HiddenFrom(std::string_view input, std::size_t start) {
  const std::string_view line = LineAt(input, start);
  const bool folded = !line.empty() && (line[0] == ' ' || line[0] == '\t');
  if (!folded) return SensitiveFrom(line);
  const std::size_t before = SensitiveFrom(LineBefore(input, start));
  return before == std::string_view::npos ? before : 0;
}

bool IsPrintable(char c) { return c > ' ' && c < '\x7f'; }

}  // namespace

std::string Excerpt(std::string_view input, const SourcePlace& place,
                    const RenderOptions& options) {
  const std::string_view line = LineAt(input, place.line_start);
  const std::size_t at = place.column - 1;
  const std::size_t hidden =
      options.show_values ? std::string_view::npos : HiddenFrom(input, place.line_start);
  const std::size_t from = at > options.context_bytes ? at - options.context_bytes : 0;
  const std::size_t to = std::min(line.size(), at + options.context_bytes + 1);
  std::string text = from > 0 ? "..." : "";
  std::size_t caret = text.size();
  for (std::size_t i = from; i < to; ++i) {
    if (i == at) caret = text.size();
    text += i >= hidden && i != at && IsPrintable(line[i]) ? "*" : VisibleByte(line[i]);
  }
  if (at >= line.size()) caret = text.size();
  if (to < line.size()) text += "...";
  const std::string number = std::to_string(place.line);
  return "  " + number + " | " + text + "\n  " + std::string(number.size(), ' ') + " | " +
         std::string(caret, ' ') + "^\n";
}

}  // namespace weir::internal

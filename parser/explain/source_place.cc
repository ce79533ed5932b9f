#include "weir/parser/explain/source_place.h"

#include <algorithm>

#include "weir/parser/explain/visible_text.h"

namespace weir::internal {
namespace {

constexpr std::size_t kMaxNameBytes = 64;  // of a name that is shown

std::size_t LineStart(std::string_view input, std::size_t offset) {
  const std::size_t end = offset == 0 ? std::string_view::npos : input.rfind('\n', offset - 1);
  return end == std::string_view::npos ? 0 : end + 1;
}

bool IsEmptyLine(std::string_view line) { return line == "\r\n" || line == "\n"; }

// Of an error in a head, for the line at `line_start`.
RequestPart HeadPart(std::string_view input, std::size_t request_start, std::size_t line_start) {
  std::size_t first = request_start;
  if (IsEmptyLine(LineAt(input, first))) first += LineAt(input, first).size();
  if (line_start <= first) return RequestPart::kRequestLine;
  return IsEmptyLine(LineAt(input, line_start)) ? RequestPart::kHeadEnd : RequestPart::kField;
}

bool IsAboutTrailers(ParseError error) { return error >= ParseError::kTrailerSpaceBeforeColon; }

bool IsAboutChunks(ParseError error) { return error >= ParseError::kChunkSizeInvalid; }

// Whether the head ends before `offset`, as it does for a chunk that makes a body too large.
bool IsBehindHead(std::string_view input, std::size_t request_start, std::size_t offset) {
  const std::size_t end = input.find("\r\n\r\n", request_start);
  return end != std::string_view::npos && end + 4 <= offset;
}

RequestPart PartOf(std::string_view input, std::size_t request_start, std::size_t line_start,
                   std::size_t offset, ParseError error) {
  if (IsAboutTrailers(error)) return RequestPart::kTrailer;
  if (IsAboutChunks(error)) return RequestPart::kChunk;
  if (error == ParseError::kBodyTooLarge && IsBehindHead(input, request_start, offset)) {
    return RequestPart::kChunk;
  }
  return HeadPart(input, request_start, line_start);
}

}  // namespace

std::string_view LineAt(std::string_view input, std::size_t line_start) {
  const std::string_view rest = input.substr(std::min(line_start, input.size()));
  const std::size_t end = rest.find('\n');
  return end == std::string_view::npos ? rest : rest.substr(0, end + 1);
}

std::string_view NameOf(std::string_view line) {
  return line.substr(0, line.find_first_of(":\r\n"));
}

SourcePlace FindPlace(std::string_view input, std::size_t request_start, std::size_t offset,
                      ParseError error) {
  SourcePlace place;
  // What is missing in a head is found behind it: the empty line is the place to put it.
  if (error == ParseError::kHostMissing) offset -= 2;
  place.line_start = LineStart(input, offset);
  place.line =
      1 + static_cast<std::size_t>(std::count(
              input.begin(), input.begin() + static_cast<std::ptrdiff_t>(place.line_start), '\n'));
  place.column = 1 + offset - place.line_start;
  place.part = PartOf(input, request_start, place.line_start, offset, error);
  if (place.part == RequestPart::kField || place.part == RequestPart::kTrailer) {
    place.field_name =
        VisibleText(NameOf(LineAt(input, place.line_start)).substr(0, kMaxNameBytes));
  }
  return place;
}

}  // namespace weir::internal

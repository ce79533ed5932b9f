#include "weir/tests/conformance/stream_events.h"

#include <cstdio>

namespace weir {
namespace {

std::string FramingText(const MessageFraming& framing) {
  if (framing.kind == BodyKind::kNone) return "none";
  if (framing.kind == BodyKind::kChunked) return "chunked";
  return std::to_string(framing.content_length);
}

std::string TargetText(const RequestTarget& target) {
  constexpr const char* kForms[] = {"origin", "absolute", "authority", "asterisk"};
  return std::string("target ") + kForms[static_cast<int>(target.form)] +
         " scheme=" + std::string(target.scheme) + " authority=" + std::string(target.authority) +
         " path=" + std::string(target.path) + " query=" + (target.has_query ? "?" : "") +
         std::string(target.query);
}

}  // namespace

std::string Escape(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    char piece[8] = {c};
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\r')
      std::snprintf(piece, sizeof(piece), "\\r");
    else if (c == '\n')
      std::snprintf(piece, sizeof(piece), "\\n");
    else if (c == '\t')
      std::snprintf(piece, sizeof(piece), "\\t");
    else if (c == '\\')
      std::snprintf(piece, sizeof(piece), "\\\\");
    else if (byte < 0x20 || byte > 0x7e)
      std::snprintf(piece, sizeof(piece), "\\x%02x", byte);
    text += piece;
  }
  return text;
}

StreamReader::StreamReader(const ParserLimits& limits)
    : limits_(limits), fields_(limits.max_fields + 1), parser_(fields_.data(), limits.max_fields) {}

void StreamReader::Read(std::string_view input) {
  started_ = started_ || input.size() > start_;
  while (!done_ && (in_body_ ? ReadBody(input) : ReadHead(input))) {
  }
}

bool StreamReader::ReadHead(std::string_view input) {
  if (start_ == input.size()) return false;
  started_ = true;
  const ParseStatus status = parser_.Parse(input.substr(start_), limits_);
  if (status == ParseStatus::kIncomplete) return false;
  if (status == ParseStatus::kError) {
    AddError(parser_.error(), start_ + parser_.error_offset());
    return false;
  }
  AddHead();
  start_ += parser_.head_bytes();
  body_start_ = start_;
  decoder_.Start(parser_.head().framing);
  keep_alive_ = parser_.head().keep_alive;
  in_body_ = true;
  return true;
}

bool StreamReader::ReadBody(std::string_view input) {
  const BodyStep step = decoder_.Decode(input.substr(start_), limits_);
  content_ += step.data;
  start_ += step.consumed;
  if (step.status == BodyStatus::kData) return true;
  if (step.status == BodyStatus::kMore) return false;
  AddContent();
  if (step.status == BodyStatus::kError) {
    AddError(decoder_.error(), body_start_ + decoder_.error_offset());
    return false;
  }
  in_body_ = false;
  started_ = false;
  parser_.Reset();
  if (keep_alive_) return true;
  events_.push_back("closed");
  done_ = true;
  return false;
}

void StreamReader::AddHead() {
  const RequestHead& head = parser_.head();
  std::string line = "head " + std::string(head.method_text) + " " + Escape(head.target.text) +
                     " 1." + std::to_string(head.minor_version) + " " +
                     std::to_string(head.fields.size()) + " " + FramingText(head.framing);
  if (!head.keep_alive) line += " close";
  if (head.expect_continue) line += " continue";
  if (head.upgrade) line += " upgrade";
  events_.push_back(line);
  events_.push_back(TargetText(head.target));
  for (const Field field : head.fields) {
    events_.push_back("field " + Escape(field.name) + "=" + Escape(field.value));
  }
}

void StreamReader::AddContent() {
  if (!content_.empty()) events_.push_back("body " + Escape(content_));
  content_.clear();
}

void StreamReader::AddError(ParseError error, std::size_t offset) {
  const ParseErrorInfo& info = Describe(error);
  events_.push_back("error " + std::string(info.name) + " " + std::to_string(info.status) + " " +
                    std::to_string(offset));
  done_ = true;
}

std::vector<std::string> StreamReader::Finish() {
  AddContent();
  if (!done_ && (in_body_ || started_)) events_.push_back("incomplete");
  return events_;
}

std::vector<std::string> ReadWhole(std::string_view input, const ParserLimits& limits) {
  StreamReader reader(limits);
  reader.Read(input);
  return reader.Finish();
}

}  // namespace weir

#include "weir/tests/peers/stream_view.h"

#include "weir/parser/body_decoder.h"
#include "weir/parser/request_parser.h"

namespace weir {
namespace {

std::string FramingText(const MessageFraming& framing) {
  if (framing.kind == BodyKind::kNone) return "none";
  if (framing.kind == BodyKind::kChunked) return "chunked";
  return std::to_string(framing.content_length);
}

MessageView View(const RequestHead& head) {
  MessageView message;
  message.method = head.method_text;
  message.target = head.target.text;
  message.minor_version = head.minor_version;
  for (const Field field : head.fields) message.fields.emplace_back(field.name, field.value);
  message.framing = FramingText(head.framing);
  message.keep_alive = head.keep_alive;
  return message;
}

}  // namespace

StreamView ReadWithWeir(std::string_view bytes) {
  const ParserLimits limits;
  std::vector<FieldRef> table(limits.max_fields);
  RequestParser parser(table.data(), limits.max_fields);
  BodyDecoder decoder;
  StreamView stream;
  std::size_t at = 0;
  while (stream.messages.empty() || stream.messages.back().keep_alive) {
    parser.Reset();
    const ParseStatus status = parser.Parse(bytes.substr(at), limits);
    if (status == ParseStatus::kError) stream.refusal = Describe(parser.error()).name;
    if (status != ParseStatus::kComplete) return stream;
    stream.messages.push_back(View(parser.head()));
    MessageView& message = stream.messages.back();
    message.head = bytes.substr(at, parser.head_bytes());
    at += parser.head_bytes();
    decoder.Start(parser.head().framing);
    BodyStep step;
    do {
      step = decoder.Decode(bytes.substr(at), limits);
      message.body += step.data;
      at += step.consumed;
    } while (step.status == BodyStatus::kData);
    if (step.status == BodyStatus::kError) stream.refusal = Describe(decoder.error()).name;
    if (step.status != BodyStatus::kComplete) return stream;
    message.complete = true;
    message.end = at;
  }
  return stream;
}

}  // namespace weir

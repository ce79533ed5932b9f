#include "weir/tests/peers/http_parser_view.h"

#include <http_parser.h>

namespace weir {
namespace {

struct Reading {
  StreamView stream;
  MessageView message;
  bool in_value = true;  // the last piece of a field line was its value

  static Reading& Of(http_parser* parser) { return *static_cast<Reading*>(parser->data); }
};

int OnBegin(http_parser* parser) {
  Reading::Of(parser).message = MessageView();
  Reading::Of(parser).in_value = true;
  return 0;
}

int OnUrl(http_parser* parser, const char* at, std::size_t length) {
  Reading::Of(parser).message.target.append(at, length);
  return 0;
}

int OnName(http_parser* parser, const char* at, std::size_t length) {
  if ((parser->flags & F_TRAILING) != 0) return 0;
  Reading& reading = Reading::Of(parser);
  if (reading.in_value) reading.message.fields.emplace_back();
  reading.in_value = false;
  reading.message.fields.back().first.append(at, length);
  return 0;
}

int OnValue(http_parser* parser, const char* at, std::size_t length) {
  if ((parser->flags & F_TRAILING) != 0) return 0;
  Reading& reading = Reading::Of(parser);
  reading.in_value = true;
  reading.message.fields.back().second.append(at, length);
  return 0;
}

int OnHead(http_parser* parser) {
  Reading& reading = Reading::Of(parser);
  MessageView& message = reading.message;
  message.method = http_method_str(static_cast<http_method>(parser->method));
  message.minor_version = parser->http_minor;
  message.framing = "none";
  if ((parser->flags & F_CONTENTLENGTH) != 0) {
    message.framing = std::to_string(parser->content_length);
  }
  if ((parser->flags & F_CHUNKED) != 0) message.framing = "chunked";
  message.keep_alive = http_should_keep_alive(parser) != 0;
  reading.stream.messages.push_back(message);
  return 0;
}

int OnBody(http_parser* parser, const char* at, std::size_t length) {
  Reading::Of(parser).stream.messages.back().body.append(at, length);
  return 0;
}

int OnEnd(http_parser* parser) {
  Reading::Of(parser).stream.messages.back().complete = true;
  http_parser_pause(parser, 1);  // so that it says where it is
  return 0;
}

http_parser_settings Settings() {
  http_parser_settings settings;
  http_parser_settings_init(&settings);
  settings.on_message_begin = OnBegin;
  settings.on_url = OnUrl;
  settings.on_header_field = OnName;
  settings.on_header_value = OnValue;
  settings.on_headers_complete = OnHead;
  settings.on_body = OnBody;
  settings.on_message_complete = OnEnd;
  return settings;
}

}  // namespace

StreamView ReadWithHttpParser(std::string_view bytes) {
  static const http_parser_settings settings = Settings();
  Reading reading;
  http_parser parser;
  http_parser_init(&parser, HTTP_REQUEST);
  parser.data = &reading;
  std::size_t at = 0;
  while (at < bytes.size()) {
    at += http_parser_execute(&parser, &settings, bytes.data() + at, bytes.size() - at);
    const http_errno error = HTTP_PARSER_ERRNO(&parser);
    if (error == HPE_OK) break;
    if (error != HPE_PAUSED) {
      reading.stream.refusal = http_errno_name(error);
      break;
    }
    reading.stream.messages.back().end = at;
    if (parser.method == HTTP_CONNECT) break;
    http_parser_pause(&parser, 0);
  }
  return std::move(reading.stream);
}

}  // namespace weir

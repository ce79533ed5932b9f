// The other parsers that parser_bench measures, in the shape that measured_parsers.h describes.

#ifndef WEIR_TESTS_BENCH_PEER_PARSERS_H_
#define WEIR_TESTS_BENCH_PEER_PARSERS_H_

#include <http_parser.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "weir/parser/header_fields.h"
#include "weir/tests/bench/measured_parsers.h"
#include "weir/tests/bench/peer_libraries.h"

namespace weir {

class PicoHttpParser {
 public:
  explicit PicoHttpParser(const PicoLibrary& library) : library_(library) {}

  std::size_t ReadHead(std::string_view bytes) { return Parse(bytes, 0); }

  std::size_t ReadByteByByte(std::string_view bytes) {
    for (std::size_t size = 1; size < bytes.size(); ++size) {
      if (Parse(bytes.substr(0, size), size - 1) != 0) return 0;
    }
    return Parse(bytes, bytes.size() - 1);
  }

 private:
  std::size_t Parse(std::string_view bytes, std::size_t seen) {
    std::size_t count = fields_.size();
    const int length =
        library_.parse_request(bytes.data(), bytes.size(), &method_, &method_size_, &path_,
                               &path_size_, &minor_version_, fields_.data(), &count, seen);
    return length > 0 ? static_cast<std::size_t>(length) : 0;
  }

  const PicoLibrary library_;
  const char* method_ = nullptr;
  std::size_t method_size_ = 0;
  const char* path_ = nullptr;
  std::size_t path_size_ = 0;
  int minor_version_ = 0;
  std::array<PicoHeader, kBenchFields> fields_ = {};
};

// Debian's http_parser, whose callbacks note where the target, the names and the values are.
class HttpParser {
 public:
  HttpParser() {
    settings_.on_url = OnUrl;
    settings_.on_header_field = OnName;
    settings_.on_header_value = OnValue;
    settings_.on_message_complete = OnComplete;
  }

  std::size_t ReadHead(std::string_view bytes) {
    Begin();
    const std::size_t taken = http_parser_execute(&parser_, &settings_, bytes.data(), bytes.size());
    return complete_ ? taken : 0;
  }

  std::size_t ReadByteByByte(std::string_view bytes) {
    Begin();
    std::size_t taken = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      taken += http_parser_execute(&parser_, &settings_, bytes.data() + i, 1);
    }
    return complete_ ? taken : 0;
  }

 private:
  void Begin() {
    http_parser_init(&parser_, HTTP_REQUEST);
    parser_.data = this;
    names_ = values_ = 0;
    complete_ = false;
  }

  static HttpParser& Self(http_parser* parser) { return *static_cast<HttpParser*>(parser->data); }
  static int OnUrl(http_parser* parser, const char* at, std::size_t size) {
    Self(parser).url_ = {at, size};
    return 0;
  }
  static int OnName(http_parser* parser, const char* at, std::size_t size) {
    HttpParser& self = Self(parser);
    self.fields_[self.names_++ % kBenchFields].name = {at, size};
    return 0;
  }
  static int OnValue(http_parser* parser, const char* at, std::size_t size) {
    HttpParser& self = Self(parser);
    self.fields_[self.values_++ % kBenchFields].value = {at, size};
    return 0;
  }
  // Pauses, so that one call reads one request of several, as the others do.
  static int OnComplete(http_parser* parser) {
    Self(parser).complete_ = true;
    http_parser_pause(parser, 1);
    return 0;
  }

  http_parser parser_ = {};
  http_parser_settings settings_ = {};
  std::string_view url_;
  std::array<Field, kBenchFields> fields_ = {};
  std::uint32_t names_ = 0;
  std::uint32_t values_ = 0;
  bool complete_ = false;
};

class HttparseParser {
 public:
  explicit HttparseParser(HttparseFunction function) : function_(function) {}

  std::size_t ReadHead(std::string_view bytes) { return function_(bytes.data(), bytes.size()); }

 private:
  const HttparseFunction function_;
};

}  // namespace weir

#endif  // WEIR_TESTS_BENCH_PEER_PARSERS_H_

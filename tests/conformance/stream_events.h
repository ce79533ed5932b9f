// A connection's input as the events that the parser and the body decoder make of it.

#ifndef WEIR_TESTS_CONFORMANCE_STREAM_EVENTS_H_
#define WEIR_TESTS_CONFORMANCE_STREAM_EVENTS_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "weir/parser/body_decoder.h"
#include "weir/parser/parser_limits.h"
#include "weir/parser/request_parser.h"

namespace weir {

// Reads a stream, request after request, of which more and more is there. Its events:
//
//   head METHOD TARGET VERSION FIELDS BODY [close] [continue] [upgrade]   BODY: none, a length,
//                                                                         or chunked
//   target FORM scheme=S authority=A path=P query=Q                       Q with its '?'
//   field NAME=VALUE                                                      one for each
//   body CONTENT          the content that came, complete or not, if any did
//   error NAME STATUS OFFSET
//   closed                after a request that no other may follow, or
//   incomplete            at the end, in the middle of a request
class StreamReader {
 public:
  explicit StreamReader(const ParserLimits& limits);

  // Reads on. `input` is the stream from its start, and may be somewhere else than before.
  void Read(std::string_view input);

  // Ends the stream. To be called once.
  std::vector<std::string> Finish();

 private:
  bool ReadHead(std::string_view input);
  bool ReadBody(std::string_view input);
  void AddHead();
  void AddContent();
  void AddError(ParseError error, std::size_t offset);

  ParserLimits limits_;
  std::vector<FieldRef> fields_;
  RequestParser parser_;
  BodyDecoder decoder_;
  bool in_body_ = false;
  bool done_ = false;
  bool keep_alive_ = true;
  bool started_ = false;
  std::size_t start_ = 0;  // of the request, or of what the decoder has not seen
  std::size_t body_start_ = 0;
  std::string content_;
  std::vector<std::string> events_;
};

// The events of `input` when it is all there at once.
std::vector<std::string> ReadWhole(std::string_view input, const ParserLimits& limits);

// `bytes` as in a case file.
std::string Escape(std::string_view bytes);

}  // namespace weir

#endif  // WEIR_TESTS_CONFORMANCE_STREAM_EVENTS_H_

// What a request needs while it is served, if content streams in or out.

#ifndef WEIR_REACTOR_CONN_EXCHANGE_H_
#define WEIR_REACTOR_CONN_EXCHANGE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "weir/reactor/conn/response_encoder.h"
#include "weir/reactor/handler.h"
#include "weir/reactor/request_body.h"
#include "weir/reactor/response_channel.h"

namespace weir {

// Who gets the content.
enum class BodyMode : std::uint8_t {
  kTaken,       // it is whole, or there was none
  kUnread,      // nobody has asked for it
  kReading,     // the reader, as it comes
  kPaused,      // the reader, later
  kCollecting,  // a whole-request handler, once it is whole
};

// A connection has one only while it serves such a request. One thread.
struct Exchange {
  // The answer.
  std::shared_ptr<StreamState> stream;  // none: no streamed answer has begun
  std::function<void()> on_writable;
  ResponseFraming framing = ResponseFraming::kLength;
  bool content = false;  // the answer has any

  // The content.
  BodyMode body = BodyMode::kTaken;
  std::unique_ptr<BodyReader> reader;
  BodyOptions options;
  std::string trailers;  // as received, so far
  Handler collect_handler;
  ResponseWriter collect_response;

  NewOwner new_owner;  // of the socket, once the answer is sent

  // As good as new. What it still owns ends.
  void Recycle() { *this = Exchange(); }
};

// Callbacks that are due when no connection is being driven: an exchange has ended under them.
struct Farewell {
  std::unique_ptr<BodyReader> reader;
  BodyError error = BodyError::kClientGone;
  std::function<void()> on_writable;
  NewOwner new_owner;
  HandedOver handed_over;  // what it gets
};

}  // namespace weir

#endif  // WEIR_REACTOR_CONN_EXCHANGE_H_

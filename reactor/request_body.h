// The content of a request, as it comes.

#ifndef WEIR_REACTOR_REQUEST_BODY_H_
#define WEIR_REACTOR_REQUEST_BODY_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "weir/parser/header_fields.h"
#include "weir/reactor/exchange_handle.h"
#include "weir/reactor/response_writer.h"

namespace weir {

class Request;

// Why content ended before its end.
enum class BodyError : std::uint8_t {
  kClientGone,  // the client closed or reset the connection, or the server has ended
  kRefused,     // malformed, or too large: the client got a 400, 413 or 431, or was cut
  kTimeout,     // body_timeout_ms or min_body_bytes_per_second: the client got a 408, or was cut
  kAnswered,    // the answer ended, whole or cut, before the content did
  kFailed,      // a callback of the reader threw
};

enum class BodyFlow : std::uint8_t {
  kContinue,
  kPause,  // give no more until RequestBody::Resume
};

// Takes content, piece by piece. Called in the reactor's thread, which must not be blocked; owned
// by the connection until OnEnd or OnError has returned. An exception ends the exchange: a 500 if
// no answer has begun, else the connection is cut; handler_exceptions counts it.
class BodyReader {
 public:
  virtual ~BodyReader() = default;

  // The next bytes of content, without chunked coding: never empty, at most 64 KiB, valid until
  // this returns.
  virtual BodyFlow OnData(std::string_view bytes) = 0;
  // The content is whole. `trailers` is empty unless BodyOptions asked for them; valid until this
  // returns; never merge them into the fields (RFC 9110 section 6.5).
  virtual void OnEnd(const HeaderFields& trailers) = 0;
  // The content will never be whole. Called at most once, and never after OnEnd.
  virtual void OnError(BodyError error) = 0;
};

struct BodyOptions {
  // Content, in bytes, beyond which the request is refused with 413. Default: max_body_bytes.
  std::optional<std::uint64_t> max_bytes;
  // Whether OnEnd gets the trailer section's fields.
  bool trailers = false;
};

// The right to read a request's content. Move-only; one thread at a time, any thread. Nothing is
// read from the client before Read or Collect, nor while paused: TCP then holds the client back. A
// client that waits for 100 Continue gets it from them (RFC 9110 section 10.1.1).
//
// An answer that is whole before the content is closes the connection behind it, unless the rest
// has come already.
class RequestBody {
 public:
  RequestBody() noexcept = default;
  RequestBody(RequestBody&&) noexcept = default;
  RequestBody& operator=(RequestBody&&) noexcept = default;
  RequestBody(const RequestBody&) = delete;
  RequestBody& operator=(const RequestBody&) = delete;
  ~RequestBody() = default;

  // Whether there is content to read; false for Content-Length: 0 and for no framing at all.
  bool has_content() const noexcept { return has_content_; }
  // Bytes of content, if the client has declared them: a chunked body has no length before its end.
  std::optional<std::uint64_t> content_length() const noexcept { return length_; }

  // Starts to give the content to `reader`. Does nothing if it was started before.
  void Read(std::unique_ptr<BodyReader> reader, const BodyOptions& options = {});

  // Has the whole content, up to max_body_bytes of it, held in memory and then the request given to
  // `handler`, as if that were the server's: for the requests that don't need streaming. Does
  // nothing if reading was started before.
  void Collect(ResponseWriter response,
               std::function<void(const Request& request, ResponseWriter response)> handler);

  // Stops and goes on. From another thread than the reactor's, pieces may still come until it has
  // heard of it. While paused no deadline of the body runs.
  void Pause();
  void Resume();

 private:
  friend class Connection;

  RequestBody(ExchangeHandle handle, bool has_content, std::optional<std::uint64_t> length) noexcept
      : handle_(std::move(handle)), has_content_(has_content), length_(length) {}
  void SetPaused(bool paused);

  ExchangeHandle handle_;
  bool has_content_ = false;
  bool started_ = false;
  std::optional<std::uint64_t> length_;
};

}  // namespace weir

#endif  // WEIR_REACTOR_REQUEST_BODY_H_

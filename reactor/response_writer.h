// How a handler answers: now, or later from any thread.

#ifndef WEIR_REACTOR_RESPONSE_WRITER_H_
#define WEIR_REACTOR_RESPONSE_WRITER_H_

#include <cstdint>
#include <string_view>
#include <utility>

#include "weir/reactor/exchange_handle.h"
#include "weir/reactor/response.h"

namespace weir {

class ResponseStream;
struct StreamOptions;

enum class SendStatus : std::uint8_t {
  kOk,           // handed to the reactor, which writes it as fast as the client takes it
  kClientGone,   // the connection or the server has ended: nobody will see the answer
  kAlreadySent,  // this writer was used before, or moved from
  kInvalid,      // a status, reason, field or content that may not be sent: 500 was sent instead
};

// The right, and the duty, to answer one request. Move-only; one thread at a time, any thread. If
// it is destroyed without an answer, the client gets a 500 and responses_unsent counts it.
class ResponseWriter {
 public:
  ResponseWriter() noexcept = default;
  ResponseWriter(ResponseWriter&& other) noexcept
      : channel_(std::exchange(other.channel_, nullptr)), ticket_(other.ticket_) {}
  ResponseWriter& operator=(ResponseWriter&& other) noexcept;
  ResponseWriter(const ResponseWriter&) = delete;
  ResponseWriter& operator=(const ResponseWriter&) = delete;
  ~ResponseWriter() {
    if (channel_ != nullptr) GiveUp();
  }

  // Sends the answer; all views are copied before it returns. In the reactor's own thread without a
  // lock, from other threads through the reactor's mailbox.
  SendStatus Send(const Response& response);
  SendStatus Send(int status, std::string_view content_type, std::string_view body);

  // Begins an answer whose content is then written to the stream; `head` has none. Uses the writer
  // up. Gives a stream that has ended if this writer was used before, or if `head` may not be sent:
  // the client then gets a 500, which responses_invalid counts. (Include response_stream.h.)
  ResponseStream Start(const Response& head);
  ResponseStream Start(const Response& head, const StreamOptions& options);

  // Whether an answer can still reach the client, as far as is known now. False after Send.
  bool client_connected() const;

  // Whether this writer still owes an answer.
  explicit operator bool() const noexcept { return channel_ != nullptr; }

 private:
  friend class Connection;

  ResponseWriter(ResponseChannel* channel, ResponseTicket ticket) noexcept
      : channel_(channel), ticket_(ticket) {}
  void GiveUp();

  ResponseChannel* channel_ = nullptr;
  ResponseTicket ticket_;
};

}  // namespace weir

#endif  // WEIR_REACTOR_RESPONSE_WRITER_H_

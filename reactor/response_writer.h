// How a handler answers: now, or later from any thread.

#ifndef WEIR_REACTOR_RESPONSE_WRITER_H_
#define WEIR_REACTOR_RESPONSE_WRITER_H_

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/reactor/exchange_handle.h"
#include "weir/reactor/hand_over.h"
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

  // Switches to `protocol` (RFC 9110 section 7.8): sends 101 with that Upgrade and with `fields`,
  // and once the client can have all of it gives the socket to `owner`, which has it from then on:
  // no limit, deadline or drain of the server's holds for it any more, nor does it count as one of
  // max_connections. kInvalid if the request asks for no other protocol (OffersUpgrade tells
  // which), or a field may not be sent: the client gets a 500, and `owner` is not called. Content
  // must have been read: if it comes out later that it was not, the client gets a 500 and `owner`
  // no socket.
  SendStatus Upgrade(std::string_view protocol, const std::vector<ResponseField>& fields,
                     NewOwner owner);

  // The same for CONNECT (RFC 9110 section 9.3.6), by 200 without content: `owner` is to carry
  // bytes between the socket and what the target names. CONNECT reaches only handlers that were
  // given with AnyHandler::WithConnect. What Send answers to it must not be 2xx, and closes the
  // connection.
  SendStatus OpenTunnel(const std::vector<ResponseField>& fields, NewOwner owner);

  // Whether an answer can still reach the client, as far as is known now. False after Send.
  bool client_connected() const;

  // Whether this writer still owes an answer.
  explicit operator bool() const noexcept { return channel_ != nullptr; }

 private:
  friend class Connection;

  ResponseWriter(ResponseChannel* channel, ResponseTicket ticket) noexcept
      : channel_(channel), ticket_(ticket) {}
  void GiveUp();

  SendStatus HandOver(const Response& head, std::string_view protocol, NewOwner owner);
  // 2xx would tell a client that there is a tunnel.
  bool MayAnswer(int status) const noexcept { return !ticket_.connect || status / 100 != 2; }

  ResponseChannel* channel_ = nullptr;
  ResponseTicket ticket_;
};

}  // namespace weir

#endif  // WEIR_REACTOR_RESPONSE_WRITER_H_

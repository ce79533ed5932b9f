// How a handler answers: now, or later from any thread.

#ifndef WEIR_REACTOR_RESPONSE_WRITER_H_
#define WEIR_REACTOR_RESPONSE_WRITER_H_

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

class ResponseChannel;

// One field of an answer. The bytes are copied by Send.
struct ResponseField {
  std::string_view name;
  std::string_view value;
};

// An answer. Content-Length, Date and Connection are added by Weir, which alone frames messages;
// naming one of them, or Transfer-Encoding, is refused (kInvalid). To close the connection after
// this answer set `close`.
struct Response {
  int status = 200;                   // 200 to 599
  std::string_view content_type;      // no Content-Type field when empty
  std::vector<ResponseField> fields;  // further fields, in this order
  std::string_view body;              // not sent for HEAD, 204 and 304
  bool close = false;
};

enum class SendStatus : std::uint8_t {
  kOk,           // handed to the reactor, which writes it as fast as the client takes it
  kClientGone,   // the connection or the server has ended: nobody will see the answer
  kAlreadySent,  // this writer was used before, or moved from
  kInvalid,      // a status, field name or field value that may not be sent: 500 was sent instead
};

// Names one request of one connection, so that a late answer can't reach another one. For Weir
// itself.
struct ResponseTicket {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
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
  ~ResponseWriter();

  // Sends the answer; all bytes are copied before it returns. In the reactor's own thread without a
  // lock, from other threads through the reactor's mailbox.
  SendStatus Send(const Response& response);
  SendStatus Send(int status, std::string_view content_type, std::string_view body);

  // Whether an answer can still reach the client, as far as is known now. False after Send.
  bool client_connected() const;

  // Whether this writer still owes an answer.
  explicit operator bool() const noexcept { return channel_ != nullptr; }

 private:
  friend class Connection;

  ResponseWriter(ResponseChannel* channel, ResponseTicket ticket) noexcept
      : channel_(channel), ticket_(ticket) {}

  ResponseChannel* channel_ = nullptr;
  ResponseTicket ticket_;
};

}  // namespace weir

#endif  // WEIR_REACTOR_RESPONSE_WRITER_H_

// What the handles of one request (RequestBody, ResponseStream) are made of. For Weir itself.

#ifndef WEIR_REACTOR_EXCHANGE_HANDLE_H_
#define WEIR_REACTOR_EXCHANGE_HANDLE_H_

#include <atomic>
#include <cstdint>
#include <string_view>
#include <utility>

#include "weir/reactor/response.h"

namespace weir {

class ResponseChannel;

// Names one request of one connection, so that what comes late can't reach another one.
struct ResponseTicket {
  std::uint64_t generation = 0;  // of all requests of its reactor
  std::uint32_t slot = 0;
  bool head_request = false;  // it is HEAD: the answer has no content
  bool upgrade = false;       // it asks for another protocol
  bool connect = false;       // it is CONNECT: success means a tunnel
};

// A reference to the channel of a request's reactor, which stays for as long as one is left.
class ExchangeHandle {
 public:
  ExchangeHandle() noexcept = default;
  // Takes over a reference.
  ExchangeHandle(ResponseChannel* channel, ResponseTicket ticket) noexcept
      : channel_(channel), ticket_(ticket) {}
  ExchangeHandle(ExchangeHandle&& other) noexcept
      : channel_(std::exchange(other.channel_, nullptr)), ticket_(other.ticket_) {}
  ExchangeHandle& operator=(ExchangeHandle&& other) noexcept;
  ~ExchangeHandle() { Reset(); }

  bool valid() const noexcept { return channel_ != nullptr; }
  ResponseChannel* channel() const noexcept { return channel_; }
  ResponseTicket ticket() const noexcept { return ticket_; }
  // Gives the reference up.
  void Reset() noexcept;

 private:
  ResponseChannel* channel_ = nullptr;
  ResponseTicket ticket_;
};

// One piece of content: exactly one of the three.
struct ContentPiece {
  std::string_view bytes;
  SharedBytes shared;
  FileRegion file;

  std::uint64_t size() const noexcept {
    if (shared != nullptr) return shared->size();
    return file.file != nullptr ? file.length : bytes.size();
  }
};

// What a streamed answer's handle and its connection tell each other. Any thread.
struct StreamState {
  std::atomic<bool> gone{false};               // the connection has ended; set by the reactor
  std::atomic<bool> wants_writable{false};     // a piece was not taken: OnWritable is due
  std::atomic<std::uint32_t> posted{0};        // deliveries of the handle that have not arrived
  std::atomic<std::uint64_t> posted_bytes{0};  // content in them
  std::atomic<std::uint64_t> queued_bytes{0};  // bytes that wait in the connection

  std::uint64_t waiting() const noexcept { return posted_bytes.load() + queued_bytes.load(); }
};

}  // namespace weir

#endif  // WEIR_REACTOR_EXCHANGE_HANDLE_H_

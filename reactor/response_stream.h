// Answers whose content is made piece by piece.

#ifndef WEIR_REACTOR_RESPONSE_STREAM_H_
#define WEIR_REACTOR_RESPONSE_STREAM_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/reactor/exchange_handle.h"
#include "weir/reactor/response.h"

namespace weir {

// How the content of a streamed answer is framed.
struct StreamOptions {
  // How many bytes will be written. Without it HTTP/1.1 gets chunks, and HTTP/1.0 an answer that
  // ends with its connection (RFC 9112 sections 6.3 and 7.1).
  std::optional<std::uint64_t> content_length;
  // Names of fields that End will send, for the Trailer field (RFC 9110 section 6.6.2).
  std::vector<std::string_view> trailer_names;
};

enum class WriteStatus : std::uint8_t {
  kOk,          // taken: it is sent as fast as the client takes it
  kFull,        // not taken, since max_pending_output_bytes wait: try again when OnWritable says so
  kClientGone,  // not taken: the connection or the server has ended, nobody will see it
  kEnded,       // not taken: the stream has ended, or never began
  kInvalid,     // not taken: more than the declared length, or a field that may not be sent
};

// An answer under way: made by ResponseWriter::Start. Move-only; one thread at a time, any thread.
// Destroyed before End, it cuts the connection (CloseReason::kResponseCut), so that no client takes
// a part for the whole.
//
// Bounded: while less than max_pending_output_bytes wait, a piece is taken whole, however large;
// then none is. Content of answers that have none (HEAD, 204, 304) is taken and dropped.
class ResponseStream {
 public:
  ResponseStream() noexcept = default;
  ResponseStream(ResponseStream&&) noexcept = default;
  ResponseStream& operator=(ResponseStream&& other) noexcept;
  ResponseStream(const ResponseStream&) = delete;
  ResponseStream& operator=(const ResponseStream&) = delete;
  ~ResponseStream();

  // The next piece of content. The bytes are copied; shared bytes and files are kept instead, until
  // the client has them. Each piece is a chunk, so make them neither tiny nor huge.
  WriteStatus Write(std::string_view bytes);
  WriteStatus Write(SharedBytes bytes);
  WriteStatus Write(FileRegion region);

  // Calls `callback` in the reactor's thread each time that the client has taken half of what
  // waited after a kFull, and once when the connection ends under the stream; don't block in it. It
  // may use this stream. It is destroyed with the connection, or when the stream ends.
  void OnWritable(std::function<void()> callback);

  // Ends the answer. kInvalid, and the connection is cut: a declared length was not reached, or a
  // trailer field may not be sent. Trailers reach clients of chunked answers only; others get none.
  WriteStatus End() { return End({}); }
  WriteStatus End(const std::vector<ResponseField>& trailers);

  // Bytes taken that the kernel has not.
  std::uint64_t waiting_bytes() const noexcept;
  // Whether the client can still be reached, as far as is known now. False after End.
  bool client_connected() const noexcept;
  // Whether this stream still owes its end.
  explicit operator bool() const noexcept { return handle_.valid(); }

 private:
  friend class ResponseWriter;

  ResponseStream(ExchangeHandle handle, std::shared_ptr<StreamState> state,
                 std::optional<std::uint64_t> length) noexcept
      : handle_(std::move(handle)), state_(std::move(state)), left_(length) {}
  WriteStatus Take(ContentPiece piece);
  void Cut();

  ExchangeHandle handle_;
  std::shared_ptr<StreamState> state_;
  std::optional<std::uint64_t> left_;  // of the declared length
};

}  // namespace weir

#endif  // WEIR_REACTOR_RESPONSE_STREAM_H_

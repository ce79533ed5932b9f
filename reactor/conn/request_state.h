// What is known of a request that is being received.

#ifndef WEIR_REACTOR_CONN_REQUEST_STATE_H_
#define WEIR_REACTOR_CONN_REQUEST_STATE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "weir/parser/body_decoder.h"
#include "weir/parser/request_parser.h"
#include "weir/reactor/conn/byte_buffer.h"
#include "weir/reactor/conn/pace.h"

namespace weir {

// The received bytes and how far they were understood. buffer.begin() is the first byte of the
// request; content is decoded in place, behind the head:
//
//   begin()        head_bytes               unread()          end()
//   | head         | content so far | gap   | not yet decoded |
//
// A reactor has one that every read goes into; a connection has its own only while it has an
// unfinished request or bytes that wait their turn. One thread.
class RequestState {
 public:
  enum class Phase : std::uint8_t { kHead, kBody };

  RequestState() noexcept : parser(nullptr, 0) {}

  // Room for `fields` fields, keeping those that the parser has.
  void ReserveFields(std::uint32_t fields) {
    if (fields > fields_capacity_) GrowFields(fields);
  }

  // Takes over from `other`, which is left empty; copies what is still of use and no more.
  void TakeFrom(RequestState* other);

  // Parses the head. On kComplete the phase is kBody.
  ParseStatus ParseHead(const ParserLimits& limits) noexcept;

  // Decodes what is there. kData is not returned: kMore, kComplete or kError.
  BodyStatus DecodeBody(const ParserLimits& limits) noexcept;

  // REQUIRES: phase is kBody. Valid until the buffer changes.
  const RequestHead& head() noexcept {
    if (head_base_ != buffer.begin()) RelocateHeadFrom(head_base_);
    return parser.head();
  }
  std::string_view content() noexcept {
    return {buffer.begin() + head_bytes_, static_cast<std::size_t>(decoder.content_bytes())};
  }
  // The bytes of the head. REQUIRES: as head().
  std::string_view head_text() const noexcept { return buffer.view().substr(0, head_bytes_); }
  // Whether content, or its framing, follows the head.
  bool has_content() const noexcept { return parser.head().framing.has_body(); }

  // REQUIRES: phase is kBody, and nothing was decoded. From now on content is taken piece by piece
  // from the front of the buffer: the head goes, head() and content() are no more.
  void StartStreaming(TrailerUse trailers) noexcept;
  // The next piece, as BodyDecoder gives it; consumed from the buffer, in which it still stands.
  BodyStep NextContent(const ParserLimits& limits) noexcept;
  // Whether the client waits for 100 Continue before it sends content.
  bool expects_continue() const noexcept { return parser.head().expect_continue; }
  bool streaming() const noexcept { return streaming_; }

  // Whether any byte of a request is there.
  bool started() const noexcept { return phase == Phase::kBody || !buffer.empty(); }

  // Drops the request that DecodeBody completed; what follows it is the start of the next.
  void FinishRequest() noexcept {
    buffer.Consume(decoded_);
    phase = Phase::kHead;
    streaming_ = false;
    parser.Reset();
  }

  // Drops everything.
  void Reset() noexcept;
  // The same, and keeps no more allocated than nearly every request needs.
  void Recycle() noexcept;
  static constexpr std::size_t kKeptBytes = 32 * 1024;
  static constexpr std::uint32_t kKeptFields = 256;

  ByteBuffer buffer;
  RequestParser parser;
  BodyDecoder decoder;
  Phase phase = Phase::kHead;
  ContentPace pace;  // of the content of a request whose head is whole

 private:
  void GrowFields(std::uint32_t fields);
  void RelocateHeadFrom(const char* base) noexcept;

  std::unique_ptr<FieldRef[]> fields_;
  std::uint32_t fields_capacity_ = 0;
  std::size_t head_bytes_ = 0;
  std::size_t decoded_ = 0;  // bytes of head, content and framing that are understood
  bool streaming_ = false;
  const char* head_base_ = nullptr;  // where the buffer was when the parser made its head
};

}  // namespace weir

#endif  // WEIR_REACTOR_CONN_REQUEST_STATE_H_

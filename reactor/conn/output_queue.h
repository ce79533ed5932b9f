// Output that waits for a client to take it.

#ifndef WEIR_REACTOR_CONN_OUTPUT_QUEUE_H_
#define WEIR_REACTOR_CONN_OUTPUT_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "weir/reactor/conn/byte_buffer.h"
#include "weir/reactor/conn/pace.h"
#include "weir/reactor/exchange_handle.h"
#include "weir/reactor/loop/syscalls.h"

namespace weir {

// What became of an attempt to send.
enum class SendOutcome : std::uint8_t {
  kSent,       // all of it, or as much as was allowed
  kBlocked,    // the kernel takes no more now
  kGone,       // the client has closed or reset the connection
  kTruncated,  // a file is shorter than its region
  kError,      // the socket has failed otherwise
};

// Bytes, shared bytes and parts of files, in order. A connection has one only while output waits.
// One thread.
class OutputQueue {
 public:
  bool empty() const noexcept { return first_ == segments_.size(); }
  // All that waits, in bytes.
  std::uint64_t size() const noexcept { return size_; }
  // Of these: what is held in memory of the connection's own.
  std::size_t copied_bytes() const noexcept { return copied_; }

  void Append(std::string_view bytes);
  // Shared bytes and files are kept until they are sent.
  void Append(const ContentPiece& piece);

  // Sends up to `max_bytes`, the oldest first: runs of memory by sendmsg(2), files by sendfile(2).
  // `sent` grows by what the kernel took.
  SendOutcome Send(Syscalls* syscalls, int fd, std::uint64_t max_bytes, std::uint64_t* sent);

  // Drops everything, and keeps little allocated.
  void Recycle() noexcept;

  ReaderPace pace;  // how fast the client takes it

 private:
  struct Segment {
    ByteBuffer copied;
    SharedBytes shared;
    FileRegion file;
    std::uint64_t left = 0;  // of this segment

    const char* data() noexcept {
      return shared != nullptr ? shared->data() + (shared->size() - left) : copied.begin();
    }
  };

  SendOutcome SendMemory(Syscalls* syscalls, int fd, std::uint64_t max_bytes, std::uint64_t* sent);
  SendOutcome SendFromFile(Syscalls* syscalls, int fd, std::uint64_t max_bytes,
                           std::uint64_t* sent);
  void Consume(std::uint64_t bytes);
  void PopFront() noexcept;

  static constexpr std::size_t kKeptBytes = 16 * 1024;
  static constexpr std::size_t kKeptSegments = 32;

  // Those before first_ are sent. A vector keeps its memory, where a deque allocates as it moves
  // on.
  std::vector<Segment> segments_;
  std::size_t first_ = 0;
  ByteBuffer spare_;  // empty: the memory of a segment that was sent, for the next one
  std::uint64_t size_ = 0;
  std::size_t copied_ = 0;
};

// Sends plain bytes, and consumes what was sent.
SendOutcome SendBytes(Syscalls* syscalls, int fd, ByteBuffer* bytes, std::uint64_t* sent);

}  // namespace weir

#endif  // WEIR_REACTOR_CONN_OUTPUT_QUEUE_H_

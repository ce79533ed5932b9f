#include "weir/reactor/conn/output_queue.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace weir {
namespace {

constexpr std::size_t kMaxRuns = 16;  // iovecs of one sendmsg

SendOutcome OutcomeOf(int error) noexcept {
  if (error == EAGAIN || error == EWOULDBLOCK) return SendOutcome::kBlocked;
  const bool gone = error == EPIPE || error == ECONNRESET || error == ETIMEDOUT;
  return gone ? SendOutcome::kGone : SendOutcome::kError;
}

}  // namespace

void OutputQueue::Append(std::string_view bytes) {
  if (bytes.empty()) return;
  const bool joins =
      !empty() && segments_.back().shared == nullptr && segments_.back().file.file == nullptr;
  if (!joins) {
    segments_.emplace_back();
    segments_.back().copied = std::move(spare_);
  }
  segments_.back().copied.Append(bytes);
  segments_.back().left += bytes.size();
  size_ += bytes.size();
  copied_ += bytes.size();
}

void OutputQueue::Append(const ContentPiece& piece) {
  if (piece.shared == nullptr && piece.file.file == nullptr) return Append(piece.bytes);
  const std::uint64_t bytes = piece.size();
  if (bytes == 0) return;
  segments_.emplace_back();
  segments_.back().shared = piece.shared;
  segments_.back().file = piece.file;
  segments_.back().left = bytes;
  size_ += bytes;
}

void OutputQueue::Recycle() noexcept {
  while (!empty()) PopFront();
  spare_.Shrink(kKeptBytes);
  if (segments_.capacity() > kKeptSegments) segments_ = std::vector<Segment>();
  size_ = 0;
  copied_ = 0;
}

void OutputQueue::PopFront() noexcept {
  Segment sent = std::move(segments_[first_++]);
  ByteBuffer& memory = sent.copied;
  if (memory.capacity() > spare_.capacity()) {
    spare_ = std::move(memory);
    spare_.Clear();
  }
  const bool half = first_ >= kKeptSegments && first_ >= segments_.size() / 2;
  if (!empty() && !half) return;
  segments_.erase(segments_.begin(), segments_.begin() + static_cast<std::ptrdiff_t>(first_));
  first_ = 0;
}

void OutputQueue::Consume(std::uint64_t bytes) {
  size_ -= bytes;
  while (bytes > 0) {
    Segment& front = segments_[first_];
    const std::uint64_t part = std::min(bytes, front.left);
    const bool copied = front.shared == nullptr && front.file.file == nullptr;
    if (copied) {
      front.copied.Consume(static_cast<std::size_t>(part));
      copied_ -= static_cast<std::size_t>(part);
    }
    front.left -= part;
    bytes -= part;
    if (front.left == 0) PopFront();
  }
}

SendOutcome OutputQueue::Send(Syscalls* syscalls, int fd, std::uint64_t max_bytes,
                              std::uint64_t* sent) {
  std::uint64_t total = 0;
  SendOutcome outcome = SendOutcome::kSent;
  while (!empty() && total < max_bytes && outcome == SendOutcome::kSent) {
    std::uint64_t part = 0;
    outcome = segments_[first_].file.file != nullptr
                  ? SendFromFile(syscalls, fd, max_bytes - total, &part)
                  : SendMemory(syscalls, fd, max_bytes - total, &part);
    Consume(part);
    total += part;
  }
  *sent += total;
  return outcome;
}

SendOutcome OutputQueue::SendMemory(Syscalls* syscalls, int fd, std::uint64_t max_bytes,
                                    std::uint64_t* sent) {
  iovec runs[kMaxRuns];
  std::size_t count = 0;
  std::uint64_t gathered = 0;
  bool more = false;
  for (std::size_t i = first_; i < segments_.size(); ++i) {
    Segment& segment = segments_[i];
    // What follows at once may share a packet with this.
    more = segment.file.file != nullptr;
    if (more || count == kMaxRuns || gathered == max_bytes) break;
    const std::uint64_t bytes = std::min(segment.left, max_bytes - gathered);
    runs[count++] = {const_cast<char*>(segment.data()), static_cast<std::size_t>(bytes)};
    gathered += bytes;
  }
  msghdr message{};
  message.msg_iov = runs;
  message.msg_iovlen = count;
  ssize_t result = 0;
  do {
    result = syscalls->SendMsg(fd, &message, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
  } while (result < 0 && errno == EINTR);
  if (result < 0) return OutcomeOf(errno);
  *sent = static_cast<std::uint64_t>(result);
  return SendOutcome::kSent;
}

// SIGPIPE, which sendfile(2) can't be told to leave out, is blocked in reactors' threads.
SendOutcome OutputQueue::SendFromFile(Syscalls* syscalls, int fd, std::uint64_t max_bytes,
                                      std::uint64_t* sent) {
  const Segment& front = segments_[first_];
  auto offset = static_cast<off_t>(front.file.offset + (front.file.length - front.left));
  const std::uint64_t bytes = std::min(front.left, max_bytes);
  ssize_t result = 0;
  do {
    result =
        syscalls->SendFile(fd, front.file.file->fd(), &offset, static_cast<std::size_t>(bytes));
  } while (result < 0 && errno == EINTR);
  if (result < 0) return OutcomeOf(errno);
  if (result == 0) return SendOutcome::kTruncated;
  *sent = static_cast<std::uint64_t>(result);
  return SendOutcome::kSent;
}

SendOutcome SendBytes(Syscalls* syscalls, int fd, ByteBuffer* bytes, std::uint64_t* sent) {
  while (!bytes->empty()) {
    const ssize_t result = syscalls->Send(fd, bytes->begin(), bytes->size(), MSG_NOSIGNAL);
    if (result >= 0) {
      bytes->Consume(static_cast<std::size_t>(result));
      *sent += static_cast<std::uint64_t>(result);
    } else if (errno != EINTR) {
      return OutcomeOf(errno);
    }
  }
  return SendOutcome::kSent;
}

}  // namespace weir

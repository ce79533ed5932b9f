// The part of Connection that receives and sends.

#include <sys/socket.h>

#include <cerrno>
#include <cstddef>

#include "weir/reactor/conn/connection.h"

namespace weir {
namespace {

// What the reactor's output buffer may keep allocated after a large answer.
constexpr std::size_t kMaxIdleOutBytes = std::size_t{1} << 20;

}  // namespace

// Receives once. Whether anything came; otherwise nothing is there now, the input has ended, or the
// connection is closed.
bool Connection::Receive(RequestState* state) {
  state->buffer.Reserve(request_ == nullptr ? ConnectionContext::kReceiveBytes
                                            : RequestStatePool::kMaxBytes);
  const std::size_t room = state->buffer.room();
  ssize_t got = 0;
  do {
    got = ctx_->syscalls->Recv(fd_, state->buffer.end(), room, 0);
  } while (got < 0 && errno == EINTR);
  if (got > 0) {
    state->buffer.Grow(static_cast<std::size_t>(got));
    (*ctx_->counters)[Counter::kBytesReceived].Add(static_cast<std::uint64_t>(got));
    // Less than asked for: the rest, if any, will be a new edge (epoll(7), question 9). A FIN that
    // was already announced will not.
    if (static_cast<std::size_t>(got) < room && !half_closed_) readable_ = false;
    return true;
  }
  readable_ = false;
  if (got == 0) {
    end_of_input_ = true;
  } else if (errno == ECONNRESET || errno == ETIMEDOUT || errno == EPIPE) {
    Close(AbortReason());
  } else if (errno != EAGAIN && errno != EWOULDBLOCK) {
    Close(CloseReason::kSocketError);
  }
  return false;
}

// Sends what waits, oldest first. What the kernel does not take now stays in output_ until
// EPOLLOUT.
void Connection::Flush() {
  ByteBuffer& fresh = ctx_->out;
  ByteBuffer& waiting = output_.empty() ? fresh : output_;
  if (&waiting == &output_) {
    output_.Append(fresh.view());
    fresh.Clear();
  }
  const std::size_t before = waiting.size();
  if (before == 0) return;
  if (writable_ && !SendFrom(&waiting)) return fresh.Clear();
  if (waiting.empty()) {
    timeline_.OnSent(ctx_);
    output_ = ByteBuffer();
    fresh.Shrink(kMaxIdleOutBytes);
    write_deadline_ms_ = kNever;
    return;
  }
  if (waiting.size() < before || write_deadline_ms_ == kNever) {
    write_deadline_ms_ = ctx_->now_ms + static_cast<std::int64_t>(ctx_->limits.write_timeout_ms);
  }
  if (&waiting == &fresh) {
    output_.Append(fresh.view());
    fresh.Clear();
  }
}

// False: the connection is closed.
bool Connection::SendFrom(ByteBuffer* bytes) {
  while (!bytes->empty()) {
    const ssize_t sent = ctx_->syscalls->Send(fd_, bytes->begin(), bytes->size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes->Consume(static_cast<std::size_t>(sent));
      (*ctx_->counters)[Counter::kBytesSent].Add(static_cast<std::uint64_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      writable_ = false;
      return true;
    } else if (errno == EPIPE || errno == ECONNRESET || errno == ETIMEDOUT) {
      closing_ ? Close(close_reason_) : Close(CloseReason::kClientAborted);
      return false;
    } else if (errno != EINTR) {
      Close(CloseReason::kSocketError);
      return false;
    }
  }
  return true;
}

}  // namespace weir

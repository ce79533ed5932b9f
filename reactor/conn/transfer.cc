// The part of Connection that receives and sends.

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "weir/reactor/conn/connection.h"

namespace weir {
namespace {

// What the reactor's output buffer may keep allocated after a large answer.
constexpr std::size_t kMaxIdleOutBytes = std::size_t{1} << 20;

// As recv(2), with the time of CLOCK_REALTIME at which the kernel got the newest packet of what it
// gives, in ns, or 0: SCM_TIMESTAMPNS of tcp_recv_timestamp in net/ipv4/tcp.c.
ssize_t ReceiveStamped(Syscalls* syscalls, int fd, char* data, std::size_t size,
                       std::int64_t* stamp_ns) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(timespec))];
  iovec buffer{data, size};
  msghdr message{};
  message.msg_iov = &buffer;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  const ssize_t got = syscalls->RecvMsg(fd, &message, 0);
  *stamp_ns = 0;
  const cmsghdr* const header = got > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
  if (header == nullptr || header->cmsg_level != SOL_SOCKET ||
      header->cmsg_type != SCM_TIMESTAMPNS) {
    return got;
  }
  timespec stamp{};
  std::memcpy(&stamp, CMSG_DATA(header), sizeof(stamp));
  *stamp_ns = std::int64_t{stamp.tv_sec} * 1'000'000'000 + stamp.tv_nsec;
  return got;
}

}  // namespace

// Receives once. Whether anything came; otherwise nothing is there now, the input has ended, or the
// connection is broken.
bool Connection::Receive(RequestState* state) {
  state->buffer.Reserve(request_ == nullptr || state->streaming()
                            ? ConnectionContext::kReceiveBytes
                            : ConnectionContext::kReceiveOwnBytes);
  const std::size_t room = state->buffer.room();
  const bool stamped = timeline_.wants_stamp();
  std::int64_t stamp_ns = 0;
  ssize_t got = 0;
  do {
    got = stamped ? ReceiveStamped(ctx_->syscalls, fd_, state->buffer.end(), room, &stamp_ns)
                  : ctx_->syscalls->Recv(fd_, state->buffer.end(), room, 0);
  } while (got < 0 && errno == EINTR);
  if (got > 0) {
    if (stamped) timeline_.OnStamp(ctx_, stamp_ns);
    state->buffer.Grow(static_cast<std::size_t>(got));
    state->pace.received += static_cast<std::uint64_t>(got);
    (*ctx_->counters)[Counter::kBytesReceived].Add(static_cast<std::uint64_t>(got));
    // Less than asked for: the rest, if any, will be a new edge (epoll(7), question 9).
    if (static_cast<std::size_t>(got) < room && !reads_to_end_) readable_ = false;
    return true;
  }
  readable_ = false;
  if (got == 0) {
    end_of_input_ = true;
  } else if (errno == ECONNRESET || errno == ETIMEDOUT || errno == EPIPE) {
    Fail(AbortReason());
  } else if (errno != EAGAIN && errno != EWOULDBLOCK) {
    Fail(CloseReason::kSocketError);
  }
  return false;
}

// Sends what waits, oldest first. What the kernel does not take now stays in output_ until
// EPOLLOUT.
void Connection::Flush() {
  if (output_ == nullptr) {
    if (!ctx_->out.empty()) FlushFresh();
  } else {
    output_->Append(ctx_->out.view());
    ctx_->out.Clear();
    FlushQueue();
  }
  if (state_ == ConnectionState::kFailed) ctx_->out.Clear();
  if (exchange_ != nullptr && exchange_->stream != nullptr) {
    exchange_->stream->queued_bytes.store(WaitingBytes());
  }
}

void Connection::FlushFresh() {
  ByteBuffer& fresh = ctx_->out;
  if (writable_) {
    std::uint64_t sent = 0;
    const SendOutcome outcome = SendBytes(ctx_->syscalls, fd_, &fresh, &sent);
    (*ctx_->counters)[Counter::kBytesSent].Add(sent);
    if (!Sent(outcome)) return;
  }
  if (fresh.empty()) {
    timeline_.OnSent(ctx_);
    return fresh.Shrink(kMaxIdleOutBytes);
  }
  output_ = ctx_->outputs.Take();
  output_->Append(fresh.view());
  fresh.Clear();
  BeginWriteWait();
}

void Connection::FlushQueue() {
  std::uint64_t sent = 0;
  if (writable_) {
    const SendOutcome outcome =
        output_->Send(ctx_->syscalls, fd_, ctx_->limits.send_budget_bytes_per_turn, &sent);
    (*ctx_->counters)[Counter::kBytesSent].Add(sent);
    if (!Sent(outcome)) return;
    if (outcome == SendOutcome::kSent && !output_->empty()) AskForTurn();
  }
  if (output_->empty()) {
    timeline_.OnSent(ctx_);
    ctx_->outputs.Return(std::move(output_));
    write_deadline_ms_ = kNever;
  } else if (write_deadline_ms_ == kNever) {
    BeginWriteWait();
  } else if (sent > 0) {
    output_->pace.OnSent(sent);
    ExtendWriteWait();
  }
}

// Sent, but not acknowledged by the client.
std::optional<std::uint64_t> Connection::HeldByKernel() const {
  int bytes = 0;
  if (ctx_->syscalls->Ioctl(fd_, SIOCOUTQ, &bytes) != 0 || bytes < 0) return {};
  return static_cast<std::uint64_t>(bytes);
}

// False: the connection is broken.
bool Connection::Sent(SendOutcome outcome) {
  switch (outcome) {
    case SendOutcome::kSent:
      return true;
    case SendOutcome::kBlocked:
      writable_ = false;
      return true;
    case SendOutcome::kGone:
      Fail(CloseReason::kClientAborted);
      return false;
    case SendOutcome::kTruncated:
      Fail(CloseReason::kResponseCut);
      close_reason_ = CloseReason::kResponseCut;  // whatever else it was to close for
      return false;
    case SendOutcome::kError:
      break;
  }
  Fail(CloseReason::kSocketError);
  close_reason_ = CloseReason::kSocketError;
  return false;
}

}  // namespace weir

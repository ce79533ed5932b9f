#include "weir/reactor/conn/connection.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace weir {

void Connection::Open(int fd, const SocketAddress& peer) {
  fd_ = fd;
  ++generation_;
  requests_ = 0;
  read_deadline_ms_ = write_deadline_ms_ = kNever;
  progress_ = Progress::kNeedsInput;
  wait_ = Wait::kNothing;
  writable_ = keep_alive_ = true;
  readable_ = half_closed_ = head_request_ = end_of_input_ = handling_ = false;
  closing_ = linger_wanted_ = lingering_ = counted_busy_ = continue_sent_ = false;
  peer_ = peer;
  ctx_->counters->connections_active.Add();
  timeline_.Open(ctx_->now_ns);
  UpdateDeadlines();
}

void Connection::OnEvents(std::uint32_t events) {
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) return Close(AbortReason());
  if ((events & EPOLLRDHUP) != 0) half_closed_ = true;
  if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) readable_ = true;
  if ((events & EPOLLOUT) != 0) writable_ = true;
  Advance();
}

void Connection::OnTurn() { Advance(); }

void Connection::OnAnswer(AnswerKind kind, const Response* response) {
  Answer(kind, response);
  Advance();
}

void Connection::OnDrain() {
  if (!handling_) readable_ = true;  // a last look: a request may have come since the last event
  Advance();
  if (open() && !counted_busy_) Close(CloseReason::kDrained);
}

void Connection::Advance() {
  if (lingering_) return Linger();
  served_this_turn_ = 0;
  if (!handling_ && !closing_) Serve();
  if (open()) Flush();
  // Output that was in the way may have gone just now.
  if (open() && progress_ == Progress::kBlocked && output_.empty()) ctx_->ready.push_back(slot_);
  if (open()) Settle();
}

void Connection::Settle() {
  if (closing_ && !handling_ && output_.empty()) {
    // Bytes that the kernel may still hold unread would turn the close into a reset.
    if ((linger_wanted_ || readable_) && !end_of_input_) return StartLinger();
    return Close(close_reason_);
  }
  CountBusy();
  UpdateDeadlines();
}

void Connection::CountBusy() {
  const bool busy = handling_ || closing_ || request_ != nullptr || !output_.empty();
  if (busy == counted_busy_) return;
  counted_busy_ = busy;
  CounterCell& count = ctx_->counters->connections_busy;
  busy ? count.Add() : count.Subtract();
}

void Connection::StartLinger() {
  lingering_ = true;
  linger_left_ = ctx_->limits.max_linger_bytes;
  readable_ = true;
  if (ctx_->syscalls->Shutdown(fd_, SHUT_WR) != 0) return Close(close_reason_);
  SetWait(Wait::kLinger);
  UpdateTimer();
  CountBusy();
  Linger();
}

void Connection::Linger() {
  ByteBuffer& dropped = ctx_->scratch.buffer;
  dropped.Reserve(ConnectionContext::kReceiveBytes);
  while (readable_) {
    const ssize_t got = ctx_->syscalls->Recv(fd_, dropped.end(), dropped.room(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      readable_ = false;
      return;
    }
    if (got <= 0) return Close(close_reason_);
    (*ctx_->counters)[Counter::kBytesReceived].Add(static_cast<std::uint64_t>(got));
    if (static_cast<std::uint64_t>(got) >= linger_left_) return Close(close_reason_);
    linger_left_ -= static_cast<std::uint64_t>(got);
  }
}

CloseReason Connection::AbortReason() const noexcept {
  if (closing_) return close_reason_;
  const bool under_way = handling_ || request_ != nullptr || !output_.empty();
  return under_way ? CloseReason::kClientAborted : CloseReason::kClientClosed;
}

void Connection::EndPending() {
  handling_ = false;
  ctx_->counters->responses_pending.Subtract();
}

void Connection::Close(CloseReason reason) {
  if (handling_) {
    EndPending();
    (*ctx_->counters)[Counter::kResponsesClientGone].Add();
    ctx_->mailbox->ConnectionGone({slot_, ticket_});
  }
  ctx_->timers->Cancel(&timer_);
  (void)ctx_->syscalls->Close(fd_);  // Linux frees the descriptor whatever close(2) returns
  fd_ = -1;
  output_ = ByteBuffer();
  if (request_ != nullptr) ctx_->states.Return(std::move(request_));
  closing_ = false;
  CountBusy();
  ctx_->counters->connections_active.Subtract();
  (*ctx_->counters)[reason].Add();
  ctx_->ended.push_back(slot_);
}

}  // namespace weir

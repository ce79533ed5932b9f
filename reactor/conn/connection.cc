#include "weir/reactor/conn/connection.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace weir {
namespace {

// Why content is not given any more, if the connection ends for `reason`.
BodyError BodyErrorOf(CloseReason reason) noexcept {
  switch (reason) {
    case CloseReason::kParseError:
      return BodyError::kRefused;
    case CloseReason::kBodyTimeout:
    case CloseReason::kBodyRate:
      return BodyError::kTimeout;
    case CloseReason::kResponseCut:
      return BodyError::kAnswered;
    default:
      return BodyError::kClientGone;
  }
}

}  // namespace

void Connection::Open(int fd, const SocketAddress& peer, bool proxied) {
  SetState(proxied ? ConnectionState::kReadingProxy : ConnectionState::kIdle);
  fd_ = fd;
  requests_ = 0;
  read_deadline_ms_ = write_deadline_ms_ = kNever;
  progress_ = Progress::kNeedsInput;
  wait_ = Wait::kNothing;
  writable_ = keep_alive_ = true;
  readable_ = reads_to_end_ = head_request_ = upgrade_ = connect_ = end_of_input_ = false;
  linger_wanted_ = counted_busy_ = continue_sent_ = abortive_ = turn_asked_ = false;
  peer_ = peer;
  client_ = nullptr;
  ctx_->counters->connections_active.Add();
  timeline_.Open(ctx_);
  UpdateDeadlines();
}

void Connection::OnEvents(std::uint32_t events) {
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) return Close(AbortReason());
  // A FIN that was announced is no new edge, nor is what lies behind urgent data (tcp(7)), at which
  // a read ends.
  if ((events & (EPOLLRDHUP | EPOLLPRI)) != 0) reads_to_end_ = true;
  if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) readable_ = true;
  if ((events & EPOLLOUT) != 0) writable_ = true;
  Advance();
}

void Connection::OnTurn() {
  turn_asked_ = false;
  Advance();
}

void Connection::OnDelivery(Delivery* delivery) {
  ctx_->driven = this;  // so that an answer is encoded where it is sent from
  delivery->Deliver(this);
  Advance();
}

void Connection::AskForTurn() {
  if (turn_asked_) return;
  turn_asked_ = true;
  ctx_->ready.push_back(slot_);
}

void Connection::Fail(CloseReason reason) {
  if (state_ == ConnectionState::kFailed) return;
  if (state_ != ConnectionState::kClosing) close_reason_ = reason;
  GiveUp(reason);
  if (ctx_->driven != this) AskForTurn();
}

// What is under way will not be finished.
void Connection::GiveUp(CloseReason reason) {
  const bool handling = state_ == ConnectionState::kHandling;
  const bool handing_over = state_ == ConnectionState::kHandingOver;
  SetState(ConnectionState::kFailed);
  if (handing_over) {
    const std::unique_ptr<Exchange> exchange = std::move(exchange_);
    return TellNewOwner(std::move(exchange->new_owner), {});
  }
  if (!handling) return;
  const BodyError why = BodyErrorOf(reason);
  EndExchange(why, true);
  if (why == BodyError::kClientGone) (*ctx_->counters)[Counter::kResponsesClientGone].Add();
}

void Connection::OnDrain() {
  // A last look: a request may have come since the last event.
  if (state_ != ConnectionState::kHandling) readable_ = true;
  Advance();
  if (open() && !counted_busy_) Close(CloseReason::kDrained);
}

void Connection::Advance() {
  if (state_ == ConnectionState::kLingering) return Linger();
  ctx_->served_this_turn = 0;
  ctx_->driven = this;
  if (!ended() && (state_ != ConnectionState::kHandling || ContentFlows())) Serve();
  if (state_ != ConnectionState::kFailed) Flush();
  if (exchange_ != nullptr) NotifyWritable();
  ctx_->driven = nullptr;
  if (state_ == ConnectionState::kFailed) {
    ctx_->out.Clear();
    return Close(close_reason_);
  }
  // Output that was in the way may have gone just now.
  if (progress_ == Progress::kBlocked && output_ == nullptr) AskForTurn();
  Settle();
}

void Connection::Settle() {
  CountHeld();
  if (state_ == ConnectionState::kHandingOver && output_ == nullptr) return FinishHandOver();
  if (state_ == ConnectionState::kClosing && output_ == nullptr) {
    // Bytes that the kernel may still hold unread would turn the close into a reset.
    if ((linger_wanted_ || readable_) && !end_of_input_) return StartLinger();
    return Close(close_reason_);
  }
  const bool over = state_ == ConnectionState::kIdle && requests_ > 0 && output_ == nullptr;
  if (over && ctx_->draining) return EndDrained();
  CountBusy();
  UpdateDeadlines();
}

// The last answer could not say that it is the last: it was begun before the drain. What has come
// behind it is answered too.
void Connection::EndDrained() {
  char byte = 0;
  if (ctx_->syscalls->Recv(fd_, &byte, 1, MSG_PEEK) <= 0) return Close(CloseReason::kDrained);
  readable_ = true;
  CountBusy();
  AskForTurn();
}

bool Connection::UnderWay() const noexcept {
  if (output_ != nullptr) return true;
  if (state_ == ConnectionState::kReadingProxy) return request_ != nullptr;
  return state_ != ConnectionState::kIdle && state_ != ConnectionState::kClosed;
}

void Connection::CountBusy() {
  const bool busy = UnderWay();
  if (busy == counted_busy_) return;
  counted_busy_ = busy;
  CounterCell& count = ctx_->counters->connections_busy;
  busy ? count.Add() : count.Subtract();
}

void Connection::CountHeld() {
  constexpr std::uint64_t kUnit = 64;  // bytes: so much fits into 32 bits
  const std::uint64_t bytes = (request_ == nullptr ? 0 : request_->buffer.capacity()) +
                              (output_ == nullptr ? 0 : output_->copied_bytes());
  const auto units = static_cast<std::uint32_t>((bytes + kUnit - 1) / kUnit);
  ctx_->buffered_bytes += (std::uint64_t{units} - held_units_) * kUnit;
  held_units_ = units;
}

void Connection::StartLinger() {
  SetState(ConnectionState::kLingering);
  linger_left_ = static_cast<std::uint32_t>(ctx_->limits.max_linger_bytes);
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
    linger_left_ -= static_cast<std::uint32_t>(got);
  }
}

CloseReason Connection::AbortReason() const noexcept {
  if (state_ >= ConnectionState::kClosing) return close_reason_;
  return UnderWay() ? CloseReason::kClientAborted : CloseReason::kClientClosed;
}

// Tells those who hold handles of a request that has ended. REQUIRES: the state is another than
// kHandling by now, since what is destroyed here may be handles of the request.
void Connection::TellExchange(BodyError why, bool writer_lives) {
  if (exchange_ == nullptr) return ctx_->mailbox->ExchangeGone(Ticket());
  std::unique_ptr<Exchange> exchange = std::move(exchange_);
  if (exchange->stream != nullptr) {
    exchange->stream->gone.store(true);
    exchange->stream->queued_bytes.store(0);
  } else if (writer_lives) {
    ctx_->mailbox->ExchangeGone(Ticket());
  }
  Farewell farewell;
  farewell.error = why;
  farewell.reader = std::move(exchange->reader);
  if (writer_lives) farewell.on_writable = std::move(exchange->on_writable);
  if (farewell.reader != nullptr || farewell.on_writable) {
    ctx_->farewells.push_back(std::move(farewell));
  }
  ctx_->exchanges.Return(std::move(exchange));
}

void Connection::Close(CloseReason reason) {
  if (state_ == ConnectionState::kHandling || exchange_ != nullptr) GiveUp(reason);
  if (abortive_) {
    const linger at_once{1, 0};  // RST (socket(7))
    (void)ctx_->syscalls->SetSockOpt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  }
  ctx_->timers->Cancel(&timer_);
  if (fd_ >= 0) (void)ctx_->syscalls->Close(fd_);  // frees it whatever close(2) returns
  fd_ = -1;
  ++generation_;
  ctx_->outputs.Return(std::move(output_));
  ctx_->states.Return(std::move(request_));
  CountHeld();
  SetState(ConnectionState::kClosed);
  CountBusy();
  ctx_->counters->connections_active.Subtract();
  (*ctx_->counters)[reason].Add();
  ctx_->ended.push_back(slot_);
}

}  // namespace weir

// The part of Connection that holds the client to its deadlines.

#include <algorithm>

#include "weir/reactor/conn/connection.h"

namespace weir {

std::uint64_t Connection::TimeoutMs(Wait wait) const noexcept {
  switch (wait) {
    case Wait::kRequest:
      return ctx_->limits.idle_timeout_ms;
    case Wait::kProxyHeader:
    case Wait::kHead:
      return ctx_->limits.head_timeout_ms;
    case Wait::kBody:
      return ctx_->limits.body_timeout_ms;
    case Wait::kLinger:
      return ctx_->limits.linger_timeout_ms;
    case Wait::kNothing:
      break;
  }
  return 0;
}

// A deadline runs from the moment that the wait began and is never extended: bytes that trickle in
// don't help a client that wants to hold the connection.
void Connection::SetWait(Wait wait) {
  if (wait == wait_ && requests_ == wait_request_) return;
  const bool interrupted = wait_ == Wait::kBody && requests_ == wait_request_;
  if (interrupted && request_ != nullptr) request_->pace.EndWait(ctx_->now_ms);
  wait_ = wait;
  wait_request_ = requests_;
  read_deadline_ms_ =
      wait == Wait::kNothing ? kNever : ctx_->now_ms + static_cast<std::int64_t>(TimeoutMs(wait));
  if (wait != Wait::kBody) return;
  ContentPace& pace = request_->pace;
  pace.BeginWait(ctx_->now_ms, TimeoutMs(wait));
  const std::int64_t too_slow_at_ms = TooSlowAtMs(pace.begun_ms, pace.received, BodyRate());
  read_deadline_ms_ = std::min(pace.deadline_ms, too_slow_at_ms);
}

// What the client is waited for. While it waits itself, for us, no deadline runs.
Connection::Wait Connection::PresentWait() const noexcept {
  if (state_ == ConnectionState::kHandling) return ContentWaits() ? Wait::kBody : Wait::kNothing;
  if (progress_ != Progress::kNeedsInput) return Wait::kNothing;
  switch (state_) {
    case ConnectionState::kReadingProxy:
      return Wait::kProxyHeader;
    case ConnectionState::kIdle:
      return Wait::kRequest;
    case ConnectionState::kReadingHead:
      return Wait::kHead;
    case ConnectionState::kReadingContent:
      return Wait::kBody;
    default:
      return Wait::kNothing;
  }
}

void Connection::UpdateDeadlines() {
  SetWait(PresentWait());
  UpdateTimer();
}

// The timer is moved only to an earlier time; one that fires too early is set anew then. So a
// request that comes whole costs no timer operation.
void Connection::UpdateTimer() {
  const std::int64_t deadline_ms = std::min(read_deadline_ms_, write_deadline_ms_);
  if (deadline_ms == kNever) return;
  if (timer_.linked() && timer_.deadline_ms <= deadline_ms) return;
  ctx_->timers->Schedule(&timer_, deadline_ms);
}

void Connection::OnTimer() {
  if (write_deadline_ms_ <= ctx_->now_ms) return OnWriteLook();
  if (read_deadline_ms_ <= ctx_->now_ms) return OnReadDeadline();
  UpdateTimer();
}

void Connection::OnReadDeadline() {
  switch (wait_) {
    case Wait::kProxyHeader:
      return Close(CloseReason::kHeadTimeout);
    case Wait::kRequest:
      return Close(CloseReason::kIdleTimeout);
    case Wait::kLinger:
      return Close(close_reason_);
    case Wait::kHead:
      NoteLateRequest(CloseReason::kHeadTimeout, "head_timeout_ms", 408);
      Refuse(408, "head_timeout", "The head did not come whole within head_timeout_ms.",
             CloseReason::kHeadTimeout);
      break;
    case Wait::kBody:
      return OnBodyLook();
    case Wait::kNothing:
      return;
  }
  Advance();
}

LeastRate Connection::BodyRate() const noexcept {
  return {ctx_->limits.min_body_bytes_per_second, ctx_->limits.rate_grace_ms};
}

LeastRate Connection::WriteRate() const noexcept {
  return {ctx_->limits.min_write_bytes_per_second, ctx_->limits.rate_grace_ms};
}

// The first moment at which the content could be too slow is no moment at which it must be: some
// may have come since.
void Connection::OnBodyLook() {
  const ContentPace& pace = request_->pace;
  if (pace.deadline_ms <= ctx_->now_ms) {
    return RefuseLateContent(CloseReason::kBodyTimeout, "body_timeout_ms",
                             "The content did not come whole within body_timeout_ms.");
  }
  const std::int64_t too_slow_at_ms = TooSlowAtMs(pace.begun_ms, pace.received, BodyRate());
  if (too_slow_at_ms <= ctx_->now_ms) {
    return RefuseLateContent(CloseReason::kBodyRate, "min_body_bytes_per_second",
                             "The content came slower than min_body_bytes_per_second.");
  }
  read_deadline_ms_ = std::min(pace.deadline_ms, too_slow_at_ms);
  UpdateTimer();
}

void Connection::RefuseLateContent(CloseReason reason, std::string_view limit,
                                   std::string_view text) {
  const bool begun = exchange_ != nullptr && exchange_->stream != nullptr;
  NoteLateRequest(reason, limit, begun ? 0 : 408);
  if (begun) {
    Cut(reason);  // there is no second answer
  } else {
    Refuse(408, Name(reason), text, reason, BodyError::kTimeout);
  }
  Advance();
}

void Connection::BeginWriteWait() {
  output_->pace.Begin(ctx_->now_ms, HeldByKernel());
  output_->pace.too_slow_at_ms = TooSlowAtMs(ctx_->now_ms, 0, WriteRate());
  ExtendWriteWait();
}

void Connection::ExtendWriteWait() {
  ReaderPace& pace = output_->pace;
  pace.stalled_at_ms = ctx_->now_ms + static_cast<std::int64_t>(ctx_->limits.write_timeout_ms);
  write_deadline_ms_ = std::min(pace.stalled_at_ms, pace.too_slow_at_ms);
}

void Connection::OnWriteLook() {
  ReaderPace& pace = output_->pace;
  const std::uint64_t taken = pace.Taken(HeldByKernel());
  pace.too_slow_at_ms = TooSlowAtMs(pace.begun_ms(), taken, WriteRate());
  if (pace.too_slow_at_ms <= ctx_->now_ms) return Close(CloseReason::kWriteRate);
  if (pace.Moved(taken)) {
    ExtendWriteWait();
  } else if (pace.stalled_at_ms <= ctx_->now_ms) {
    return Close(CloseReason::kWriteTimeout);
  }
  write_deadline_ms_ = std::min(pace.stalled_at_ms, pace.too_slow_at_ms);
  UpdateTimer();
}

}  // namespace weir

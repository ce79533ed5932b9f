// The part of Connection that holds the client to its deadlines.

#include <algorithm>

#include "weir/reactor/conn/connection.h"

namespace weir {

std::uint64_t Connection::TimeoutMs(Wait wait) const noexcept {
  switch (wait) {
    case Wait::kRequest:
      return ctx_->limits.idle_timeout_ms;
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
  wait_ = wait;
  wait_request_ = requests_;
  read_deadline_ms_ =
      wait == Wait::kNothing ? kNever : ctx_->now_ms + static_cast<std::int64_t>(TimeoutMs(wait));
}

// What the client is waited for. While it waits itself, for us, no deadline runs.
Connection::Wait Connection::PresentWait() const noexcept {
  if (state_ == ConnectionState::kHandling) return ContentWaits() ? Wait::kBody : Wait::kNothing;
  if (progress_ != Progress::kNeedsInput) return Wait::kNothing;
  switch (state_) {
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
  if (write_deadline_ms_ <= ctx_->now_ms) return Close(CloseReason::kWriteTimeout);
  if (read_deadline_ms_ <= ctx_->now_ms) return OnReadDeadline();
  UpdateTimer();
}

void Connection::OnReadDeadline() {
  switch (wait_) {
    case Wait::kRequest:
      return Close(CloseReason::kIdleTimeout);
    case Wait::kLinger:
      return Close(close_reason_);
    case Wait::kHead:
      Refuse(408, "head_timeout", "The head did not come whole within head_timeout_ms.",
             CloseReason::kHeadTimeout);
      break;
    case Wait::kBody:
      OnBodyDeadline();
      break;
    case Wait::kNothing:
      return;
  }
  Advance();
}

void Connection::OnBodyDeadline() {
  const bool begun = exchange_ != nullptr && exchange_->stream != nullptr;
  if (begun) return Cut(CloseReason::kBodyTimeout);  // there is no second answer
  Refuse(408, "body_timeout", "The content did not come whole within body_timeout_ms.",
         CloseReason::kBodyTimeout, BodyError::kTimeout);
}

}  // namespace weir

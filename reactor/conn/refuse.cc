// The part of Connection that refuses requests, and remembers which.

#include <charconv>
#include <string>
#include <utility>

#include "weir/parser/parse_error.h"
#include "weir/reactor/conn/connection.h"
#include "weir/reactor/refusals/head_excerpt.h"
#include "weir/reactor/refusals/limit_advice.h"

namespace weir {
namespace {

// The decimal number at the start of `text`, 0 if there is none: how much a Content-Length asks
// for.
std::uint64_t NumberAt(std::string_view text) noexcept {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

void Connection::RefuseParse(RequestState* state, ParseError error, std::uint64_t offset) {
  (*ctx_->counters)[error].Add();
  const ParseErrorInfo& info = Describe(error);
  NoteBadParse(state, error, offset, info.status);
  // Trailers and chunks count from the end of the head; the head from its first byte.
  const std::string where =
      (state->phase == RequestState::Phase::kHead ? " at byte " : " at body byte ") +
      std::to_string(offset);
  const std::string text = std::string(info.text) + " (" + std::string(info.section) + ")";
  Refuse(info.status, std::string(info.name) + where, text, CloseReason::kParseError);
}

// Answers what is not a request that a handler could see, and closes behind it. No later byte is
// parsed (RFC 9112 section 2.2).
void Connection::Refuse(int status, std::string_view what, std::string_view text,
                        CloseReason reason, BodyError why) {
  const bool handling = state_ == ConnectionState::kHandling;
  SetState(ConnectionState::kClosing);
  close_reason_ = reason;
  linger_wanted_ = true;
  if (handling) EndExchange(why, true);
  std::string body(what);
  body += "\n";
  body += text;
  body += "\n";
  Response response;
  response.status = status;
  response.content_type = "text/plain";
  response.body = body;
  const std::string seconds = std::to_string(ctx_->limits.retry_after_seconds);
  if (status == 503) response.fields.push_back({"Retry-After", seconds});
  head_request_ = false;
  AppendAnswer(response, false);
}

void Connection::RefuseForMemory() {
  Refuse(503, "max_buffered_bytes", "The server's connections hold all the memory that they may.",
         CloseReason::kBufferedBytes);
}

// A request that the parser refused; `status` is 0 if no answer says so.
void Connection::NoteBadParse(RequestState* state, ParseError error, std::uint64_t offset,
                              int status) {
  if (!AdmitsBadRequest()) return;
  const bool in_head = state->phase == RequestState::Phase::kHead;
  const std::string_view received = state->buffer.view();
  BadRequest request;
  request.kind = Describe(error).name;
  request.status = status;
  request.offset = offset;
  request.in_content = !in_head;
  request.received = received.size();
  std::uint64_t needed = 0;
  if (in_head) {
    request.field_name = FieldNameAt(received, offset);
    request.excerpt = RedactedLine(received, offset, ctx_->limits.bad_request_excerpt_bytes);
    if (error == ParseError::kBodyTooLarge && offset < received.size()) {
      needed = NumberAt(received.substr(offset));
    }
  }
  if (const LimitSpec* const limit = LimitOf(error); limit != nullptr) {
    request.limit = limit->name;
    request.limit_value = ctx_->limits.*limit->member;
    request.suggested = SuggestValue(*limit, request.limit_value, needed);
  }
  KeepBadRequest(std::move(request));
}

// One that did not come in time.
void Connection::NoteLateRequest(CloseReason reason, std::string_view limit, int status) {
  if (!AdmitsBadRequest()) return;
  const LimitSpec* const spec = FindLimitSpec(limit);
  BadRequest request;
  request.kind = Name(reason);
  request.status = status;
  request.in_content = reason != CloseReason::kHeadTimeout;
  request.received = request_ == nullptr ? 0 : request_->buffer.size();
  request.offset = request.in_content ? request_->pace.received : request.received;
  request.limit = spec->name;
  request.limit_value = ctx_->limits.*spec->member;
  KeepBadRequest(std::move(request));
}

bool Connection::AdmitsBadRequest() noexcept {
  if (ctx_->bad_requests->Admits(ctx_->now_ms, ctx_->limits.bad_requests_per_second)) return true;
  (*ctx_->counters)[Counter::kBadRequestsUnrecorded].Add();
  return false;
}

void Connection::KeepBadRequest(BadRequest request) {
  request.reactor = ctx_->reactor;
  request.monotonic_ns = ctx_->now_ns;
  request.wall_seconds = ctx_->clock->WallSeconds();
  request.peer = client();
  request.connection_age_ms =
      static_cast<std::uint64_t>(ctx_->now_ns - timeline_.opened_ns()) / 1'000'000;
  request.requests_before = requests_;
  if (ctx_->bad_requests->Add(std::move(request))) return;
  (*ctx_->counters)[Counter::kBadRequestsUnrecorded].Add();
}

}  // namespace weir

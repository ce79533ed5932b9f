// The part of Connection that turns bytes into requests and requests into answers.

#include <exception>
#include <string>

#include "weir/parser/parse_error.h"
#include "weir/reactor/conn/connection.h"
#include "weir/reactor/conn/response_encoder.h"

namespace weir {
namespace {

// Reads of one connection in one turn, before others get theirs.
constexpr int kMaxReadsPerTurn = 4;

Counter ClassCounter(int status) noexcept {
  switch (status / 100) {
    case 2:
      return Counter::kResponses2xx;
    case 3:
      return Counter::kResponses3xx;
    case 4:
      return Counter::kResponses4xx;
    default:
      return Counter::kResponses5xx;
  }
}

}  // namespace

// Serves what has come, then what comes, as far as the budgets go.
void Connection::Serve() {
  RequestState* const state = request_ != nullptr ? request_.get() : &ctx_->scratch;
  progress_ = ServeBuffered(state);
  for (int reads = 0; progress_ == Progress::kNeedsInput && readable_; ++reads) {
    if (reads == kMaxReadsPerTurn) {
      ctx_->ready.push_back(slot_);
      break;
    }
    if (!Receive(state)) break;
    progress_ = ServeBuffered(state);
  }
  if (!open()) return ctx_->scratch.Reset();
  if (progress_ == Progress::kOutOfBudget) ctx_->ready.push_back(slot_);
  if (progress_ == Progress::kNeedsInput && end_of_input_) {
    closing_ = true;
    close_reason_ = state->started() ? CloseReason::kClientAborted : CloseReason::kClientClosed;
    state->Reset();
  }
  KeepOrReturn(state);
}

// A connection holds a state of its own only while there is something in it.
void Connection::KeepOrReturn(RequestState* state) {
  if (closing_) {
    linger_wanted_ = linger_wanted_ || state->started();
    state->Reset();
  }
  if (state == &ctx_->scratch) {
    if (!state->started()) return;
    request_ = ctx_->states.Take();
    request_->TakeFrom(state);
  } else if (!state->started()) {
    ctx_->states.Return(std::move(request_));
  }
}

Connection::Progress Connection::ServeBuffered(RequestState* state) {
  while (true) {
    if (closing_) return Progress::kClosing;
    if (handling_) return Progress::kDeferred;
    if (ctx_->out.size() + output_.size() > ctx_->limits.max_pending_output_bytes) {
      Flush();
      if (!open()) return Progress::kClosing;
      if (output_.size() > ctx_->limits.max_pending_output_bytes) return Progress::kBlocked;
    }
    if (served_this_turn_ >= ctx_->limits.request_budget_per_tick && state->started()) {
      return Progress::kOutOfBudget;
    }
    if (state->phase == RequestState::Phase::kHead) {
      if (state->buffer.empty()) return Progress::kNeedsInput;
      timeline_.OnBytes(ctx_);
      state->ReserveFields(ctx_->parser_limits.max_fields);
      const ParseStatus status = state->ParseHead(ctx_->parser_limits);
      if (status == ParseStatus::kIncomplete) return Progress::kNeedsInput;
      if (status == ParseStatus::kError) {
        RefuseParse(state, state->parser.error(), state->parser.error_offset());
        return Progress::kClosing;
      }
      BeginRequest(state);
      if (closing_) return Progress::kClosing;
    }
    if (ServeBody(state) == Progress::kNeedsInput) return Progress::kNeedsInput;
  }
}

void Connection::BeginRequest(RequestState* state) {
  timeline_.OnHead(ctx_);
  const RequestHead& head = state->head();
  minor_version_ = head.minor_version;
  head_request_ = head.method == Method::kHead;
  keep_alive_ = head.keep_alive;
  continue_sent_ = false;
  if (head.method == Method::kConnect) {
    // What follows a CONNECT is not HTTP: it must never be read as a request.
    Refuse(501, "connect_unsupported", "This service is not a tunnel (RFC 9110 section 9.3.6).",
           CloseReason::kConnectUnsupported);
  }
}

Connection::Progress Connection::ServeBody(RequestState* state) {
  switch (state->DecodeBody(ctx_->parser_limits)) {
    case BodyStatus::kComplete:
      Dispatch(state);
      return Progress::kDeferred;
    case BodyStatus::kError:
      RefuseParse(state, state->decoder.error(), state->decoder.error_offset());
      return Progress::kClosing;
    case BodyStatus::kMore:
    case BodyStatus::kData:
    case BodyStatus::kTrailers:  // not asked for
      break;
  }
  if (state->head().expect_continue && !continue_sent_) {
    continue_sent_ = true;
    AppendContinue(&ctx_->out);
    (*ctx_->counters)[Counter::kResponses1xx].Add();
  }
  return Progress::kNeedsInput;
}

void Connection::Dispatch(RequestState* state) {
  timeline_.OnBody(ctx_);
  ++requests_;
  ++served_this_turn_;
  ++ticket_;
  handling_ = true;
  (*ctx_->counters)[Counter::kRequests].Add();
  ctx_->counters->responses_pending.Add();
  ctx_->mailbox->WriterMade();
  ctx_->current = this;
  try {
    const Request request(&state->head(), state->content(), peer_);
    (*ctx_->handler)(request, ResponseWriter(ctx_->mailbox, {slot_, ticket_}));
  } catch (...) {
    // The writer has sent a 500 when it was destroyed on the way here, unless it was moved away.
    (*ctx_->counters)[Counter::kHandlerExceptions].Add();
  }
  ctx_->current = nullptr;
  state->FinishRequest();
}

void Connection::Answer(AnswerKind kind, const Response* response) {
  EndPending();
  if (ctx_->current == this) ctx_->mailbox->WriterDone();
  Response failure;
  failure.status = 500;
  failure.content_type = "text/plain";
  failure.body = "500 Internal Server Error\n";
  if (kind == AnswerKind::kInvalid) (*ctx_->counters)[Counter::kResponsesInvalid].Add();
  if (kind == AnswerKind::kUnsent && std::uncaught_exceptions() == 0) {
    (*ctx_->counters)[Counter::kResponsesUnsent].Add();
  }
  const Response& answer = kind == AnswerKind::kResponse ? *response : failure;
  const bool last = requests_ >= ctx_->limits.max_requests_per_connection;
  const bool keep_alive = keep_alive_ && !answer.close && !last && !ctx_->draining;
  if (!keep_alive) {
    closing_ = true;
    close_reason_ = !keep_alive_ || answer.close ? CloseReason::kAnswered
                    : last                       ? CloseReason::kMaxRequests
                                                 : CloseReason::kDrained;
  }
  AppendAnswer(answer, keep_alive);
}

void Connection::AppendAnswer(const Response& response, bool keep_alive) {
  ResponseContext context;
  context.minor_version = minor_version_;
  context.head_request = head_request_;
  context.keep_alive = keep_alive;
  context.date = ctx_->date;
  AppendResponse(response, context, &ctx_->out);
  timeline_.OnAnswer();
  (*ctx_->counters)[ClassCounter(response.status)].Add();
}

void Connection::RefuseParse(RequestState* state, ParseError error, std::uint64_t offset) {
  (*ctx_->counters)[error].Add();
  const ParseErrorInfo& info = Describe(error);
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
                        CloseReason reason) {
  std::string body(what);
  body += "\n";
  body += text;
  body += "\n";
  Response response;
  response.status = status;
  response.content_type = "text/plain";
  response.body = body;
  head_request_ = false;
  AppendAnswer(response, false);
  closing_ = true;
  linger_wanted_ = true;
  close_reason_ = reason;
}

}  // namespace weir

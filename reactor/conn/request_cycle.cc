// The part of Connection that turns bytes into requests and requests into answers.

#include <exception>
#include <utility>

#include "weir/reactor/conn/connection.h"
#include "weir/reactor/conn/head_sizes.h"
#include "weir/reactor/conn/response_encoder.h"

namespace weir {
namespace {

// REQUIRES: 200 <= status <= 599.
Counter ClassCounter(int status) noexcept {
  static_assert(
      static_cast<int>(Counter::kResponses5xx) == static_cast<int>(Counter::kResponses2xx) + 3,
      "the classes are in order");
  return static_cast<Counter>(static_cast<int>(Counter::kResponses2xx) + (status / 100 - 2));
}

}  // namespace

// Serves what has come, then what comes, as far as the budgets go.
void Connection::Serve() {
  LendScratch();
  RequestState* const state = request_ != nullptr ? request_.get() : &ctx_->scratch;
  ctx_->served = state;
  progress_ = ServeBuffered(state);
  for (std::uint64_t reads = 0; progress_ == Progress::kNeedsInput && readable_; ++reads) {
    if (reads >= ctx_->limits.read_budget_per_turn) {
      AskForTurn();
      break;
    }
    if (!Receive(state)) break;
    progress_ = ServeBuffered(state);
  }
  ctx_->served = nullptr;
  if (progress_ == Progress::kOutOfBudget) AskForTurn();
  if (progress_ == Progress::kNeedsInput && end_of_input_ && !ended()) {
    if (state_ == ConnectionState::kHandling) {
      Fail(CloseReason::kClientAborted);  // content ends before its end
    } else {
      SetState(ConnectionState::kClosing);
      close_reason_ = state->started() ? CloseReason::kClientAborted : CloseReason::kClientClosed;
      state->Reset();
    }
  }
  if (state_ == ConnectionState::kFailed) state->Reset();
  KeepOrReturn(state);
}

// A connection holds a state of its own only while there is something in it.
void Connection::KeepOrReturn(RequestState* state) {
  if (state_ == ConnectionState::kClosing) {
    linger_wanted_ = linger_wanted_ || state->started();
    state->Reset();
  }
  if (!ended() && state_ != ConnectionState::kHandling) NoteReading(*state);
  if (state == &ctx_->scratch) {
    if (!state->started()) return;
    request_ = ctx_->states.Take();
    request_->TakeFrom(state);
    return;
  }
  TakeScratchBack();
  if (!state->started()) {
    ctx_->states.Return(std::move(request_));
  }
}

void Connection::NoteReading(const RequestState& state) {
  if (state_ == ConnectionState::kReadingProxy) return;
  const ConnectionState now = !state.started() ? ConnectionState::kIdle
                              : state.phase == RequestState::Phase::kHead
                                  ? ConnectionState::kReadingHead
                                  : ConnectionState::kReadingContent;
  if (now != state_) SetState(now);
}

Connection::Progress Connection::ServeBuffered(RequestState* state) {
  if (state_ != ConnectionState::kHandling && state->started() && ctx_->AtMemoryBound()) {
    RefuseForMemory();
  }
  Progress progress = Progress::kAgain;
  while (progress == Progress::kAgain) {
    if (ended()) return Progress::kClosing;
    if (state_ == ConnectionState::kHandling) {
      progress = ServeContent(state);
      continue;
    }
    if (state_ == ConnectionState::kReadingProxy) {
      progress = ServeProxyHeader(state);
      continue;
    }
    if (ctx_->out.size() > 0 || output_ != nullptr) {
      const std::uint64_t most = ctx_->limits.max_pending_output_bytes;
      if (WaitingBytes() > most) Flush();
      if (ended()) return Progress::kClosing;
      if (WaitingBytes() > most) return Progress::kBlocked;
    }
    if (ctx_->served_this_turn >= ctx_->limits.request_budget_per_tick && state->started()) {
      return Progress::kOutOfBudget;
    }
    progress = state->phase == RequestState::Phase::kHead ? ServeHead(state) : ServeBody(state);
  }
  return progress;
}

Connection::Progress Connection::ServeHead(RequestState* state) {
  if (state->buffer.empty()) return Progress::kNeedsInput;
  timeline_.OnBytes(ctx_);
  state->ReserveFields(ctx_->head_limits.max_fields);
  const ParseStatus status = state->ParseHead(ctx_->head_limits);
  if (status == ParseStatus::kIncomplete) return Progress::kNeedsInput;
  if (status == ParseStatus::kError) {
    RefuseParse(state, state->parser.error(), state->parser.error_offset());
    return Progress::kClosing;
  }
  BeginRequest(state);
  if (ended()) return Progress::kClosing;
  if (ctx_->handler->stream()) {
    DispatchStreamed(state);
  } else if (state->has_content()) {
    return ServeBody(state);
  } else {
    Dispatch(state);
  }
  return Progress::kAgain;
}

void Connection::BeginRequest(RequestState* state) {
  timeline_.OnHead(ctx_);
  const RequestHead& head = state->head();
  const bool sampled = ctx_->size_turn.Take(ctx_->limits.size_sample_every);
  if (sampled || ctx_->counters->shadows.judges_heads()) {
    const HeadSizes sizes = MeasureHead(head, state->head_text());
    if (sampled) CountSizes(sizes, ctx_->counters);
    JudgeSizes(sizes, &ctx_->counters->shadows);
  }
  minor_version_ = head.minor_version;
  head_request_ = head.method == Method::kHead;
  keep_alive_ = head.keep_alive;
  continue_sent_ = false;
  upgrade_ = head.upgrade;
  connect_ = head.method == Method::kConnect;
  if (connect_) BeginConnect(head);
}

// What follows a CONNECT is not HTTP: it must never be read as a request.
void Connection::BeginConnect(const RequestHead& head) {
  keep_alive_ = false;
  if (!ctx_->handler->takes_connect()) {
    Refuse(501, "connect_unsupported", "This service is not a tunnel (RFC 9110 section 9.3.6).",
           CloseReason::kConnectUnsupported);
  } else if (head.framing.has_body()) {
    Refuse(400, "connect_content", "CONNECT has no content (RFC 9110 section 9.3.6).",
           CloseReason::kConnectUnsupported);
  }
}

Connection::Progress Connection::ServeBody(RequestState* state) {
  switch (state->DecodeBody(ctx_->parser_limits)) {
    case BodyStatus::kComplete:
      Dispatch(state);
      return Progress::kAgain;
    case BodyStatus::kError:
      RefuseParse(state, state->decoder.error(), state->decoder.error_offset());
      return Progress::kClosing;
    case BodyStatus::kMore:
    case BodyStatus::kData:
    case BodyStatus::kTrailers:  // not asked for
      break;
  }
  SendContinue(state);
  return Progress::kNeedsInput;
}

void Connection::SendContinue(RequestState* state) {
  if (!state->expects_continue() || continue_sent_) return;
  continue_sent_ = true;
  AppendOutput("HTTP/1.1 100 Continue\r\n\r\n");
  (*ctx_->counters)[Counter::kResponses1xx].Add();
}

void Connection::BeginHandling() {
  ++requests_;
  ++ctx_->served_this_turn;
  ticket_ = ++ctx_->last_ticket;
  SetState(ConnectionState::kHandling);
  (*ctx_->counters)[Counter::kRequests].Add();
  ctx_->counters->responses_pending.Add();
  ctx_->mailbox->Retain();
}

void Connection::Dispatch(RequestState* state) {
  timeline_.OnBody(ctx_);
  ctx_->counters->shadows.Judge(ShadowOf::kBodyBytes, state->content().size());
  BeginHandling();
  RunHandler(ctx_->handler->whole(), state, ResponseWriter(ctx_->mailbox, Ticket()));
  state->FinishRequest();
}

void Connection::RunHandler(const Handler& handler, RequestState* state,
                            ResponseWriter&& response) {
  ctx_->mailbox->EnterHandler(Ticket(), this);
  try {
    const Request request(&state->head(), state->content(), peer_, client());
    handler(request, std::move(response));
  } catch (...) {
    // The writer has sent a 500 when it was destroyed on the way here, unless it was moved away.
    (*ctx_->counters)[Counter::kHandlerExceptions].Add();
  }
  ctx_->mailbox->LeaveHandler();
}

void Connection::Answer(AnswerKind kind, const Response* response) {
  if (kind != AnswerKind::kResponse) return AnswerFailure(kind);
  const bool content_taken = exchange_ == nullptr || TakeContent();
  const bool keep_alive = DecideKeepAlive(*response, content_taken);
  SetState(keep_alive ? ConnectionState::kIdle : ConnectionState::kClosing);
  EndExchange(BodyError::kAnswered, false);
  AppendAnswer(*response, keep_alive);
}

void Connection::AnswerFailure(AnswerKind kind) {
  if (kind == AnswerKind::kInvalid) (*ctx_->counters)[Counter::kResponsesInvalid].Add();
  if (kind == AnswerKind::kUnsent && std::uncaught_exceptions() == 0) {
    (*ctx_->counters)[Counter::kResponsesUnsent].Add();
  }
  Response failure;
  failure.status = 500;
  failure.content_type = "text/plain";
  failure.body = "500 Internal Server Error\n";
  Answer(AnswerKind::kResponse, &failure);
}

// Whether another request may follow; if not, the connection closes behind this answer.
bool Connection::DecideKeepAlive(const Response& response, bool content_taken) {
  const bool wished = keep_alive_ && !response.close && content_taken;
  const bool last = requests_ >= ctx_->limits.max_requests_per_connection;
  if (wished && !last && !ctx_->draining) return true;
  close_reason_ = !wished ? CloseReason::kAnswered
                  : last  ? CloseReason::kMaxRequests
                          : CloseReason::kDrained;
  linger_wanted_ = linger_wanted_ || !content_taken;
  return false;
}

ResponseContext Connection::AnswerContext(bool keep_alive) const noexcept {
  ResponseContext context;
  context.minor_version = minor_version_;
  context.head_request = head_request_;
  context.keep_alive = keep_alive;
  context.start = &ctx_->head_start;
  return context;
}

void Connection::CountAnswer(int status) {
  timeline_.OnAnswer();
  (*ctx_->counters)[ClassCounter(status)].Add();
}

void Connection::AppendAnswer(const Response& response, bool keep_alive) {
  CountAnswer(response.status);
  const ResponseContext context = AnswerContext(keep_alive);
  if (ctx_->driven == this) {
    AppendResponse(response, context, &ctx_->out);
  } else {
    ByteBuffer encoded;
    AppendResponse(response, context, &encoded);
    AppendOutput(encoded.view());
  }
  const bool elsewhere = response.shared_body != nullptr || response.file.file != nullptr;
  if (elsewhere && !head_request_ && HasContent(response.status)) {
    AppendOutput(ContentPiece{{}, response.shared_body, response.file});
  }
}

}  // namespace weir

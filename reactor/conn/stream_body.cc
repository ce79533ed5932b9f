// The part of Connection that gives content to streaming handlers, piece by piece.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "weir/parser/trailer_fields.h"
#include "weir/reactor/conn/connection.h"

namespace weir {

void Connection::DispatchStreamed(RequestState* state) {
  BeginHandling();
  exchange_ = ctx_->exchanges.Take();
  exchange_->body = BodyMode::kUnread;
  const MessageFraming& framing = state->head().framing;
  std::optional<std::uint64_t> length;
  if (framing.kind != BodyKind::kChunked) length = framing.content_length;
  const ResponseTicket ticket = Ticket();
  ctx_->mailbox->Retain();
  ctx_->mailbox->EnterHandler(ticket, this);
  try {
    const Request request(&state->head(), {}, peer_, client());
    ctx_->handler->stream()(
        request, RequestBody(ExchangeHandle(ctx_->mailbox, ticket), framing.has_body(), length),
        ResponseWriter(ctx_->mailbox, ticket));
  } catch (...) {
    (*ctx_->counters)[Counter::kHandlerExceptions].Add();
  }
  ctx_->mailbox->LeaveHandler();
}

// The state that the content of the present request is in.
RequestState* Connection::State() noexcept {
  return ctx_->driven == this && ctx_->served != nullptr ? ctx_->served : request_.get();
}

bool Connection::ContentFlows() const noexcept {
  return exchange_ != nullptr &&
         (exchange_->body == BodyMode::kReading || exchange_->body == BodyMode::kCollecting);
}

bool Connection::ContentWaits() const noexcept {
  return ContentFlows() && progress_ == Progress::kNeedsInput;
}

ParserLimits Connection::ContentLimits() const noexcept {
  ParserLimits limits = ctx_->parser_limits;
  if (exchange_->options.max_bytes.has_value())
    limits.max_body_bytes = *exchange_->options.max_bytes;
  return limits;
}

void Connection::ReadBody(std::unique_ptr<BodyReader> reader, const BodyOptions& options) {
  exchange_->reader = std::move(reader);
  exchange_->options = options;
  exchange_->body = BodyMode::kReading;
  if (ctx_->driven != this) AskForTurn();
}

void Connection::CollectBody(ResponseWriter response, Handler handler) {
  exchange_->collect_response = std::move(response);
  exchange_->collect_handler = std::move(handler);
  exchange_->body = BodyMode::kCollecting;
  if (ctx_->driven != this) AskForTurn();
}

void Connection::PauseBody(bool paused) {
  const BodyMode from = paused ? BodyMode::kReading : BodyMode::kPaused;
  if (exchange_->body != from) return;
  exchange_->body = paused ? BodyMode::kPaused : BodyMode::kReading;
  if (ctx_->driven != this) AskForTurn();
}

Connection::Progress Connection::ServeContent(RequestState* state) {
  if (!ContentFlows()) return Progress::kDeferred;
  const ParserLimits limits = ContentLimits();
  if (!state->streaming()) {
    // Nothing of the content was looked at so far, its declared length included.
    const std::uint64_t length = state->head().framing.content_length;
    if (length > limits.max_body_bytes) {
      RefuseContent(state, ParseError::kBodyTooLarge, 0);
      return Progress::kClosing;
    }
    if (exchange_->body == BodyMode::kCollecting) return ServeCollected(state);
    const bool trailers = exchange_->options.trailers;
    state->StartStreaming(trailers ? TrailerUse::kGive : TrailerUse::kDrop);
  }
  const BodyStep step = state->NextContent(limits);
  if (step.status != BodyStatus::kMore) return ServeStep(state, step);
  if (exchange_->stream == nullptr) SendContinue(state);
  return Progress::kNeedsInput;
}

Connection::Progress Connection::ServeStep(RequestState* state, const BodyStep& step) {
  if (step.status == BodyStatus::kError) {
    RefuseContent(state, state->decoder.error(), state->decoder.error_offset());
    return Progress::kClosing;
  }
  try {
    if (step.status == BodyStatus::kTrailers) {
      exchange_->trailers.append(step.data);
    } else if (!step.data.empty()) {
      const BodyFlow flow = exchange_->reader->OnData(step.data);
      const bool reading = exchange_ != nullptr && exchange_->body == BodyMode::kReading;
      if (flow == BodyFlow::kPause && reading && step.status != BodyStatus::kComplete) {
        exchange_->body = BodyMode::kPaused;
      }
    }
    if (step.status == BodyStatus::kComplete && exchange_ != nullptr) GiveEnd(state);
  } catch (...) {
    (*ctx_->counters)[Counter::kHandlerExceptions].Add();
    FailHandling();
  }
  return Progress::kAgain;
}

void Connection::GiveEnd(RequestState* state) {
  if (!exchange_->options.max_bytes) {
    ctx_->counters->shadows.Judge(ShadowOf::kBodyBytes, state->decoder.content_bytes());
  }
  state->FinishRequest();
  exchange_->body = BodyMode::kTaken;
  const std::unique_ptr<BodyReader> reader = std::move(exchange_->reader);
  const std::string trailers = std::move(exchange_->trailers);
  std::vector<FieldRef> refs;
  if (!trailers.empty()) refs.resize(ctx_->parser_limits.max_fields);
  const auto capacity = static_cast<std::uint32_t>(refs.size());
  const std::uint32_t count = SplitTrailers(trailers, refs.data(), capacity);
  reader->OnEnd(HeaderFields(trailers.data(), refs.data(), std::min(count, capacity)));
}

Connection::Progress Connection::ServeCollected(RequestState* state) {
  switch (state->DecodeBody(ctx_->parser_limits)) {
    case BodyStatus::kComplete:
      break;
    case BodyStatus::kError:
      RefuseContent(state, state->decoder.error(), state->decoder.error_offset());
      return Progress::kClosing;
    default:
      if (ctx_->AtMemoryBound()) {
        RefuseForMemory();
        return Progress::kClosing;
      }
      SendContinue(state);
      return Progress::kNeedsInput;
  }
  ctx_->counters->shadows.Judge(ShadowOf::kBodyBytes, state->content().size());
  std::unique_ptr<Exchange> collected = std::move(exchange_);
  RunHandler(collected->collect_handler, state, std::move(collected->collect_response));
  ctx_->exchanges.Return(std::move(collected));
  state->FinishRequest();
  return Progress::kAgain;
}

// Whether the content of the present request is behind us. What has come already is dropped here;
// an answer need not close the connection for its sake.
bool Connection::TakeContent() {
  if (exchange_ == nullptr || exchange_->body == BodyMode::kTaken) return true;
  RequestState* const state = State();
  if (state == nullptr || exchange_->body == BodyMode::kCollecting) return false;
  const ParserLimits limits = ContentLimits();
  if (!state->streaming()) state->StartStreaming(TrailerUse::kDrop);
  BodyStep step = state->NextContent(limits);
  while (step.status == BodyStatus::kData || step.status == BodyStatus::kTrailers) {
    step = state->NextContent(limits);
  }
  if (step.status != BodyStatus::kComplete) return false;
  state->FinishRequest();
  exchange_->body = BodyMode::kTaken;
  return true;
}

// Content that may not be: the client gets the same answer as without streaming, or, where one has
// begun, is cut.
void Connection::RefuseContent(RequestState* state, ParseError error, std::uint64_t offset) {
  if (exchange_->stream != nullptr) {
    (*ctx_->counters)[error].Add();
    NoteBadParse(state, error, offset, 0);
    return Cut(CloseReason::kParseError);
  }
  RefuseParse(state, error, offset);
}

// A callback threw.
void Connection::FailHandling() {
  if (state_ != ConnectionState::kHandling) return;
  if (exchange_ != nullptr && exchange_->stream != nullptr) {
    return EndStream(StreamEnd::kCut, {});
  }
  Refuse(500, "500 Internal Server Error", "", CloseReason::kAnswered, BodyError::kFailed);
}

// Content that streams passes through the reactor's buffer: a connection that waits for more need
// not hold one of that size.
void Connection::LendScratch() {
  if (request_ != nullptr && request_->streaming() && request_->buffer.empty()) {
    std::swap(request_->buffer, ctx_->scratch.buffer);
    request_->buffer.Clear();
    ctx_->scratch_lent = true;
  }
}

void Connection::TakeScratchBack() {
  if (!std::exchange(ctx_->scratch_lent, false)) return;
  ByteBuffer rest;
  if (!request_->buffer.empty()) rest.Append(request_->buffer.view());
  request_->buffer.Clear();
  std::swap(request_->buffer, ctx_->scratch.buffer);
  request_->buffer = std::move(rest);
}

}  // namespace weir

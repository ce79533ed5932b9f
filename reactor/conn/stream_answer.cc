// The part of Connection that sends answers piece by piece.

#include <memory>
#include <utility>

#include "weir/reactor/conn/connection.h"
#include "weir/reactor/conn/response_encoder.h"

namespace weir {

void Connection::AppendOutput(std::string_view bytes) {
  if (ctx_->driven == this) return ctx_->out.Append(bytes);
  if (output_ == nullptr) output_ = ctx_->outputs.Take();
  output_->Append(bytes);
  AskForTurn();
}

void Connection::AppendOutput(const ContentPiece& piece) {
  if (piece.shared == nullptr && piece.file.file == nullptr) return AppendOutput(piece.bytes);
  if (output_ == nullptr) output_ = ctx_->outputs.Take();
  if (ctx_->driven == this) {
    output_->Append(ctx_->out.view());
    ctx_->out.Clear();
  } else {
    AskForTurn();
  }
  output_->Append(piece);
}

void Connection::StartStream(const Response& head, const StreamOptions& options,
                             std::shared_ptr<StreamState> state) {
  if (exchange_ == nullptr) exchange_ = ctx_->exchanges.Take();
  exchange_->stream = std::move(state);
  exchange_->content = !head_request_ && HasContent(head.status);
  exchange_->framing = StreamedFraming(head.status, options, AnswerContext(true));
  if (exchange_->framing == ResponseFraming::kClose) keep_alive_ = false;
  keep_alive_ = DecideKeepAlive(head, true);
  ByteBuffer elsewhere;
  ByteBuffer* const out = ctx_->driven == this ? &ctx_->out : &elsewhere;
  AppendStreamHead(head, options, exchange_->framing, AnswerContext(keep_alive_), out);
  if (out == &elsewhere) AppendOutput(elsewhere.view());
  CountAnswer(head.status);
}

void Connection::WriteStream(const ContentPiece& piece) {
  if (!exchange_->content) return;
  const bool chunked = exchange_->framing == ResponseFraming::kChunked;
  if (chunked) AppendOutput(ChunkStart(piece.size()).view());
  AppendOutput(piece);
  if (chunked) AppendOutput("\r\n");
  exchange_->stream->queued_bytes.store(WaitingBytes());
}

void Connection::SendNow() {
  if (ctx_->driven == this) Flush();
}

void Connection::SetWritable(std::function<void()> callback) {
  exchange_->on_writable = std::move(callback);
  if (ctx_->driven != this) AskForTurn();
}

// Half empty, so that a producer is not woken for every packet.
void Connection::NotifyWritable() {
  if (exchange_->stream == nullptr || !exchange_->on_writable) return;
  if (exchange_->stream->waiting() > ctx_->limits.max_pending_output_bytes / 2) return;
  if (!exchange_->stream->wants_writable.exchange(false)) return;
  // It may end the stream, or choose another callback.
  std::function<void()> callback = std::move(exchange_->on_writable);
  exchange_->on_writable = nullptr;
  try {
    callback();
  } catch (...) {
    (*ctx_->counters)[Counter::kHandlerExceptions].Add();
    FailHandling();
  }
  if (state_ == ConnectionState::kFailed) {
    // It is owed one more call, which says so.
    Farewell farewell;
    farewell.on_writable = std::move(callback);
    ctx_->farewells.push_back(std::move(farewell));
    return;
  }
  if (exchange_ != nullptr && !exchange_->on_writable) {
    exchange_->on_writable = std::move(callback);
  }
  Flush();
  const bool again = exchange_ != nullptr && exchange_->stream != nullptr &&
                     exchange_->stream->wants_writable.load();
  if (again && output_ == nullptr) AskForTurn();
}

// What is there already may still be of use: the answers before this one, to begin with.
void Connection::Cut(CloseReason reason) {
  if (ctx_->driven == this) {
    Flush();
  } else if (output_ != nullptr) {
    FlushQueue();
  }
  Fail(reason);
}

void Connection::EndStream(StreamEnd how, const std::vector<ResponseField>& trailers) {
  if (how == StreamEnd::kCut) {
    // Where only the end of the connection delimits the content, a FIN would say that it is whole.
    abortive_ = exchange_->content && exchange_->framing == ResponseFraming::kClose;
    return Cut(CloseReason::kResponseCut);
  }
  if (exchange_->content && exchange_->framing == ResponseFraming::kChunked) {
    ByteBuffer elsewhere;
    ByteBuffer* const out = ctx_->driven == this ? &ctx_->out : &elsewhere;
    AppendLastChunk(trailers, out);
    if (out == &elsewhere) AppendOutput(elsewhere.view());
  }
  const bool content_taken = TakeContent();
  const bool keep = keep_alive_ && content_taken;
  SetState(keep ? ConnectionState::kIdle : ConnectionState::kClosing);
  EndExchange(BodyError::kAnswered, false);
  if (ctx_->driven != this) AskForTurn();
  if (keep) return;
  linger_wanted_ = linger_wanted_ || !content_taken;
  if (keep_alive_) close_reason_ = CloseReason::kAnswered;
}

}  // namespace weir

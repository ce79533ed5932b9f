// The part of Connection that gives its socket away.

#include <sys/epoll.h>

#include <memory>
#include <string>
#include <utility>

#include "weir/reactor/conn/connection.h"
#include "weir/reactor/conn/response_encoder.h"

namespace weir {

void Connection::HandOver(const Response& head, std::string_view protocol, NewOwner owner) {
  if (!TakeContent()) {
    // What is left of the content would reach the new owner as its protocol.
    Answer(AnswerKind::kInvalid, nullptr);
    return TellNewOwner(std::move(owner), {});
  }
  auto exchange = std::make_unique<Exchange>();
  exchange->new_owner = std::move(owner);
  SetState(ConnectionState::kHandingOver);
  EndExchange(BodyError::kAnswered, false);
  exchange_ = std::move(exchange);
  ByteBuffer encoded;
  AppendSwitchHead(head, protocol, ctx_->head_start, &encoded);
  AppendOutput(encoded.view());
  timeline_.OnAnswer();
  (*ctx_->counters)[connect_ ? Counter::kResponses2xx : Counter::kResponses1xx].Add();
}

void Connection::TellNewOwner(NewOwner owner, HandedOver connection) {
  Farewell farewell;
  farewell.new_owner = std::move(owner);
  farewell.handed_over = std::move(connection);
  ctx_->farewells.push_back(std::move(farewell));
}

// The answer is in the kernel's hands, whole. Nothing here is done halfway: what can fail comes
// before the descriptor has another owner.
void Connection::FinishHandOver() {
  HandedOver connection;
  if (request_ != nullptr) connection.early_bytes = std::string(request_->buffer.view());
  connection.peer = peer_;
  TellNewOwner(exchange_->new_owner, std::move(connection));
  // Kept out of the way of Close, which would tell it that there is no socket.
  const std::unique_ptr<Exchange> ended = std::move(exchange_);
  if (ctx_->syscalls->EpollCtl(ctx_->epoll, EPOLL_CTL_DEL, fd_, nullptr) != 0) {
    // It would go on to wake this reactor for as long as its new owner has it.
    ctx_->farewells.back().handed_over = HandedOver();
    return Close(CloseReason::kSocketError);
  }
  ctx_->farewells.back().handed_over.socket.Reset(std::exchange(fd_, -1));
  Close(CloseReason::kHandedOver);
}

}  // namespace weir

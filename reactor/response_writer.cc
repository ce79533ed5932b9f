#include "weir/reactor/response_writer.h"

#include <memory>
#include <string>

#include "weir/reactor/owned_response.h"
#include "weir/reactor/response_channel.h"
#include "weir/reactor/response_check.h"
#include "weir/reactor/response_stream.h"

namespace weir {

ResponseWriter& ResponseWriter::operator=(ResponseWriter&& other) noexcept {
  if (this != &other) {
    ResponseWriter ended(std::move(*this));
    channel_ = std::exchange(other.channel_, nullptr);
    ticket_ = other.ticket_;
  }
  return *this;
}

void ResponseWriter::GiveUp() { channel_->Answer(ticket_, AnswerKind::kUnsent, nullptr); }

SendStatus ResponseWriter::Send(const Response& response) {
  ResponseChannel* const channel = std::exchange(channel_, nullptr);
  if (channel == nullptr) return SendStatus::kAlreadySent;
  if (!MayBeSent(response) || !MayAnswer(response.status)) {
    channel->Answer(ticket_, AnswerKind::kInvalid, nullptr);
    return SendStatus::kInvalid;
  }
  const bool connected = channel->Answer(ticket_, AnswerKind::kResponse, &response);
  return connected ? SendStatus::kOk : SendStatus::kClientGone;
}

SendStatus ResponseWriter::Send(int status, std::string_view content_type, std::string_view body) {
  Response response;
  response.status = status;
  response.content_type = content_type;
  response.body = body;
  return Send(response);
}

ResponseStream ResponseWriter::Start(const Response& head) { return Start(head, StreamOptions()); }

ResponseStream ResponseWriter::Start(const Response& head, const StreamOptions& options) {
  ResponseChannel* const channel = std::exchange(channel_, nullptr);
  if (channel == nullptr) return {};
  if (!MayBeStarted(head, options) || !MayAnswer(head.status)) {
    channel->Answer(ticket_, AnswerKind::kInvalid, nullptr);
    return {};
  }
  ExchangeHandle handle(channel, ticket_);
  auto state = std::make_shared<StreamState>();
  if (ExchangeEnd* const end = channel->Here(ticket_)) {
    end->StartStream(head, options, state);
  } else {
    state->posted.fetch_add(1);
    channel->PostFunction(
        ticket_,
        [state, owned_head = OwnedResponse(head),
         owned_options = OwnedStreamOptions(options)](ExchangeEnd* end) {
          state->posted.fetch_sub(1);
          if (end == nullptr) return state->gone.store(true);
          end->StartStream(owned_head.View(), owned_options.View(), state);
        },
        true);
  }
  const bool content = !ticket_.head_request && HasContent(head.status);
  return ResponseStream(std::move(handle), std::move(state),
                        content ? options.content_length : std::nullopt);
}

SendStatus ResponseWriter::Upgrade(std::string_view protocol,
                                   const std::vector<ResponseField>& fields, NewOwner owner) {
  Response head;
  head.status = 101;
  head.fields = fields;
  return HandOver(head, protocol, std::move(owner));
}

SendStatus ResponseWriter::OpenTunnel(const std::vector<ResponseField>& fields, NewOwner owner) {
  Response head;
  head.fields = fields;
  return HandOver(head, {}, std::move(owner));
}

SendStatus ResponseWriter::HandOver(const Response& head, std::string_view protocol,
                                    NewOwner owner) {
  const bool asked_for = head.status == 101 ? ticket_.upgrade : ticket_.connect;
  ResponseChannel* const channel = std::exchange(channel_, nullptr);
  if (channel == nullptr) return SendStatus::kAlreadySent;
  if (!asked_for || !owner || !MayBeHandedOver(head, protocol)) {
    channel->Answer(ticket_, AnswerKind::kInvalid, nullptr);
    return SendStatus::kInvalid;
  }
  const ExchangeHandle handle(channel, ticket_);
  if (ExchangeEnd* const end = channel->Here(ticket_)) {
    end->HandOver(head, protocol, std::move(owner));
    return SendStatus::kOk;
  }
  const bool connected = channel->PostFunction(
      ticket_,
      [owned_head = OwnedResponse(head), owned_protocol = std::string(protocol),
       owner = std::move(owner)](ExchangeEnd* end) mutable {
        if (end == nullptr) return owner(HandedOver());
        end->HandOver(owned_head.View(), owned_protocol, std::move(owner));
      },
      true);
  return connected ? SendStatus::kOk : SendStatus::kClientGone;
}

bool ResponseWriter::client_connected() const {
  return channel_ != nullptr && channel_->Connected(ticket_);
}

}  // namespace weir

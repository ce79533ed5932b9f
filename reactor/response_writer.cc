#include "weir/reactor/response_writer.h"

#include <memory>

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
  if (!MayBeSent(response)) {
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
  if (!MayBeStarted(head, options)) {
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

bool ResponseWriter::client_connected() const {
  return channel_ != nullptr && channel_->Connected(ticket_);
}

}  // namespace weir

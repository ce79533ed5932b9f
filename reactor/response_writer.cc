#include "weir/reactor/response_writer.h"

#include "weir/reactor/response_channel.h"
#include "weir/reactor/response_check.h"

namespace weir {

ResponseWriter& ResponseWriter::operator=(ResponseWriter&& other) noexcept {
  if (this != &other) {
    ResponseWriter ended(std::move(*this));
    channel_ = std::exchange(other.channel_, nullptr);
    ticket_ = other.ticket_;
  }
  return *this;
}

ResponseWriter::~ResponseWriter() {
  if (channel_ != nullptr) channel_->Answer(ticket_, AnswerKind::kUnsent, nullptr);
}

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

bool ResponseWriter::client_connected() const {
  return channel_ != nullptr && channel_->Connected(ticket_);
}

}  // namespace weir

#include "weir/reactor/loop/mailbox.h"

namespace weir {
namespace {

thread_local const Mailbox* this_threads_mailbox = nullptr;

}  // namespace

OwnedResponse::OwnedResponse(const Response& response)
    : status(response.status),
      content_type(response.content_type),
      body(response.body),
      close(response.close) {
  fields.reserve(response.fields.size());
  for (const ResponseField& field : response.fields) fields.emplace_back(field.name, field.value);
}

Response OwnedResponse::View(std::vector<ResponseField>* views) const {
  Response response;
  response.status = status;
  response.content_type = content_type;
  response.body = body;
  response.close = close;
  views->clear();
  for (const auto& [name, value] : fields) views->push_back({name, value});
  response.fields = *views;
  return response;
}

void Mailbox::EnterThread() noexcept { this_threads_mailbox = this; }

void Mailbox::LeaveThread() noexcept { this_threads_mailbox = nullptr; }

bool Mailbox::Answer(ResponseTicket ticket, AnswerKind kind, const Response* response) {
  if (this_threads_mailbox == this && sink_->IsCurrent(ticket)) {
    sink_->AnswerCurrent(kind, response);
    return true;
  }
  // Copied before the lock is taken: an answer may be large.
  Message message{ticket, kind, {}};
  if (response != nullptr) message.response.emplace(*response);
  bool last = false;
  bool connected = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (abandoned_) {
      last = --writers_ == 0;
    } else if (gone_.erase(Key(ticket)) != 0) {
      ++late_writers_;
    } else {
      connected = true;
      messages_.push_back(std::move(message));
      if (messages_.size() == 1) Wake();
    }
  }
  if (last) delete this;
  return connected;
}

bool Mailbox::Connected(ResponseTicket ticket) {
  if (this_threads_mailbox == this && sink_->IsCurrent(ticket)) return true;
  const std::lock_guard<std::mutex> lock(mutex_);
  return !abandoned_ && gone_.count(Key(ticket)) == 0;
}

void Mailbox::Wake() {
  const std::uint64_t one = 1;
  // Fails only when the eventfd is full, and then a wake-up waits already (eventfd(2)).
  (void)syscalls_->Write(wake_fd_, &one, sizeof(one));
}

void Mailbox::ConnectionGone(ResponseTicket ticket) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const Message& message : messages_) {
    if (Key(message.ticket) == Key(ticket)) return;  // answered already: no writer lives
  }
  gone_.insert(Key(ticket));
}

void Mailbox::Collect(std::vector<Message>* messages) {
  const std::lock_guard<std::mutex> lock(mutex_);
  messages->swap(messages_);
  writers_ -= messages->size() + std::exchange(late_writers_, 0);
}

void Mailbox::Abandon() {
  bool last = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    writers_ -= messages_.size() + std::exchange(late_writers_, 0);
    messages_.clear();
    gone_.clear();
    abandoned_ = true;
    last = writers_ == 0;
  }
  if (last) delete this;
}

}  // namespace weir

#include "weir/reactor/loop/mailbox.h"

#include <cerrno>
#include <utility>

namespace weir {
namespace {

thread_local const Mailbox* this_threads_mailbox = nullptr;

}  // namespace

void AnswerDelivery::Set(AnswerKind kind, const Response* response) {
  kind_ = kind;
  if (response != nullptr) response_.Assign(*response);
}

void AnswerDelivery::Deliver(ExchangeEnd* end) {
  if (end != nullptr && kind_ == AnswerKind::kResponse) {
    response_.View(&view_);
    end->Answer(kind_, &view_);
    view_.shared_body = nullptr;
    view_.file = {};
  } else if (end != nullptr) {
    end->Answer(kind_, nullptr);
  }
  response_.DropContent();
}

void Mailbox::EnterThread() noexcept { this_threads_mailbox = this; }

void Mailbox::LeaveThread() noexcept { this_threads_mailbox = nullptr; }

// Whether this is the reactor's thread and the handler of that request runs.
inline bool Mailbox::IsRunning(ResponseTicket ticket) const noexcept {
  return this_threads_mailbox == this && ticket.generation == running_;
}

bool Mailbox::Answer(ResponseTicket ticket, AnswerKind kind, const Response* response) {
  if (IsRunning(ticket)) {
    --references_;
    running_end_->Answer(kind, response);
    return true;
  }
  std::unique_ptr<AnswerDelivery> answer;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    answer = answers_.Take();
  }
  answer->Set(kind, response);
  const bool connected = Enqueue({ticket, std::move(answer), true, true});
  Release();
  return connected;
}

ExchangeEnd* Mailbox::Here(ResponseTicket ticket) {
  return this_threads_mailbox == this ? sink_->Find(ticket) : nullptr;
}

bool Mailbox::Post(ResponseTicket ticket, std::unique_ptr<Delivery> delivery, bool uses_up_writer) {
  return Enqueue({ticket, std::move(delivery), uses_up_writer, false});
}

bool Mailbox::Enqueue(Message message) {
  if (Take(&message)) return true;
  message.delivery->Deliver(nullptr);
  return false;
}

bool Mailbox::Take(Message* message) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (abandoned_) return false;
  if (message->uses_up_writer && gone_.erase(message->ticket.generation) != 0) return false;
  messages_.push_back(std::move(*message));
  if (messages_.size() == 1) Wake();
  return true;
}

void Mailbox::Release() {
  if (this_threads_mailbox == this) {
    --references_;
    return;
  }
  bool last = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (abandoned_) {
      last = --references_ == 0;
    } else {
      ++released_;
    }
  }
  if (last) delete this;
}

bool Mailbox::Connected(ResponseTicket ticket) {
  if (IsRunning(ticket)) return true;
  const std::lock_guard<std::mutex> lock(mutex_);
  return !abandoned_ && gone_.count(ticket.generation) == 0;
}

void Mailbox::Wake() {
  const std::uint64_t one = 1;
  // It can only be full (eventfd(2)), after more wake-ups than will ever be.
  while (syscalls_->Write(wake_fd_, &one, sizeof(one)) < 0 && errno == EINTR) {
  }
}

void Mailbox::ExchangeGone(ResponseTicket ticket) {
  if (ticket.generation == running_) LeaveHandler();
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const Message& message : messages_) {
    // Used up already: no writer lives.
    if (message.uses_up_writer && message.ticket.generation == ticket.generation) return;
  }
  gone_.insert(ticket.generation);
}

void Mailbox::Collect(std::vector<Message>* messages) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (Message& done : *messages) {
    if (!done.is_answer) continue;
    answers_.Return(
        std::unique_ptr<AnswerDelivery>(static_cast<AnswerDelivery*>(done.delivery.release())));
  }
  messages->clear();
  messages->swap(messages_);
  references_ -= std::exchange(released_, 0);
}

void Mailbox::Trim() {
  const std::lock_guard<std::mutex> lock(mutex_);
  answers_.Trim();
}

void Mailbox::Abandon() {
  std::vector<Message> undelivered;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    undelivered.swap(messages_);
    gone_.clear();
    abandoned_ = true;
    references_ -= std::exchange(released_, 0);
    ++references_;  // while this goes on
  }
  // What they own may name this mailbox, and use it.
  for (const Message& message : undelivered) {
    try {
      message.delivery->Deliver(nullptr);
    } catch (...) {  // a callback of the service: nobody is left to count it
    }
  }
  undelivered.clear();
  Release();
}

}  // namespace weir

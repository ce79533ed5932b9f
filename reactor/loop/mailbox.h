// How other threads reach a reactor: what they do with requests, and wake-ups.

#ifndef WEIR_REACTOR_LOOP_MAILBOX_H_
#define WEIR_REACTOR_LOOP_MAILBOX_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <vector>

#include "weir/reactor/loop/object_pool.h"
#include "weir/reactor/loop/syscalls.h"
#include "weir/reactor/owned_response.h"
#include "weir/reactor/response_channel.h"

namespace weir {

// An answer on its way from another thread. It is used again, with the memory that it has.
class AnswerDelivery final : public Delivery {
 public:
  // `response` is null unless `kind` is kResponse.
  void Set(AnswerKind kind, const Response* response);
  void Deliver(ExchangeEnd* end) override;
  void Recycle() noexcept { response_.Recycle(); }

 private:
  AnswerKind kind_ = AnswerKind::kUnsent;
  OwnedResponse response_;  // unless kind_ is another than kResponse
  Response view_;
};

// Finds connections in the reactor's own thread.
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  // The connection that serves the request, or null.
  virtual ExchangeEnd* Find(ResponseTicket ticket) noexcept = 0;
};

// One reactor's mailbox. It outlives the reactor for as long as handles of requests name it, then
// deletes itself. Methods are for any thread unless they say otherwise.
class Mailbox final : public ResponseChannel {
 public:
  struct Message {
    ResponseTicket ticket;
    std::unique_ptr<Delivery> delivery;
    bool uses_up_writer;
    bool is_answer;  // it is an AnswerDelivery
  };

  // `wake_fd` is an eventfd of the reactor's; neither it nor `syscalls` is owned, and both are not
  // used after Abandon.
  Mailbox(Syscalls* syscalls, int wake_fd, ResponseSink* sink)
      : syscalls_(syscalls), wake_fd_(wake_fd), sink_(sink) {}
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  bool Answer(ResponseTicket ticket, AnswerKind kind, const Response* response) override;
  bool Connected(ResponseTicket ticket) override;
  ExchangeEnd* Here(ResponseTicket ticket) override;
  bool Post(ResponseTicket ticket, std::unique_ptr<Delivery> delivery,
            bool uses_up_writer) override;
  std::uint64_t MaxWaitingBytes() const override {
    return max_waiting_bytes_.load(std::memory_order_relaxed);
  }
  void Release() override;

  // Makes the reactor's wait end at once.
  void Wake();

  // The reactor's thread: makes this the mailbox of the calling thread while a tick runs.
  void EnterThread() noexcept;
  static void LeaveThread() noexcept;

  // The reactor's thread.
  void SetMaxWaitingBytes(std::uint64_t bytes) noexcept {
    max_waiting_bytes_.store(bytes, std::memory_order_relaxed);
  }
  // The reactor's thread: a handle was made. Each gives its reference up by Answer or Release.
  void Retain() noexcept { ++references_; }
  // The reactor's thread: the handler of that request begins to run, so its answer goes straight to
  // `end`; until LeaveHandler.
  void EnterHandler(ResponseTicket ticket, ExchangeEnd* end) noexcept {
    running_ = ticket.generation;
    running_end_ = end;
  }
  void LeaveHandler() noexcept { running_ = kNone; }
  // The reactor's thread: that request is no longer served, while its writer lives.
  void ExchangeGone(ResponseTicket ticket);
  // The reactor's thread: moves all messages to `messages`. Those in it are done with: answers
  // among them are kept to be used again.
  void Collect(std::vector<Message>* messages);
  // The reactor's thread: gives back what is kept and was not needed since the last call.
  void Trim();
  // The reactor's thread, last of all: from now on every answer says kClientGone.
  void Abandon();

 private:
  ~Mailbox() = default;
  // Whether it was taken; if not, what it delivers is told so.
  bool Enqueue(Message message);
  bool Take(Message* message);
  bool IsRunning(ResponseTicket ticket) const noexcept;

  Syscalls* const syscalls_;
  const int wake_fd_;
  ResponseSink* const sink_;
  std::atomic<std::uint64_t> max_waiting_bytes_{0};
  std::uint64_t references_ = 0;  // the reactor's thread; after Abandon guarded by mutex_
  // The request whose handler runs further up the stack of the reactor's thread, and its
  // connection.
  static constexpr std::uint64_t kNone = 0;
  std::uint64_t running_ = kNone;  // the reactor's thread
  ExchangeEnd* running_end_ = nullptr;

  std::mutex mutex_;
  bool abandoned_ = false;                  // guarded by mutex_
  std::vector<Message> messages_;           // guarded by mutex_
  ObjectPool<AnswerDelivery> answers_;      // guarded by mutex_
  std::uint64_t released_ = 0;              // references given up by other threads; by mutex_
  std::unordered_set<std::uint64_t> gone_;  // generations of living writers; guarded by mutex_
};

}  // namespace weir

#endif  // WEIR_REACTOR_LOOP_MAILBOX_H_

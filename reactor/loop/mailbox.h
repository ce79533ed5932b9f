// How other threads reach a reactor: answers to deferred requests, and wake-ups.

#ifndef WEIR_REACTOR_LOOP_MAILBOX_H_
#define WEIR_REACTOR_LOOP_MAILBOX_H_

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "weir/reactor/loop/syscalls.h"
#include "weir/reactor/response_channel.h"

namespace weir {

// An answer that owns its bytes.
struct OwnedResponse {
  explicit OwnedResponse(const Response& response);
  // Views into this object.
  Response View(std::vector<ResponseField>* fields) const;

  int status;
  std::string content_type;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
  bool close;
};

// Takes answers in the reactor's own thread.
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  // Whether the handler of that request is running now, further up this thread's stack.
  virtual bool IsCurrent(ResponseTicket ticket) const noexcept = 0;
  // Answers it; `response` is null unless `kind` is kResponse. REQUIRES: IsCurrent(ticket).
  virtual void AnswerCurrent(AnswerKind kind, const Response* response) = 0;
};

// One reactor's mailbox. It outlives the reactor for as long as ResponseWriters name it, then
// deletes itself. Methods are for any thread unless they say otherwise.
class Mailbox final : public ResponseChannel {
 public:
  struct Message {
    ResponseTicket ticket;
    AnswerKind kind;
    std::optional<OwnedResponse> response;  // none unless kind is kResponse
  };

  // `wake_fd` is an eventfd of the reactor's; neither it nor `syscalls` is owned, and both are not
  // used after Abandon.
  Mailbox(Syscalls* syscalls, int wake_fd, ResponseSink* sink)
      : syscalls_(syscalls), wake_fd_(wake_fd), sink_(sink) {}
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  bool Answer(ResponseTicket ticket, AnswerKind kind, const Response* response) override;
  bool Connected(ResponseTicket ticket) override;

  // Makes the reactor's wait end at once.
  void Wake();

  // The reactor's thread: makes this the mailbox of the calling thread while a tick runs.
  void EnterThread() noexcept;
  static void LeaveThread() noexcept;

  // The reactor's thread: a writer was made, or an answer was taken by AnswerCurrent.
  void WriterMade() noexcept { ++writers_; }
  void WriterDone() noexcept { --writers_; }
  // The reactor's thread: that request's connection has gone while its writer lives.
  void ConnectionGone(ResponseTicket ticket);
  // The reactor's thread: moves all messages to `messages`, which must be empty.
  void Collect(std::vector<Message>* messages);
  // The reactor's thread, last of all: from now on every answer says kClientGone.
  void Abandon();

 private:
  ~Mailbox() = default;
  static std::uint64_t Key(ResponseTicket ticket) noexcept {
    return std::uint64_t{ticket.slot} << 32 | ticket.generation;
  }

  Syscalls* const syscalls_;
  const int wake_fd_;
  ResponseSink* const sink_;
  std::uint64_t writers_ = 0;  // the reactor's thread; after Abandon guarded by mutex_

  std::mutex mutex_;
  bool abandoned_ = false;                  // guarded by mutex_
  std::vector<Message> messages_;           // guarded by mutex_
  std::uint64_t late_writers_ = 0;          // writers done after their connection; by mutex_
  std::unordered_set<std::uint64_t> gone_;  // tickets of living writers; guarded by mutex_
};

}  // namespace weir

#endif  // WEIR_REACTOR_LOOP_MAILBOX_H_

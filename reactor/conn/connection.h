// One client connection: from received bytes to handler to sent bytes.

#ifndef WEIR_REACTOR_CONN_CONNECTION_H_
#define WEIR_REACTOR_CONN_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "weir/reactor/conn/byte_buffer.h"
#include "weir/reactor/conn/connection_context.h"
#include "weir/reactor/conn/connection_state.h"
#include "weir/reactor/conn/exchange.h"
#include "weir/reactor/conn/output_queue.h"
#include "weir/reactor/conn/pace.h"
#include "weir/reactor/conn/request_state.h"
#include "weir/reactor/conn/request_timeline.h"
#include "weir/reactor/loop/mailbox.h"
#include "weir/reactor/loop/timer_wheel.h"
#include "weir/reactor/refusals/bad_request.h"
#include "weir/reactor/response_channel.h"
#include "weir/reactor/server_stats.h"
#include "weir/reactor/socket_address.h"

namespace weir {

// Its life is ConnectionState's, of which README.md tells. request_ has what is incomplete; output_
// may wait for the client in every state; from kClosing on close_reason_ is set.
//
// Reads are edge-triggered: readable_ remembers that the kernel may have more. Everything is called
// in the reactor's thread. After any call that ends the connection, its slot is in
// ConnectionContext::ended and open() is false.
class Connection final : public ExchangeEnd {
 public:
  Connection(ConnectionContext* context, std::uint32_t slot) noexcept : ctx_(context), slot_(slot) {
    timer_.owner = slot;
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Takes over the socket, which must be non-blocking. Whether a PROXY header has to come first.
  void Open(int fd, const SocketAddress& peer, bool proxied);
  bool open() const noexcept { return state_ != ConnectionState::kClosed; }
  std::uint32_t slot() const noexcept { return slot_; }
  // Changes with each Close, so that a late epoll event can't reach a later connection.
  std::uint32_t generation() const noexcept { return generation_; }

  // epoll events of its socket.
  void OnEvents(std::uint32_t events);
  // Another turn, as asked for in ConnectionContext::ready.
  void OnTurn();
  // Its timer has expired. REQUIRES: it was taken off the wheel.
  void OnTimer();
  // What a handle of the request has sent from elsewhere. REQUIRES: Owes(its ticket).
  void OnDelivery(Delivery* delivery);
  // The server drains: serves what has arrived, and closes if nothing is under way.
  void OnDrain();
  // Ends it now, whatever is under way.
  void Close(CloseReason reason);

  // Whether a request or an answer is under way.
  bool busy() const noexcept { return counted_busy_; }
  // Whether `ticket` names the request that waits for its answer.
  bool Owes(ResponseTicket ticket) const noexcept {
    return state_ == ConnectionState::kHandling && ticket.generation == ticket_;
  }

  // ExchangeEnd. REQUIRES: Owes(the ticket of the handle).
  void Answer(AnswerKind kind, const Response* response) override;
  void StartStream(const Response& head, const StreamOptions& options,
                   std::shared_ptr<StreamState> state) override;
  void WriteStream(const ContentPiece& piece) override;
  void SendNow() override;
  void SetWritable(std::function<void()> callback) override;
  void EndStream(StreamEnd how, const std::vector<ResponseField>& trailers) override;
  void ReadBody(std::unique_ptr<BodyReader> reader, const BodyOptions& options) override;
  void CollectBody(ResponseWriter response, Handler handler) override;
  void PauseBody(bool paused) override;
  void HandOver(const Response& head, std::string_view protocol, NewOwner owner) override;

 private:
  using Progress = ServeProgress;
  enum class Wait : std::uint8_t { kNothing, kProxyHeader, kRequest, kHead, kBody, kLinger };
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  // connection.cc: life cycle.
  void SetState(ConnectionState to) noexcept {
    if (ctx_->transitions != nullptr) ctx_->transitions->Add(state_, to);
    state_ = to;
  }
  void Advance();
  void Settle();
  void EndDrained();
  void StartLinger();
  void Linger();
  void CountBusy();
  void CountHeld();
  CloseReason AbortReason() const noexcept;
  // The present request is no longer served. What its handles do from now on comes to nothing.
  // REQUIRES: the state is another than kHandling by now.
  void EndExchange(BodyError why, bool writer_lives) {
    ctx_->counters->responses_pending.Subtract();
    if (exchange_ != nullptr || writer_lives) TellExchange(why, writer_lives);
  }
  void TellExchange(BodyError why, bool writer_lives);
  void AskForTurn();
  // Has the connection close at the end of its turn, come what may.
  void Fail(CloseReason reason);
  void GiveUp(CloseReason reason);
  // Whether no further request will be served.
  bool ended() const noexcept { return state_ >= ConnectionState::kHandingOver; }
  bool UnderWay() const noexcept;

  // request_cycle.cc: from bytes to answers.
  void Serve();
  Progress ServeBuffered(RequestState* state);
  Progress ServeHead(RequestState* state);
  Progress ServeBody(RequestState* state);
  void BeginRequest(RequestState* state);
  void BeginConnect(const RequestHead& head);
  void BeginHandling();
  void Dispatch(RequestState* state);
  void RunHandler(const Handler& handler, RequestState* state, ResponseWriter&& response);
  void AnswerFailure(AnswerKind kind);
  ResponseTicket Ticket() const noexcept {
    return {ticket_, slot_, head_request_, upgrade_, connect_};
  }
  void SendContinue(RequestState* state);
  ResponseContext AnswerContext(bool keep_alive) const noexcept;
  bool DecideKeepAlive(const Response& response, bool content_taken);
  void CountAnswer(int status);
  void AppendAnswer(const Response& response, bool keep_alive);
  void KeepOrReturn(RequestState* state);
  void NoteReading(const RequestState& state);

  // refuse.cc: requests that are refused.
  void Refuse(int status, std::string_view what, std::string_view text, CloseReason reason,
              BodyError why = BodyError::kRefused);
  void RefuseForMemory();
  void RefuseParse(RequestState* state, ParseError error, std::uint64_t offset);
  void NoteBadParse(RequestState* state, ParseError error, std::uint64_t offset, int status);
  void NoteLateRequest(CloseReason reason, std::string_view limit, int status);
  bool AdmitsBadRequest() noexcept;
  void KeepBadRequest(BadRequest request);
  // proxied.cc: what a balancer says before all else.
  Progress ServeProxyHeader(RequestState* state);
  const SocketAddress& client() const noexcept { return client_ == nullptr ? peer_ : *client_; }

  // stream_body.cc: content that is given piece by piece.
  void DispatchStreamed(RequestState* state);
  bool ContentFlows() const noexcept;
  bool ContentWaits() const noexcept;
  Progress ServeContent(RequestState* state);
  Progress ServeStep(RequestState* state, const BodyStep& step);
  Progress ServeCollected(RequestState* state);
  void GiveEnd(RequestState* state);
  bool TakeContent();
  RequestState* State() noexcept;
  ParserLimits ContentLimits() const noexcept;
  void RefuseContent(RequestState* state, ParseError error, std::uint64_t offset);
  void FailHandling();
  void LendScratch();
  void TakeScratchBack();

  // stream_answer.cc: answers that are made piece by piece.
  void AppendOutput(std::string_view bytes);
  void AppendOutput(const ContentPiece& piece);
  void NotifyWritable();
  void Cut(CloseReason reason);

  // hand_over.cc: the socket goes to another owner.
  void TellNewOwner(NewOwner owner, HandedOver connection);
  void FinishHandOver();

  // transfer.cc: the socket.
  bool Receive(RequestState* state);
  void Flush();
  void FlushFresh();
  void FlushQueue();
  bool Sent(SendOutcome outcome);
  std::uint64_t WaitingBytes() const noexcept {
    const std::size_t fresh = ctx_->driven == this ? ctx_->out.size() : 0;
    return fresh + (output_ == nullptr ? 0 : output_->size());
  }
  std::optional<std::uint64_t> HeldByKernel() const;

  // deadlines.cc: the timer.
  void UpdateDeadlines();
  Wait PresentWait() const noexcept;
  void SetWait(Wait wait);
  void UpdateTimer();
  std::uint64_t TimeoutMs(Wait wait) const noexcept;
  void OnReadDeadline();
  void OnBodyLook();
  void RefuseLateContent(CloseReason reason, std::string_view limit, std::string_view text);
  void BeginWriteWait();
  void ExtendWriteWait();
  void OnWriteLook();
  LeastRate BodyRate() const noexcept;
  LeastRate WriteRate() const noexcept;

  ConnectionContext* const ctx_;
  const std::uint32_t slot_;
  int fd_ = -1;
  std::uint32_t generation_ = 0;
  std::uint32_t requests_ = 0;  // requests served on this connection
  std::uint64_t ticket_ = 0;    // generation of the newest request's ticket

  std::unique_ptr<RequestState> request_;  // what waits to be understood, if anything
  std::unique_ptr<OutputQueue> output_;    // what waits for the client to take it, if anything
  std::unique_ptr<Exchange> exchange_;     // of a request whose content or answer streams
  RequestTimeline timeline_;
  Timer timer_;
  std::int64_t read_deadline_ms_ = kNever;
  std::int64_t write_deadline_ms_ = kNever;
  std::uint32_t held_units_ = 0;    // of ConnectionContext::buffered_bytes
  std::uint32_t linger_left_ = 0;   // bytes that may still be dropped; 2^30 at most
  std::uint32_t wait_request_ = 0;  // requests_ when wait_ began

  ConnectionState state_ = ConnectionState::kClosed;
  CloseReason close_reason_ = CloseReason::kClientClosed;
  Progress progress_ = Progress::kNeedsInput;
  Wait wait_ = Wait::kNothing;
  std::uint8_t minor_version_ = 1;  // of the request being answered
  bool head_request_ : 1;           // it is HEAD
  bool upgrade_ : 1;                // it asks for another protocol
  bool connect_ : 1;                // it is CONNECT
  bool keep_alive_ : 1;             // it allows another
  bool continue_sent_ : 1;          // 100 Continue was sent for it
  bool readable_ : 1;               // recv may give something
  bool writable_ : 1;               // send may take something
  bool reads_to_end_ : 1;           // a short read is no sign that nothing is left
  bool end_of_input_ : 1;           // recv gave 0
  bool linger_wanted_ : 1;          // unread bytes may come: don't close with a reset
  bool counted_busy_ : 1;           // in connections_busy
  bool abortive_ : 1;               // it closes with a reset
  bool turn_asked_ : 1;             // it is in ConnectionContext::ready

  SocketAddress peer_;
  std::unique_ptr<const SocketAddress> client_;  // whom the peer relays, if it has said so
};

}  // namespace weir

#endif  // WEIR_REACTOR_CONN_CONNECTION_H_

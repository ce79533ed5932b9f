// How the handles of a request reach the reactor that they were made by.

#ifndef WEIR_REACTOR_RESPONSE_CHANNEL_H_
#define WEIR_REACTOR_RESPONSE_CHANNEL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/reactor/exchange_handle.h"
#include "weir/reactor/hand_over.h"
#include "weir/reactor/request_body.h"
#include "weir/reactor/response_stream.h"
#include "weir/reactor/response_writer.h"

namespace weir {

// How a ResponseWriter was used up.
enum class AnswerKind : std::uint8_t {
  kResponse,  // by a response that may be sent
  kInvalid,   // by one that may not: the client gets a 500
  kUnsent,    // it was destroyed: the client gets a 500
};

// How a ResponseStream ended.
enum class StreamEnd : std::uint8_t {
  kWhole,  // all content was written
  kCut,    // by its handle, which has given up
};

// The connection, as the handles of its present request see it. The reactor's thread; nothing of
// this ends the connection before it returns.
class ExchangeEnd {
 public:
  // REQUIRES for these: no answer has begun. `response` is null unless `kind` is kResponse.
  virtual void Answer(AnswerKind kind, const Response* response) = 0;
  // REQUIRES: MayBeStarted(head, options).
  virtual void StartStream(const Response& head, const StreamOptions& options,
                           std::shared_ptr<StreamState> state) = 0;
  // REQUIRES for these: StartStream.
  virtual void WriteStream(const ContentPiece& piece) = 0;
  // Sends what the kernel takes now.
  virtual void SendNow() = 0;
  virtual void SetWritable(std::function<void()> callback) = 0;
  virtual void EndStream(StreamEnd how, const std::vector<ResponseField>& trailers) = 0;

  virtual void ReadBody(std::unique_ptr<BodyReader> reader, const BodyOptions& options) = 0;
  virtual void CollectBody(
      ResponseWriter response,
      std::function<void(const Request& request, ResponseWriter response)> handler) = 0;
  virtual void PauseBody(bool paused) = 0;

  // Sends an answer without content (101 with `protocol`, or 200 to CONNECT), then gives the socket
  // to `owner`. REQUIRES: no answer has begun, and MayBeHandedOver(head, protocol).
  virtual void HandOver(const Response& head, std::string_view protocol, NewOwner owner) = 0;

 protected:
  ~ExchangeEnd() = default;
};

// Something that is to be done in the reactor's thread. It owns all that it needs.
class Delivery {
 public:
  virtual ~Delivery() = default;
  // `end` is null if the request is no longer served. Called once.
  virtual void Deliver(ExchangeEnd* end) = 0;
};

template <typename Function>
class FunctionDelivery final : public Delivery {
 public:
  explicit FunctionDelivery(Function function) : function_(std::move(function)) {}
  void Deliver(ExchangeEnd* end) override { function_(end); }

 private:
  Function function_;
};

// For any thread. Stays while a handle names it.
class ResponseChannel {
 public:
  // Answers `ticket` and gives the writer's reference up; `response` is null unless `kind` is
  // kResponse. Returns whether the answer is on its way, or nobody is there to get it.
  virtual bool Answer(ResponseTicket ticket, AnswerKind kind, const Response* response) = 0;

  // Whether an answer could still reach the client. REQUIRES: its writer has not been used up.
  virtual bool Connected(ResponseTicket ticket) = 0;

  // The connection that serves `ticket`, if this is its reactor's thread and it still does.
  virtual ExchangeEnd* Here(ResponseTicket ticket) = 0;

  // Has `delivery` done soon, in order. `uses_up_writer`: it comes from the ticket's
  // ResponseWriter, which is used up by it. False: nobody is there, and it was delivered to null in
  // this thread.
  virtual bool Post(ResponseTicket ticket, std::unique_ptr<Delivery> delivery,
                    bool uses_up_writer) = 0;

  // max_pending_output_bytes, as the reactor works by it now.
  virtual std::uint64_t MaxWaitingBytes() const = 0;

  // Gives a reference up.
  virtual void Release() = 0;

  template <typename Function>
  bool PostFunction(ResponseTicket ticket, Function function, bool uses_up_writer = false) {
    auto delivery = std::make_unique<FunctionDelivery<Function>>(std::move(function));
    return Post(ticket, std::move(delivery), uses_up_writer);
  }

 protected:
  ~ResponseChannel() = default;
};

}  // namespace weir

#endif  // WEIR_REACTOR_RESPONSE_CHANNEL_H_

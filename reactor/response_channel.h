// How a ResponseWriter reaches the reactor that it was made by.

#ifndef WEIR_REACTOR_RESPONSE_CHANNEL_H_
#define WEIR_REACTOR_RESPONSE_CHANNEL_H_

#include <cstdint>

#include "weir/reactor/response_writer.h"

namespace weir {

// How a ResponseWriter was used up.
enum class AnswerKind : std::uint8_t {
  kResponse,  // by a response that may be sent
  kInvalid,   // by one that may not: the client gets a 500
  kUnsent,    // it was destroyed: the client gets a 500
};

// For any thread. Stays while a ResponseWriter names it.
class ResponseChannel {
 public:
  // Answers `ticket`, for the last time; `response` is null unless `kind` is kResponse. Returns
  // whether the answer is on its way (true), or nobody is there to get it.
  virtual bool Answer(ResponseTicket ticket, AnswerKind kind, const Response* response) = 0;

  // Whether an answer could still reach the client.
  virtual bool Connected(ResponseTicket ticket) = 0;

 protected:
  ~ResponseChannel() = default;
};

}  // namespace weir

#endif  // WEIR_REACTOR_RESPONSE_CHANNEL_H_

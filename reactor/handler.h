// What a service gives Weir to run.

#ifndef WEIR_REACTOR_HANDLER_H_
#define WEIR_REACTOR_HANDLER_H_

#include <functional>
#include <type_traits>
#include <utility>

#include "weir/reactor/request.h"
#include "weir/reactor/request_body.h"
#include "weir/reactor/response_stream.h"
#include "weir/reactor/response_writer.h"

namespace weir {

// Called for each complete request, in a reactor's thread: don't block in it. `request` and all its
// views end when it returns; `response` may be moved away and answered later, from any thread.
// Requests of one connection come one at a time, in order. An exception becomes a 500, or cuts the
// connection if an answer has begun; handler_exceptions counts it.
using Handler = std::function<void(const Request& request, ResponseWriter response)>;

// Called as soon as the head of a request is there; Request::body() is empty. The content comes
// through `body`, when and as fast as the handler wants. Otherwise as Handler.
using StreamHandler =
    std::function<void(const Request& request, RequestBody body, ResponseWriter response)>;

// Either kind of handler; any callable of one of the two shapes becomes one.
class AnyHandler {
 public:
  AnyHandler() = default;
  template <typename Callable,
            std::enable_if_t<std::is_constructible_v<Handler, Callable> &&
                                 !std::is_same_v<std::decay_t<Callable>, std::nullptr_t>,
                             int> = 0>
  AnyHandler(Callable callable) : whole_(std::move(callable)) {}
  template <typename Callable, std::enable_if_t<std::is_constructible_v<StreamHandler, Callable> &&
                                                    !std::is_constructible_v<Handler, Callable>,
                                                int> = 0>
  AnyHandler(Callable callable) : stream_(std::move(callable)) {}

  // One of the two is empty, or both are.
  const Handler& whole() const noexcept { return whole_; }
  const StreamHandler& stream() const noexcept { return stream_; }
  explicit operator bool() const noexcept { return whole_ || stream_; }

  // The same handler, which is given CONNECT too (RFC 9110 section 9.3.6) and either opens the
  // tunnel or refuses: ResponseWriter::OpenTunnel. All others never see it: Weir answers 501 and
  // closes.
  AnyHandler WithConnect() && {
    takes_connect_ = true;
    return std::move(*this);
  }
  bool takes_connect() const noexcept { return takes_connect_; }

 private:
  Handler whole_;
  StreamHandler stream_;
  bool takes_connect_ = false;
};

// Makes the handler of one reactor (index from 0), for state that no two reactors share: no lock is
// needed for what the handler holds. Called once for each reactor in Server::Start, in its thread;
// the handlers are destroyed with the Server.
using HandlerFactory = std::function<AnyHandler(int reactor)>;

}  // namespace weir

#endif  // WEIR_REACTOR_HANDLER_H_

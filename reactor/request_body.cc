#include "weir/reactor/request_body.h"

#include <utility>

#include "weir/reactor/request.h"
#include "weir/reactor/response_channel.h"

namespace weir {
namespace {

// Does `function` in the reactor's thread: now if this is that.
template <typename Function>
void Do(const ExchangeHandle& handle, Function function) {
  if (ExchangeEnd* const end = handle.channel()->Here(handle.ticket())) return function(end);
  handle.channel()->PostFunction(handle.ticket(), std::move(function));
}

}  // namespace

void RequestBody::Read(std::unique_ptr<BodyReader> reader, const BodyOptions& options) {
  if (!handle_.valid() || std::exchange(started_, true)) return;
  Do(handle_, [reader = std::move(reader), options](ExchangeEnd* end) mutable {
    end == nullptr ? reader->OnError(BodyError::kClientGone)
                   : end->ReadBody(std::move(reader), options);
  });
}

void RequestBody::Collect(ResponseWriter response,
                          std::function<void(const Request&, ResponseWriter)> handler) {
  if (!handle_.valid() || std::exchange(started_, true)) return;
  Do(handle_,
     [response = std::move(response), handler = std::move(handler)](ExchangeEnd* end) mutable {
       if (end != nullptr) end->CollectBody(std::move(response), std::move(handler));
     });
}

void RequestBody::SetPaused(bool paused) {
  if (!handle_.valid()) return;
  Do(handle_, [paused](ExchangeEnd* end) {
    if (end != nullptr) end->PauseBody(paused);
  });
}

void RequestBody::Pause() { SetPaused(true); }

void RequestBody::Resume() { SetPaused(false); }

}  // namespace weir

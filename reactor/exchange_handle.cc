#include "weir/reactor/exchange_handle.h"

#include "weir/reactor/response_channel.h"

namespace weir {

ExchangeHandle& ExchangeHandle::operator=(ExchangeHandle&& other) noexcept {
  if (this != &other) {
    Reset();
    channel_ = std::exchange(other.channel_, nullptr);
    ticket_ = other.ticket_;
  }
  return *this;
}

void ExchangeHandle::Reset() noexcept {
  if (channel_ != nullptr) std::exchange(channel_, nullptr)->Release();
}

}  // namespace weir

// The part of Connection that a balancer's PROXY header concerns.

#include "weir/parser/proxy/proxy_header.h"
#include "weir/reactor/conn/connection.h"

namespace weir {
namespace {

SocketAddress AddressOf(const ProxyHeader& header) noexcept {
  return SocketAddress::FromBytes(header.family == ProxyFamily::kIpv4 ? AF_INET : AF_INET6,
                                  header.source.bytes.data(), header.source.port);
}

}  // namespace

// Nothing is answered to what is wrong: whoever sent it does not wait for HTTP (section 2 of the
// protocol: abort the connection).
Connection::Progress Connection::ServeProxyHeader(RequestState* state) {
  const ProxyHeader header =
      ParseProxyHeader(state->buffer.view(), ctx_->limits.max_proxy_header_bytes);
  switch (header.status) {
    case ProxyStatus::kIncomplete:
      return Progress::kNeedsInput;
    case ProxyStatus::kError:
      ctx_->counters->CountProxyError(header.error, header.error_offset);
      Fail(CloseReason::kProxyHeader);
      return Progress::kClosing;
    case ProxyStatus::kComplete:
      break;
  }
  (*ctx_->counters)[Counter::kProxyHeaders].Add();
  state->buffer.Consume(header.size);
  if (header.family != ProxyFamily::kNone) {
    client_ = std::make_unique<SocketAddress>(AddressOf(header));
    if (!ctx_->addresses->TakeAddress(slot_, *client_)) {
      constexpr CloseReason kReason = CloseReason::kMaxConnectionsPerAddress;
      abortive_ =
          ctx_->limits.overload_action == static_cast<std::uint64_t>(OverloadAction::kReset);
      if (abortive_) {
        Fail(kReason);
      } else {
        Refuse(503, Name(kReason), "This client has as many connections as it may.", kReason);
      }
      return Progress::kClosing;
    }
  }
  SetState(ConnectionState::kIdle);
  return Progress::kAgain;
}

}  // namespace weir

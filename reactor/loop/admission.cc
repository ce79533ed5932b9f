#include "weir/reactor/loop/admission.h"

#include <sys/socket.h>

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"

namespace weir {
namespace {

std::string AnswerFor(RefuseReason reason, std::uint64_t retry_after_seconds) {
  const std::string content = absl::StrCat(std::string(Name(reason)), ": retry later.\n");
  return absl::StrCat("HTTP/1.1 503 Service Unavailable\r\nRetry-After: ", retry_after_seconds,
                      "\r\nContent-Type: text/plain\r\nContent-Length: ", content.size(),
                      "\r\nConnection: close\r\n\r\n", content);
}

// What a connection that would have been answered for `reason` is counted as when it is reset.
RefuseReason ResetFor(RefuseReason reason) noexcept {
  switch (reason) {
    case RefuseReason::kMaxConnectionsPerAddress:
      return RefuseReason::kMaxConnectionsPerAddressReset;
    case RefuseReason::kMaxConnectionsPerListener:
      return RefuseReason::kMaxConnectionsPerListenerReset;
    case RefuseReason::kShed:
      return RefuseReason::kShedReset;
    default:
      return RefuseReason::kMaxConnectionsReset;
  }
}

}  // namespace

void Admission::WordAnswers() {
  for (std::size_t i = 0; i < answers_.size(); ++i) {
    answers_[i] = AnswerFor(static_cast<RefuseReason>(i), ctx_->limits.retry_after_seconds);
  }
}

bool Admission::TakePlace() noexcept {
  const std::uint64_t before = shared_->open_connections.fetch_add(1, std::memory_order_relaxed);
  if (before < ctx_->limits.max_connections) return true;
  GivePlacesBack(1);
  return false;
}

bool Admission::TakeAddress(std::uint32_t slot, const SocketAddress& client) {
  const std::uint64_t most = ctx_->limits.max_connections_per_address;
  if (most == 0) return true;
  const auto key = KeyOf(client, static_cast<unsigned>(ctx_->limits.ipv6_prefix_bits));
  if (!key.has_value()) return true;
  if (addresses_.size() <= slot) addresses_.resize(slot + 1);
  addresses_[slot] = shared_->addresses.Acquire(*key, most);
  return addresses_[slot].has_value();
}

void Admission::OnEnded(const std::vector<std::uint32_t>& slots) noexcept {
  GivePlacesBack(slots.size());
  if (addresses_.empty()) return;
  for (const std::uint32_t slot : slots) ReleaseAddress(slot);
}

void Admission::ReleaseAddress(std::uint32_t slot) noexcept {
  if (slot >= addresses_.size() || !addresses_[slot].has_value()) return;
  shared_->addresses.Release(*addresses_[slot]);
  addresses_[slot].reset();
}

std::uint64_t Admission::TakeRate(std::uint64_t wanted) noexcept {
  const std::uint64_t rate = ctx_->limits.max_accepts_per_second;
  // Who is queued when the server drains came in time: it is held to its deadline alone.
  if (rate == 0 || ctx_->draining) return wanted;
  return shared_->rate.Take(wanted, rate, ctx_->now_ns);
}

void Admission::PutRateBack(std::uint64_t connections) noexcept {
  const std::uint64_t rate = ctx_->limits.max_accepts_per_second;
  if (rate != 0 && !ctx_->draining) shared_->rate.PutBack(connections, rate);
}

std::int64_t Admission::MsToRate() const noexcept {
  constexpr std::int64_t kNsPerMs = 1'000'000;
  const std::int64_t next_ns = shared_->rate.NextNs(ctx_->limits.max_accepts_per_second);
  return std::max<std::int64_t>((next_ns - ctx_->now_ns + kNsPerMs - 1) / kNsPerMs, 1);
}

void Admission::Refuse(int fd, RefuseReason reason) {
  if (ctx_->limits.overload_action == static_cast<std::uint64_t>(OverloadAction::kReset)) {
    (*ctx_->counters)[ResetFor(reason)].Add();
    const linger at_once{1, 0};  // RST (socket(7))
    (void)ctx_->syscalls->SetSockOpt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  } else {
    (*ctx_->counters)[reason].Add();
    Answer(fd, reason);
  }
  (void)ctx_->syscalls->Close(fd);
}

void Admission::Answer(int fd, RefuseReason reason) {
  Syscalls* const syscalls = ctx_->syscalls;
  // A socket with unread bytes is closed by a reset, which could overtake the answer.
  ByteBuffer& dropped = ctx_->scratch.buffer;
  dropped.Reserve(ConnectionContext::kReceiveBytes);
  (void)syscalls->Recv(fd, dropped.end(), dropped.room(), 0);
  const std::string& answer = answers_[static_cast<std::size_t>(reason)];
  (void)syscalls->Send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
  (void)syscalls->Shutdown(fd, SHUT_WR);
  (*ctx_->counters)[Counter::kResponses5xx].Add();
}

}  // namespace weir

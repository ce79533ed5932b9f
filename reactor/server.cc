#include "weir/reactor/server.h"

#include <string_view>
#include <utility>

#include "weir/parser/kernel.h"
#include "weir/reactor/host_limits.h"
#include "weir/reactor/kernel/cpu_count.h"
#include "weir/reactor/limit_specs.h"
#include "weir/reactor/server_impl.h"

namespace weir {

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options,
                                                      AnyHandler handler) {
  return Start(options, HandlerFactory([&handler](int) { return handler; }));
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options,
                                                      const HandlerFactory& factory) {
  if (!factory) return absl::InvalidArgumentError("the handler is empty: give a function");
  if (absl::Status status = CheckLimits(options.limits); !status.ok()) return status;
  if (const std::string_view error = KernelSelectionError(); !error.empty()) {
    return absl::FailedPreconditionError({error.data(), error.size()});
  }
  auto impl = std::make_unique<Impl>(options);
  if (absl::Status status = impl->Start(factory); !status.ok()) return status;
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() = default;

const std::string& Server::address() const noexcept { return impl_->address(); }

std::uint16_t Server::port() const noexcept { return impl_->port(); }

const std::vector<ListenerInfo>& Server::listeners() const noexcept { return impl_->listeners(); }

int Server::reactors() const noexcept { return impl_->reactors(); }

const std::string& Server::boot_id() const noexcept { return impl_->boot_id(); }

LimitsStore& Server::limits() noexcept { return impl_->limits(); }

Limits Server::EffectiveLimits(const Limits& requested) const {
  Limits effective = weir::EffectiveLimits(requested, ReadHostLimits());
  if (impl_->shares_address()) effective.distribution = 0;  // by the kernel's hash alone
  return effective;
}

std::vector<std::string> Server::LimitWarnings(const LimitsSnapshot& snapshot) const {
  return impl_->Warnings(snapshot);
}

bool Server::WaitForLimits(std::uint64_t version, std::uint64_t timeout_ms) const {
  return impl_->WaitForLimits(version, timeout_ms);
}

ServerStats Server::Stats() const { return impl_->Stats(); }

ServerStats Server::QueueStats() const { return impl_->QueueStats(); }

std::vector<BadRequest> Server::BadRequests() const { return impl_->BadRequests(); }

EventLog& Server::events() noexcept { return impl_->events(); }

void Server::Drain() { impl_->RequestDrain(impl_->limits().current()->limits.drain_timeout_ms); }

void Server::Drain(std::uint64_t timeout_ms) { impl_->RequestDrain(timeout_ms); }

bool Server::draining() const noexcept { return impl_->draining(); }

DrainReport Server::Wait() { return impl_->Wait(); }

int DefaultReactorCount() { return UsableCpuCount(); }

}  // namespace weir

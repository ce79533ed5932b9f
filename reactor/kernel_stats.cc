#include "weir/reactor/kernel_stats.h"

namespace weir {
namespace {

// In the order of the enums.
constexpr std::array<std::string_view, kNetnsCounterCount> kCounterNames = {
    "ListenOverflows", "ListenDrops",          "TCPReqQFullDoCookies", "TCPReqQFullDrop",
    "SyncookiesSent",  "SyncookiesRecv",       "SyncookiesFailed",     "TCPDeferAcceptDrop",
    "EmbryonicRsts",   "TCPMigrateReqSuccess", "TCPMigrateReqFailure",
};
static_assert(!kCounterNames.back().empty(), "every counter has a name");

constexpr std::string_view kScopeNames[] = {"unknown", "group total", "per listener"};

}  // namespace

std::string_view Name(NetnsCounter counter) noexcept {
  return kCounterNames[static_cast<std::size_t>(counter)];
}

std::string_view Name(SynQueueScope scope) noexcept {
  return kScopeNames[static_cast<std::size_t>(scope)];
}

}  // namespace weir

// A moment that somebody must know of, with its numbers and what to do about it.

#ifndef WEIR_REACTOR_EVENTS_EVENT_H_
#define WEIR_REACTOR_EVENTS_EVENT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

enum class EventKind : std::uint8_t {
  kQueueOverHalf,      // an accept queue holds more than half of its backlog
  kQueueUnderHalf,     // it is down to a quarter again
  kOverflowBegan,      // the kernel refused connections for want of room in an accept queue
  kOverflowEnded,      // it has room again, and none was refused for a second
  kBacklogCapped,      // the kernel took less than listen_backlog
  kReactorStalled,     // one turn of a reactor lasts stall_event_ms or longer
  kReactorRecovered,   // that turn is over
  kAcceptPaused,       // a reactor stopped accepting for want of descriptors or memory
  kAcceptResumed,      // it did not have to for a second
  kEventsSuppressed,   // more events of a kind happened than are told in a minute
  kDescriptorsLow,     // nine tenths of RLIMIT_NOFILE are open
  kDescriptorsEnough,  // no more than eight tenths are
  kSynCookiesBegan,    // a SYN queue was full: SYNs were answered by cookies, or dropped
  kSynCookiesEnded,    // none was for ten seconds
  kLimitsChanged,      // a new version of the limits is in force
  kDrainBegan,         // the server takes no new connections
  kDrainEnded,         // all connections have ended: the last event
  kProxyRefused,       // no PROXY header where one should be, or not from a balancer
  kLimitNear,          // one of 1000 heads, or more, comes near a limit: NearLimit
  kLimitNearEnded,     // none of the last minute does
  kBacklogRaisable,    // net.core.somaxconn was raised: listen(2) again would give a longer queue
  kCallDenied,         // somebody without the role called the control plane
  kDropsBegan,         // the kernel refuses connections, and no look found an accept queue full
  kDropsEnded,         // it did not for ten seconds
};
inline constexpr std::size_t kEventKindCount = static_cast<std::size_t>(EventKind::kDropsEnded) + 1;

enum class EventSeverity : std::uint8_t {
  kInfo,     // good to know
  kWarning,  // clients may soon notice
  kError,    // clients do notice
};

// snake_case names: "queue_over_half", "warning". Any thread.
std::string_view Name(EventKind kind) noexcept;
std::string_view Name(EventSeverity severity) noexcept;
EventSeverity SeverityOf(EventKind kind) noexcept;

// A plain value.
struct Event {
  static constexpr std::int32_t kWholeServer = -1;

  EventKind kind = EventKind::kQueueOverHalf;
  std::int32_t reactor = kWholeServer;  // its index, or kWholeServer
  std::string listener;                 // the name of the one that it is about, or ""
  // Named in snake_case, with the unit as the end of the name unless it is a count.
  std::vector<std::pair<std::string_view, std::uint64_t>> numbers;  // names are literals
  std::string text;  // what has happened, in a sentence, with the numbers
  std::string fix;   // what to do about it; "" if nothing is to be done

  // Set by EventLog::Append.
  std::uint64_t sequence = 0;     // from 1 without gaps
  std::int64_t monotonic_ns = 0;  // CLOCK_MONOTONIC
  std::int64_t wall_seconds = 0;  // CLOCK_REALTIME
  std::uint64_t suppressed = 0;   // events of this kind that were left out before this one

  // The number of that name, or 0.
  std::uint64_t Number(std::string_view name) const noexcept;
};

// One line without its end: "2026-01-31T12:34:56Z weir warning queue_over_half reactor=0 depth=70
// ... text=\"...\" fix=\"...\"". Values with white space are quoted.
std::string ToLine(const Event& event);

}  // namespace weir

#endif  // WEIR_REACTOR_EVENTS_EVENT_H_

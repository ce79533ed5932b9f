#include "weir/reactor/conn/connection_state.h"

#include <initializer_list>

namespace weir {
namespace {

using S = ConnectionState;

constexpr std::array<std::string_view, kConnectionStateCount> kNames = {
    "closed",   "reading_proxy", "idle",    "reading_head", "reading_content",
    "handling", "handing_over",  "closing", "lingering",    "failed",
};
static_assert(!kNames.back().empty(), "every state has a name");

constexpr unsigned Set(std::initializer_list<ConnectionState> states) {
  unsigned bits = 0;
  for (const ConnectionState state : states) bits |= 1u << static_cast<unsigned>(state);
  return bits;
}

// What may follow each state, in the order of the enum.
constexpr std::array<unsigned, kConnectionStateCount> kFollowers = {
    /* closed */ Set({S::kIdle, S::kReadingProxy}),
    /* reading_proxy */ Set({S::kIdle, S::kClosing, S::kFailed, S::kClosed}),
    /* idle */
    Set({S::kReadingHead, S::kReadingContent, S::kHandling, S::kClosing, S::kFailed, S::kClosed}),
    /* reading_head */
    Set({S::kReadingContent, S::kHandling, S::kClosing, S::kFailed, S::kClosed}),
    /* reading_content */ Set({S::kHandling, S::kClosing, S::kFailed, S::kClosed}),
    /* handling */ Set({S::kIdle, S::kHandingOver, S::kClosing, S::kFailed}),
    /* handing_over */ Set({S::kFailed, S::kClosed}),
    /* closing */ Set({S::kLingering, S::kFailed, S::kClosed}),
    /* lingering */ Set({S::kClosed}),
    /* failed */ Set({S::kClosed}),
};

}  // namespace

std::string_view Name(ConnectionState state) noexcept {
  const auto index = static_cast<std::size_t>(state);
  return index < kNames.size() ? kNames[index] : std::string_view();
}

bool MayFollow(ConnectionState from, ConnectionState to) noexcept {
  const auto index = static_cast<std::size_t>(from);
  return index < kFollowers.size() && (kFollowers[index] >> static_cast<unsigned>(to) & 1) != 0;
}

}  // namespace weir

// Where a connection stands in its life, and which step may follow which.

#ifndef WEIR_REACTOR_CONN_CONNECTION_STATE_H_
#define WEIR_REACTOR_CONN_CONNECTION_STATE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

// README.md in this folder has the picture. Deadlines and output are beside it: output may wait for
// the client in every state in which the connection is open.
enum class ConnectionState : std::uint8_t {
  kClosed,          // there is no socket; the slot is free
  kIdle,            // between requests: no byte of the next one is there
  kReadingHead,     // bytes of a head are there, or whole requests that wait for their turn
  kReadingContent,  // a head is complete, and no handler sees the request before its content is
  kHandling,        // a ResponseWriter or a ResponseStream owes the answer
  kClosing,         // nothing more is read: it closes once the client has what is owed to it
  kLingering,       // FIN is sent: what still comes is dropped for a while, so that no reset
                    // overtakes the last answer
  kFailed,          // it closes when its turn ends; nothing more is sent
  kReadingProxy,    // a balancer is to say whom it relays, before all else
};
inline constexpr std::size_t kConnectionStateCount =
    static_cast<std::size_t>(ConnectionState::kReadingProxy) + 1;

// snake_case names, as in README.md. Any thread.
std::string_view Name(ConnectionState state) noexcept;

// Whether a connection may go from the one to the other. Any thread.
bool MayFollow(ConnectionState from, ConnectionState to) noexcept;

// Which steps the connections of a reactor have taken; for tests. One thread.
class TransitionLog {
 public:
  void Add(ConnectionState from, ConnectionState to) noexcept {
    seen_[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)] = true;
  }
  bool Saw(ConnectionState from, ConnectionState to) const noexcept {
    return seen_[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)];
  }

 private:
  std::array<std::array<bool, kConnectionStateCount>, kConnectionStateCount> seen_{};
};

}  // namespace weir

#endif  // WEIR_REACTOR_CONN_CONNECTION_STATE_H_

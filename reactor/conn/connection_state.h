// Where a connection stands in its life, and which step may follow which.

#ifndef WEIR_REACTOR_CONN_CONNECTION_STATE_H_
#define WEIR_REACTOR_CONN_CONNECTION_STATE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

// README.md in this folder has the picture. Deadlines and output are beside it: output may wait for
// the client in every state in which the connection is open. From kHandingOver on no request is
// served any more, and from kClosing on the reason of its end is known.
enum class ConnectionState : std::uint8_t {
  kClosed,          // there is no socket; the slot is free
  kReadingProxy,    // a balancer is to say whom it relays, before all else
  kIdle,            // between requests: no byte of the next one is there
  kReadingHead,     // bytes of a head are there, or whole requests that wait for their turn
  kReadingContent,  // a head is complete, and no handler sees the request before its content is
  kHandling,        // a ResponseWriter or a ResponseStream owes the answer
  kHandingOver,     // nothing more is read: its socket goes to a new owner once the answer is sent
  kClosing,         // nothing more is read: it closes once the client has what is owed to it
  kLingering,       // FIN is sent: what still comes is dropped for a while, so that no reset
                    // overtakes the last answer
  kFailed,          // it closes when its turn ends; nothing more is sent
};
inline constexpr std::size_t kConnectionStateCount =
    static_cast<std::size_t>(ConnectionState::kFailed) + 1;

// snake_case names, as in README.md. Any thread.
std::string_view Name(ConnectionState state) noexcept;

// Whether a connection may go from the one to the other. Any thread.
bool MayFollow(ConnectionState from, ConnectionState to) noexcept;

// How far serving what has come has gone, and so why it goes no further.
enum class ServeProgress : std::uint8_t {
  kNeedsInput,   // all is understood that is there
  kDeferred,     // the answer is owed by a handler that reads no content now
  kOutOfBudget,  // other connections get their turn
  kBlocked,      // more than max_pending_output_bytes wait
  kClosing,      // no further request will be served
  kAgain,        // a step is done, and the next can be taken
};

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

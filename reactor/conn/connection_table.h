// The connections of one reactor, by slot.

#ifndef WEIR_REACTOR_CONN_CONNECTION_TABLE_H_
#define WEIR_REACTOR_CONN_CONNECTION_TABLE_H_

#include <cstdint>
#include <deque>
#include <vector>

#include "weir/reactor/conn/connection.h"

namespace weir {

// Slots are reused, newest first, and never move. One thread.
class ConnectionTable {
 public:
  explicit ConnectionTable(ConnectionContext* context) noexcept : context_(context) {}

  // A closed connection, to be opened, which came to the reactor's listener of that number.
  Connection* Acquire(std::uint8_t listener) {
    if (free_.empty()) {
      const std::uint32_t slot = size();
      listeners_.resize(slot + 1);
      listeners_[slot] = listener;
      connections_.emplace_back(context_, slot);
      return &connections_.back();
    }
    Connection* const connection = &connections_[free_.back()];
    listeners_[free_.back()] = listener;
    free_.pop_back();
    return connection;
  }

  // Makes a slot whose connection has closed available again.
  void Release(std::uint32_t slot) { free_.push_back(slot); }

  // REQUIRES: slot < size().
  std::uint8_t ListenerOf(std::uint32_t slot) const noexcept { return listeners_[slot]; }
  Connection* At(std::uint32_t slot) noexcept { return &connections_[slot]; }
  std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(connections_.size()); }

 private:
  ConnectionContext* const context_;
  std::deque<Connection> connections_;
  std::vector<std::uint8_t> listeners_;  // of each slot
  std::vector<std::uint32_t> free_;
};

}  // namespace weir

#endif  // WEIR_REACTOR_CONN_CONNECTION_TABLE_H_

// Goes through all connections of a reactor a piece at a time.

#ifndef WEIR_REACTOR_LOOP_SWEEP_H_
#define WEIR_REACTOR_LOOP_SWEEP_H_

#include <cstdint>

#include "weir/reactor/conn/connection_table.h"

namespace weir {

// So that a turn stays short: to close an idle connection takes some 10 us. One thread.
class Sweep {
 public:
  static constexpr std::uint32_t kMaxSteps = 128;
  static constexpr std::uint32_t kMaxSlots = 1024;  // looked at, open or not

  // Runs `step(Connection*)` for the next open connections: at most kMaxSteps, of at most kMaxSlots
  // slots. Returns whether all have had their turn; the next call then begins anew.
  template <typename Step>
  bool Next(ConnectionTable* table, Step step) {
    std::uint32_t steps = 0;
    for (std::uint32_t slots = 0; slots < kMaxSlots && steps < kMaxSteps; ++slots) {
      if (next_ >= table->size()) {
        next_ = 0;
        return true;
      }
      Connection* const connection = table->At(next_++);
      if (!connection->open()) continue;
      ++steps;
      step(connection);
    }
    return false;
  }

 private:
  std::uint32_t next_ = 0;
};

}  // namespace weir

#endif  // WEIR_REACTOR_LOOP_SWEEP_H_

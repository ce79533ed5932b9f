// An input of the benchmarks, each time at another place in its page.

#ifndef WEIR_TESTS_BENCH_PLACED_INPUT_H_
#define WEIR_TESTS_BENCH_PLACED_INPUT_H_

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "weir/tests/bench/bench_inputs.h"

namespace weir {

// A CPU that compares only the low 12 bits of addresses takes a load for one of what an older store
// writes, and lets it wait, where the input lies at the same place in its page as something that
// the parser writes: its fields, its state, or the stack. Measured on Zen 5: up to a quarter of the
// time of a head. Where things lie is chance, so no repetition repeats another's place, and the
// median is of many.
class PlacedInput {
 public:
  // `input` must live as long. Copies share the turn. Not for use by more than one thread.
  explicit PlacedInput(const BenchInput& input);

  // The deliveries, copied to the next place: at multiples of 16 bytes, as malloc would put them.
  // They are good until the next call.
  const std::vector<std::string_view>& Next();

  std::size_t requests_per_delivery() const { return input_.requests_per_delivery; }

 private:
  struct Room;
  const BenchInput& input_;
  std::shared_ptr<Room> room_;
};

}  // namespace weir

#endif  // WEIR_TESTS_BENCH_PLACED_INPUT_H_

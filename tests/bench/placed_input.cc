#include "weir/tests/bench/placed_input.h"

#include <cstdlib>
#include <cstring>
#include <string>

namespace weir {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kAlignment = 16;
// Places of one turn after another lie far apart, and all come by turns.
constexpr std::size_t kStep = 23 * kAlignment;

std::size_t RoundUp(std::size_t size, std::size_t unit) { return (size + unit - 1) / unit * unit; }

}  // namespace

struct PlacedInput::Room {
  struct Free {
    void operator()(char* bytes) const { std::free(bytes); }
  };
  std::unique_ptr<char, Free> bytes;
  std::vector<std::string_view> deliveries;
  std::size_t place = 0;
};

PlacedInput::PlacedInput(const BenchInput& input) : input_(input), room_(std::make_shared<Room>()) {
  std::size_t size = 0;
  for (const std::string& text : input.deliveries) size += RoundUp(text.size(), kAlignment);
  room_->bytes.reset(static_cast<char*>(std::aligned_alloc(kPage, kPage + RoundUp(size, kPage))));
}

const std::vector<std::string_view>& PlacedInput::Next() {
  char* at = room_->bytes.get() + room_->place;
  room_->place = (room_->place + kStep) % kPage;
  room_->deliveries.clear();
  for (const std::string& text : input_.deliveries) {
    std::memcpy(at, text.data(), text.size());
    room_->deliveries.emplace_back(at, text.size());
    at += RoundUp(text.size(), kAlignment);
  }
  return room_->deliveries;
}

}  // namespace weir

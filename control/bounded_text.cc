#include "weir/control/bounded_text.h"

namespace weir {
namespace {

constexpr std::string_view kCut = "...";

bool ContinuesCharacter(char c) noexcept { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

std::string Bounded(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  std::size_t end = most - kCut.size();
  while (end > 0 && ContinuesCharacter(text[end])) --end;
  return std::string(text.substr(0, end)).append(kCut);
}

}  // namespace weir

#include "weir/parser/explain/visible_text.h"

namespace weir::internal {

std::string VisibleByte(char byte) {
  constexpr char kDigits[] = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(byte);
  switch (byte) {
    case '\r':
      return "\\r";
    case '\n':
      return "\\n";
    case '\t':
      return "\\t";
    case '\\':
      return "\\\\";
    default:
      if (value >= 0x20 && value < 0x7f) return std::string(1, byte);
      return std::string("\\x") + kDigits[value >> 4] + kDigits[value & 15];
  }
}

std::string VisibleText(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += VisibleByte(byte);
  return text;
}

}  // namespace weir::internal

// Crashes on inputs that start with "weir": a fuzzer that does not find one does not work.
#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 3 && data[0] == 'w' && data[1] == 'e' && data[2] == 'i' && data[3] == 'r') {
    __builtin_trap();
  }
  return 0;
}

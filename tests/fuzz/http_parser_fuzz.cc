// A stream that Weir accepts is accepted by http_parser too, and read alike, but for the rules.

#include <cstdio>
#include <cstdlib>

#include "weir/tests/peers/http_parser_view.h"

namespace weir {
namespace {

void Check(std::string_view bytes) {
  const StreamView ours = ReadWithWeir(bytes);
  const StreamView theirs = ReadWithHttpParser(bytes);
  for (const Difference& difference : Compare(ours, theirs)) {
    if (Explain(difference, HttpParserRules()) != nullptr) continue;
    std::fputs(Describe(difference).c_str(), stderr);
    std::abort();
  }
}

}  // namespace
}  // namespace weir

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  weir::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}

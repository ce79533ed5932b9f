// One PROXY header: any prefix gives the answer of the whole, or none yet. First byte: the bound of
// version 2.

#include "weir/parser/proxy/proxy_header.h"
#include "weir/tests/fuzz/fuzz_check.h"

namespace weir {
namespace {

void CheckAnswer(const ProxyHeader& header, std::string_view bytes, std::size_t max_bytes) {
  WEIR_FUZZ_CHECK((header.status == ProxyStatus::kError) == (header.error != ProxyError::kNone));
  if (header.status == ProxyStatus::kError) {
    WEIR_FUZZ_CHECK(header.error_offset < bytes.size());
    return;
  }
  if (header.status == ProxyStatus::kIncomplete) {
    WEIR_FUZZ_CHECK(bytes.size() < kMaxProxyLineBytes || bytes.size() < max_bytes);
    return;
  }
  WEIR_FUZZ_CHECK(header.size <= bytes.size());
  WEIR_FUZZ_CHECK(header.version == 1 || header.version == 2);
  WEIR_FUZZ_CHECK(header.size <= (header.version == 1 ? kMaxProxyLineBytes : max_bytes));
}

void CheckSame(const ProxyHeader& a, const ProxyHeader& b) {
  WEIR_FUZZ_CHECK(a.status == b.status);
  WEIR_FUZZ_CHECK(a.size == b.size);
  WEIR_FUZZ_CHECK(a.version == b.version);
  WEIR_FUZZ_CHECK(a.family == b.family);
  WEIR_FUZZ_CHECK(a.source.bytes == b.source.bytes && a.source.port == b.source.port);
  WEIR_FUZZ_CHECK(a.destination.bytes == b.destination.bytes);
  WEIR_FUZZ_CHECK(a.error == b.error);
  WEIR_FUZZ_CHECK(a.error_offset == b.error_offset);
}

void Check(FuzzInput input) {
  const std::size_t max_bytes = 16 + 8 * std::size_t{input.TakeByte()};
  const std::string_view bytes = input.rest();
  const ProxyHeader whole = ParseProxyHeader(bytes, max_bytes);
  CheckAnswer(whole, bytes, max_bytes);
  bool answered = false;
  for (std::size_t size = 0; size < bytes.size() && size < 600; ++size) {
    const ExactCopy part(bytes.substr(0, size));
    const ProxyHeader header = ParseProxyHeader(part.view(), max_bytes);
    CheckAnswer(header, part.view(), max_bytes);
    WEIR_FUZZ_CHECK(!answered || header.status != ProxyStatus::kIncomplete);
    if (header.status == ProxyStatus::kIncomplete) continue;
    answered = true;
    CheckSame(header, whole);
  }
}

}  // namespace
}  // namespace weir

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  weir::Check(weir::FuzzInput(data, size));
  return 0;
}

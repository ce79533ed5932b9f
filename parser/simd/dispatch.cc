#include "weir/parser/simd/dispatch.h"

#include <cstdio>
#include <cstdlib>

#include "weir/parser/kernel.h"

namespace weir {
namespace internal {
namespace {

struct Kernel {
  ParserKernel id;
  const char* name;
  ParseHeadFunction parse_head;
  bool (*runs_here)();
};

bool Always() { return true; }

#if defined(__x86_64__)
bool HasSse42() { return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt"); }

bool HasAvx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("bmi2");
}

bool HasAvx512() {
  return HasAvx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}
#endif

// From the least to the best.
constexpr Kernel kKernels[] = {
    {ParserKernel::kScalar, "scalar", ParseHeadScalar, Always},
#if defined(__x86_64__)
    {ParserKernel::kSse42, "sse42", ParseHeadSse42, HasSse42},
    {ParserKernel::kAvx2, "avx2", ParseHeadAvx2, HasAvx2},
    {ParserKernel::kAvx512, "avx512", ParseHeadAvx512, HasAvx512},
#elif defined(__aarch64__)
    {ParserKernel::kNeon, "neon", ParseHeadNeon, Always},
#endif
};

const Kernel* FindKernel(ParserKernel id) {
  for (const Kernel& kernel : kKernels) {
    if (kernel.id == id && kernel.runs_here()) return &kernel;
  }
  return nullptr;
}

struct Selection {
  const Kernel* kernel = &kKernels[0];
  char error[256] = "";
};

Selection Select() {
  Selection selection;
  const char* const wish = std::getenv("WEIR_SIMD");
  const bool any = wish == nullptr || *wish == '\0';
  const Kernel* wished = nullptr;
  char available[64] = "";
  std::size_t used = 0;
  for (const Kernel& kernel : kKernels) {
    if (FindKernel(kernel.id) == nullptr) continue;
    selection.kernel = &kernel;
    if (!any && std::string_view(wish) == kernel.name) wished = &kernel;
    const int more = std::snprintf(available + used, sizeof(available) - used, "%s%s",
                                   used > 0 ? ", " : "", kernel.name);
    if (more > 0) used += static_cast<std::size_t>(more);
  }
  if (wished != nullptr) {
    selection.kernel = wished;
  } else if (!any) {
    std::snprintf(selection.error, sizeof(selection.error),
                  "WEIR_SIMD is '%.32s', which this build on this CPU does not have; set it to one "
                  "of: %s; or unset it for the best.",
                  wish, available);
  }
  return selection;
}

const Selection& Selected() {
  static const Selection selection = Select();
  return selection;
}

HeadStatus SelectAndParseHead(HeadState* state, const HeadInput& input) {
  ParseHeadFunction expected = SelectAndParseHead;
  active_parse_head.compare_exchange_strong(expected, Selected().kernel->parse_head);
  return ParseHead(state, input);
}

}  // namespace

std::atomic<ParseHeadFunction> active_parse_head{SelectAndParseHead};

}  // namespace internal

std::string_view KernelName(ParserKernel kernel) noexcept {
  constexpr std::string_view kNames[] = {"scalar", "sse42", "avx2", "avx512", "neon"};
  return kNames[static_cast<std::size_t>(kernel)];
}

bool IsKernelAvailable(ParserKernel kernel) noexcept {
  return internal::FindKernel(kernel) != nullptr;
}

ParserKernel ActiveKernel() noexcept {
  const internal::ParseHeadFunction active = internal::active_parse_head.load();
  for (const internal::Kernel& kernel : internal::kKernels) {
    if (kernel.parse_head == active) return kernel.id;
  }
  return internal::Selected().kernel->id;
}

std::string_view KernelSelectionError() noexcept { return internal::Selected().error; }

bool UseKernel(ParserKernel kernel) noexcept {
  const internal::Kernel* const found = internal::FindKernel(kernel);
  if (found == nullptr) return false;
  internal::active_parse_head.store(found->parse_head);
  return true;
}

}  // namespace weir

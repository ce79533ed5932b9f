// Which instruction set the parser uses.

#ifndef WEIR_PARSER_KERNEL_H_
#define WEIR_PARSER_KERNEL_H_

#include <cstdint>
#include <string_view>

namespace weir {

// The instruction sets that the parser is compiled for. All give the same results, bit for bit.
enum class ParserKernel : std::uint8_t { kScalar, kSse42, kAvx2, kAvx512, kNeon };

inline constexpr ParserKernel kParserKernels[] = {ParserKernel::kScalar, ParserKernel::kSse42,
                                                  ParserKernel::kAvx2, ParserKernel::kAvx512,
                                                  ParserKernel::kNeon};

// "scalar", "sse42", "avx2", "avx512", "neon": the values of WEIR_SIMD.
std::string_view KernelName(ParserKernel kernel) noexcept;

// Whether this build has the kernel and this CPU can run it. kScalar always is. Any thread.
bool IsKernelAvailable(ParserKernel kernel) noexcept;

// The kernel that parses: the one that WEIR_SIMD names if that can be had, else the best
// available. It is chosen once, at the first use. Any thread.
ParserKernel ActiveKernel() noexcept;

// Empty if the environment variable WEIR_SIMD is unset, empty or honoured; else a sentence that
// says what it names and what can be had. A server reports it at start and does not start; the
// parser itself goes on with the best kernel. Static storage duration. Any thread.
std::string_view KernelSelectionError() noexcept;

// Parses with `kernel` from now on, in all threads, also heads that are begun. Returns false, and
// changes nothing, if it is not available. For tests and benchmarks. Any thread.
bool UseKernel(ParserKernel kernel) noexcept;

}  // namespace weir

#endif  // WEIR_PARSER_KERNEL_H_

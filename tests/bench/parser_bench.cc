// The parser on each kernel. Compare ratios between rows of one run:
//
//   bazel run -c opt //tests/bench:parser_bench -- --benchmark_enable_random_interleaving=true
//       --benchmark_repetitions=10 --benchmark_report_aggregates_only=true

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "weir/parser/body_decoder.h"
#include "weir/parser/kernel.h"
#include "weir/parser/request_parser.h"
#include "weir/tests/bench/bench_inputs.h"

namespace weir {
namespace {

constexpr std::uint32_t kCapacity = 100;

ParserLimits WideLimits() {
  ParserLimits limits;
  limits.max_field_bytes = 16384;
  return limits;
}

void CountBytes(benchmark::State& state, const std::vector<std::string>& requests) {
  std::size_t bytes = 0;
  for (const std::string& request : requests) bytes += request.size();
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(static_cast<std::int64_t>(static_cast<std::size_t>(state.iterations()) *
                                                    bytes / requests.size()));
}

void BM_Head(benchmark::State& state, ParserKernel kernel, const BenchInput& input) {
  UseKernel(kernel);
  const ParserLimits limits = WideLimits();
  std::vector<FieldRef> table(kCapacity);
  RequestParser parser(table.data(), kCapacity);
  std::size_t next = 0;
  for (auto _ : state) {
    const std::string& request = input.requests[next];
    if (++next == input.requests.size()) next = 0;
    parser.Reset();
    if (parser.Parse(request, limits) != ParseStatus::kComplete) {
      state.SkipWithError("refused");
      break;
    }
    benchmark::DoNotOptimize(parser.head().fields.size());
  }
  CountBytes(state, input.requests);
}

void BM_ByteByByte(benchmark::State& state, ParserKernel kernel, const BenchInput& input) {
  UseKernel(kernel);
  const ParserLimits limits = WideLimits();
  std::vector<FieldRef> table(kCapacity);
  RequestParser parser(table.data(), kCapacity);
  const std::string_view request = input.requests[0];
  for (auto _ : state) {
    parser.Reset();
    ParseStatus status = ParseStatus::kIncomplete;
    for (std::size_t size = 1; size <= request.size(); ++size) {
      status = parser.Parse(request.substr(0, size), limits);
    }
    if (status != ParseStatus::kComplete) {
      state.SkipWithError("refused");
      break;
    }
  }
  CountBytes(state, input.requests);
}

std::string ChunkedBody(std::size_t chunk_bytes, std::size_t chunks) {
  char size[20];
  std::snprintf(size, sizeof(size), "%zx\r\n", chunk_bytes);
  std::string body;
  for (std::size_t i = 0; i < chunks; ++i) body += size + std::string(chunk_bytes, 'x') + "\r\n";
  return body + "0\r\n\r\n";
}

// Decodes a body in chunks of range(0) bytes, copying the content out as a handler would.
void BM_Chunked(benchmark::State& state) {
  const auto chunk_bytes = static_cast<std::size_t>(state.range(0));
  const std::string body = ChunkedBody(chunk_bytes, 65536 / chunk_bytes);
  std::vector<char> content(body.size());
  const ParserLimits limits;
  for (auto _ : state) {
    BodyDecoder decoder;
    decoder.Start({BodyKind::kChunked, 0});
    std::string_view input = body;
    std::size_t size = 0;
    BodyStep step;
    do {
      step = decoder.Decode(input, limits);
      std::memcpy(content.data() + size, step.data.data(), step.data.size());
      size += step.data.size();
      input.remove_prefix(step.consumed);
    } while (step.status == BodyStatus::kData);
    benchmark::DoNotOptimize(content.data());
    if (step.status != BodyStatus::kComplete) state.SkipWithError("refused");
  }
  state.SetBytesProcessed(state.iterations() * 65536);
}

// What BM_Chunked could reach at best.
void BM_Memcpy(benchmark::State& state) {
  const std::string body(65536, 'x');
  std::vector<char> content(body.size());
  for (auto _ : state) {
    std::memcpy(content.data(), body.data(), body.size());
    benchmark::DoNotOptimize(content.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * 65536);
}

void RegisterAll(const std::vector<BenchInput>& inputs) {
  for (const BenchInput& input : inputs) {
    for (const ParserKernel kernel : kParserKernels) {
      if (!IsKernelAvailable(kernel)) continue;
      const std::string name = std::string(input.name) + "/" + std::string(KernelName(kernel));
      benchmark::RegisterBenchmark(
          ("head/" + name).c_str(),
          [kernel, &input](benchmark::State& state) { BM_Head(state, kernel, input); });
      if (input.requests.size() > 1) continue;
      benchmark::RegisterBenchmark(
          ("byte_by_byte/" + name).c_str(),
          [kernel, &input](benchmark::State& state) { BM_ByteByByte(state, kernel, input); });
    }
  }
  benchmark::RegisterBenchmark("chunked", BM_Chunked)->Arg(8)->Arg(256)->Arg(16384);
  benchmark::RegisterBenchmark("memcpy", BM_Memcpy);
}

}  // namespace
}  // namespace weir

int main(int argc, char** argv) {
#ifndef NDEBUG
  std::fprintf(stderr, "This is a debug build, whose times mean nothing: build with -c opt.\n");
  return 1;
#endif
  const std::vector<weir::BenchInput> inputs = weir::MakeBenchInputs();
  weir::RegisterAll(inputs);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

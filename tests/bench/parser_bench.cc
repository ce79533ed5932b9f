// Weir's parser on each kernel, other parsers, and the limit, interleaved in one process:
//
//   ./dev bench parser [--json] [--benchmark_filter=...]

#include <benchmark/benchmark.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "weir/parser/kernel.h"
#include "weir/tests/bench/bench_inputs.h"
#include "weir/tests/bench/chunked_bench.h"
#include "weir/tests/bench/limit.h"
#include "weir/tests/bench/measured_parsers.h"
#include "weir/tests/bench/peer_libraries.h"
#include "weir/tests/bench/peer_parsers.h"
#include "weir/tests/bench/placed_input.h"
#include "weir/tests/bench/ratio_table.h"

namespace weir {
namespace {

// Reads all requests of a delivery, one after another, by `read`.
template <typename Read>
void Measure(benchmark::State& state, PlacedInput& input, Read read) {
  const std::vector<std::string_view>& deliveries = input.Next();
  std::size_t next = 0;
  for (auto _ : state) {
    std::string_view rest = deliveries[next];
    if (++next == deliveries.size()) next = 0;
    do {
      const std::size_t length = read(rest);
      if (length == 0) return state.SkipWithError("refused");
      rest.remove_prefix(length);
    } while (!rest.empty());
  }
  state.counters["items"] = static_cast<double>(input.requests_per_delivery());
}

// `make` makes a parser of a type that measured_parsers.h describes.
template <typename Make>
void RegisterHead(const BenchInput& input, const std::string& parser_name, Make make) {
  const std::string name = std::string(input.name) + "/" + parser_name;
  PlacedInput placed(input);
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) mutable {
    auto parser = make();
    Measure(state, placed, [&parser](std::string_view bytes) { return parser.ReadHead(bytes); });
  });
}

template <typename Make>
void RegisterByteByByte(const BenchInput& input, const std::string& parser_name, Make make) {
  const std::string name = std::string(input.name) + "-bytes/" + parser_name;
  PlacedInput placed(input);
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) mutable {
    auto parser = make();
    Measure(state, placed,
            [&parser](std::string_view bytes) { return parser.ReadByteByByte(bytes); });
  });
}

void RegisterWeir(const BenchInput& input, const BenchInput& plain) {
  for (const ParserKernel kernel : kParserKernels) {
    if (!IsKernelAvailable(kernel)) continue;
    const std::string name = "weir-" + std::string(KernelName(kernel));
    RegisterHead(input, name, [kernel] { return WeirParser(kernel); });
    RegisterHead(plain, name + "-no-framing", [kernel] { return WeirKernel(kernel); });
    if (input.name == std::string_view("e")) {
      RegisterByteByByte(input, name, [kernel] { return WeirParser(kernel); });
    }
  }
}

void RegisterPeers(const BenchInput& input, const PeerLibraries& peers) {
  const auto sse42 = [pico = peers.pico_sse42] { return PicoHttpParser(pico); };
  const auto scalar = [pico = peers.pico_scalar] { return PicoHttpParser(pico); };
  if (peers.pico_sse42.loaded()) RegisterHead(input, "pico-sse42", sse42);
  if (peers.pico_scalar.loaded()) RegisterHead(input, "pico-scalar", scalar);
  if (peers.httparse != nullptr) {
    RegisterHead(input, "httparse", [f = peers.httparse] { return HttparseParser(f); });
  }
  RegisterHead(input, "http_parser", [] { return HttpParser(); });
  if (input.name != std::string_view("e")) return;
  if (peers.pico_sse42.loaded()) RegisterByteByByte(input, "pico-sse42", sse42);
  RegisterByteByByte(input, "http_parser", [] { return HttpParser(); });
}

void RegisterLimit(const BenchInput& input, ParserKernel kernel,
                   std::uint64_t (*classify)(const char*, std::size_t)) {
  if (!IsKernelAvailable(kernel)) return;
  const std::string name = std::string(input.name) + "/limit-" + std::string(KernelName(kernel));
  PlacedInput placed(input);
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) mutable {
    Measure(state, placed, [classify](std::string_view bytes) {
      benchmark::DoNotOptimize(classify(bytes.data(), bytes.size()));
      return bytes.size();
    });
  });
}

// Both lists of inputs must live as long as the benchmarks.
void RegisterAll(const std::vector<BenchInput>& inputs, const std::vector<BenchInput>& plain,
                 const PeerLibraries& peers) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    RegisterWeir(inputs[i], plain[i]);
    RegisterPeers(inputs[i], peers);
    RegisterLimit(inputs[i], ParserKernel::kSse42, ClassifySse42);
    RegisterLimit(inputs[i], ParserKernel::kAvx2, ClassifyAvx2);
    RegisterLimit(inputs[i], ParserKernel::kAvx512, ClassifyAvx512);
  }
  RegisterChunked(peers);
}

int Run(std::vector<char*> arguments) {
  bool json = false;
  PeerLibraries peers;
  // What the command line says of these comes later, and counts.
  static char defaults[][48] = {"--benchmark_enable_random_interleaving=true",
                                "--benchmark_repetitions=11", "--benchmark_min_time=0.08",
                                "--benchmark_report_aggregates_only=true"};
  std::vector<char*> kept = {arguments[0]};
  for (char* flag : defaults) kept.push_back(flag);
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--json") {
      json = true;
    } else if (argument.substr(0, 8) == "--peers=") {
      peers = LoadPeerLibraries(std::string(argument.substr(8)));
    } else {
      kept.push_back(arguments[i]);
    }
  }
  int count = static_cast<int>(kept.size());
  benchmark::Initialize(&count, kept.data());
  if (benchmark::ReportUnrecognizedArguments(count, kept.data())) return 2;
  const std::vector<BenchInput> inputs = MakeBenchInputs();
  std::vector<BenchInput> plain;
  for (const BenchInput& input : inputs) plain.push_back(WithoutKnownFields(input));
  RegisterAll(inputs, plain, peers);
  RatioTable table(json);
  benchmark::RunSpecifiedBenchmarks(&table);
  return table.failed() ? 1 : 0;
}

}  // namespace
}  // namespace weir

int main(int argc, char** argv) {
#ifndef NDEBUG
  std::fprintf(stderr,
               "This is a debug build, whose times mean nothing: build with --config=opt.\n");
  return 1;
#endif
  return weir::Run({argv, argv + argc});
}

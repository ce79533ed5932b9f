// Prints what parser_bench measured: times, then ratios.

#ifndef WEIR_TESTS_BENCH_RATIO_TABLE_H_
#define WEIR_TESTS_BENCH_RATIO_TABLE_H_

#include <benchmark/benchmark.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace weir {

// Takes benchmarks named <column>/<parser> or <part>/<column>/<parser>, and gives for each column
// the medians of the repetitions, and (time of each other parser) / (time of each of Weir's).
class RatioTable : public benchmark::BenchmarkReporter {
 public:
  explicit RatioTable(bool json) : json_(json) {}

  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;
  bool failed() const { return failed_; }

 private:
  using Row = std::map<std::string, double>;  // by column

  void PrintRows(const std::map<std::string, Row>& rows, int digits) const;
  void PrintJson() const;
  std::map<std::string, Row> Ratios() const;
  std::vector<std::string> Columns() const;

  const bool json_;
  bool failed_ = false;
  std::map<std::string, std::int64_t> order_;  // of the columns, as registered
  std::map<std::string, Row> times_;           // by parser: nanoseconds a request, or a body
};

}  // namespace weir

#endif  // WEIR_TESTS_BENCH_RATIO_TABLE_H_

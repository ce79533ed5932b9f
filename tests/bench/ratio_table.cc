#include "weir/tests/bench/ratio_table.h"

#include <algorithm>
#include <cstdio>

namespace weir {
namespace {

bool IsWeir(const std::string& parser) { return parser.rfind("weir", 0) == 0; }

// A limit is one for the kernel of its own instruction set.
bool IsLimitOfAnother(const std::string& peer, const std::string& ours) {
  if (peer.rfind("limit-", 0) != 0) return false;
  const std::string kernel = peer.substr(6);
  return ours != "weir-" + kernel && ours != "weir-" + kernel + "-no-framing";
}

void PrintJsonRows(const char* name,
                   const std::map<std::string, std::map<std::string, double>>& rows,
                   const char* end) {
  std::printf("  \"%s\": {", name);
  const char* separator = "\n";
  for (const auto& [row, cells] : rows) {
    std::printf("%s    \"%s\": {", separator, row.c_str());
    const char* comma = "";
    for (const auto& [column, value] : cells) {
      std::printf("%s\"%s\": %.4g", comma, column.c_str(), value);
      comma = ", ";
    }
    std::printf("}");
    separator = ",\n";
  }
  std::printf("\n  }%s\n", end);
}

}  // namespace

bool RatioTable::ReportContext(const Context&) { return true; }

void RatioTable::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    const std::string& name = run.run_name.function_name;
    if (run.error_occurred) {
      std::fprintf(stderr, "%s: %s\n", name.c_str(), run.error_message.c_str());
      failed_ = true;
    }
    if (run.aggregate_name != "median") continue;
    const std::size_t slash = name.rfind('/');
    const std::string column = name.substr(0, slash);
    const auto known = order_.emplace(column, run.family_index).first;
    known->second = std::min(known->second, run.family_index);
    const double per_item = run.counters.count("items") != 0 ? run.counters.at("items").value : 1;
    times_[name.substr(slash + 1)][column] = run.GetAdjustedCPUTime() / per_item;
  }
}

std::map<std::string, RatioTable::Row> RatioTable::Ratios() const {
  std::map<std::string, Row> ratios;
  for (const auto& [ours, our_row] : times_) {
    if (!IsWeir(ours)) continue;
    for (const auto& [peer, peer_row] : times_) {
      if (IsWeir(peer) || IsLimitOfAnother(peer, ours)) continue;
      for (const auto& [column, time] : our_row) {
        const auto found = peer_row.find(column);
        if (found != peer_row.end()) ratios[peer + " / " + ours][column] = found->second / time;
      }
    }
  }
  return ratios;
}

std::vector<std::string> RatioTable::Columns() const {
  std::vector<std::string> columns;
  for (const auto& [column, order] : order_) columns.push_back(column);
  std::sort(columns.begin(), columns.end(), [this](const std::string& a, const std::string& b) {
    return order_.at(a) < order_.at(b);
  });
  return columns;
}

void RatioTable::PrintRows(const std::map<std::string, Row>& rows, int digits) const {
  const std::vector<std::string> columns = Columns();
  std::printf("%-38s", "");
  for (const std::string& column : columns) std::printf(" %9s", column.c_str());
  std::printf("\n");
  for (const auto& [name, row] : rows) {
    std::printf("%-38s", name.c_str());
    for (const std::string& column : columns) {
      const auto cell = row.find(column);
      if (cell == row.end()) {
        std::printf(" %9s", "-");
      } else {
        std::printf(" %9.*f", digits, cell->second);
      }
    }
    std::printf("\n");
  }
}

void RatioTable::PrintJson() const {
  std::printf("{\n  \"compiler\": \"%s\",\n", __VERSION__);
  PrintJsonRows("nanoseconds", times_, ",");
  PrintJsonRows("ratios", Ratios(), "");
  std::printf("}\n");
}

void RatioTable::Finalize() {
  if (json_) return PrintJson();
  std::printf("Built by %s. Medians of interleaved repetitions.\n\n", __VERSION__);
  std::printf("Nanoseconds a request (a to g), or for all of it:\n");
  PrintRows(times_, 1);
  std::printf("\nTime of another / time of Weir's (over 1: Weir's is faster):\n");
  PrintRows(Ratios(), 2);
}

}  // namespace weir

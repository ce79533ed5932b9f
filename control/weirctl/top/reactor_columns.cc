#include "weir/control/weirctl/top/reactor_columns.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "weir/control/weirctl/quantiles.h"

namespace weir {
namespace {

constexpr int kWidestBar = 42;

std::string Rate(std::optional<double> rate) { return rate ? ShortNumber(*rate) : "-"; }

std::string Queue(const ReactorRow& row) {
  return absl::StrCat(ShortNumber(static_cast<double>(row.depth)), "/",
                      ShortNumber(static_cast<double>(row.limit)));
}

std::string Wait(std::optional<std::uint64_t> ns) { return ns ? DurationText(*ns) : "-"; }

// How alarming so much of the limit is. A queue holds one more than its backlog.
Style FillStyle(std::uint64_t depth, std::uint64_t limit) {
  if (depth == 0) return Style::kPlain;
  if (depth >= limit) return Style::kError;
  return depth * 2 > limit ? Style::kWarning : Style::kGood;
}

Style RateStyle(std::optional<double> rate, Style above_zero) {
  return rate && *rate > 0 ? above_zero : Style::kPlain;
}

struct Column {
  std::string_view heading;
  int width;
  int rank;  // the lower, the longer it stays
  std::string (*text)(const ReactorRow& row);
  Style (*style)(const ReactorRow& row);
};

Style Plain(const ReactorRow&) { return Style::kPlain; }

// In the order of the screen. Their widths, with the spaces between them, are 80 without the last.
constexpr Column kColumns[] = {
    {"R", 3, 0, [](const ReactorRow& row) { return row.name; }, Plain},
    {"", 11, 6, nullptr, nullptr},  // the bar
    {"QUEUE", 11, 1, [](const ReactorRow& row) { return Queue(row); },
     [](const ReactorRow& row) { return FillStyle(row.depth, row.limit); }},
    {"HIGH", 6, 7, [](const ReactorRow& row) { return ShortNumber(static_cast<double>(row.high)); },
     [](const ReactorRow& row) { return FillStyle(row.high, row.limit); }},
    {"WAIT P50", 8, 9, [](const ReactorRow& row) { return Wait(row.wait_p50_ns); }, Plain},
    {"WAIT P99", 8, 4, [](const ReactorRow& row) { return Wait(row.wait_p99_ns); }, Plain},
    {"CONNS", 6, 5,
     [](const ReactorRow& row) { return ShortNumber(static_cast<double>(row.connections)); },
     Plain},
    {"REQ/S", 6, 2, [](const ReactorRow& row) { return Rate(row.requests_per_second); }, Plain},
    {"ACC/S", 6, 8, [](const ReactorRow& row) { return Rate(row.accepts_per_second); }, Plain},
    {"ERR/S", 6, 3, [](const ReactorRow& row) { return Rate(row.errors_per_second); },
     [](const ReactorRow& row) { return RateStyle(row.errors_per_second, Style::kWarning); }},
    {"REFUSED/S", 9, 10, [](const ReactorRow& row) { return Rate(row.refused_per_second); },
     [](const ReactorRow& row) { return RateStyle(row.refused_per_second, Style::kError); }},
};
constexpr std::size_t kColumnCount = std::size(kColumns);

bool IsBar(const Column& column) { return column.text == nullptr; }

// How many of the bar's cells stand for `count`: at least one for any.
int CellsFor(std::uint64_t count, std::uint64_t limit, int cells) {
  if (count == 0 || limit == 0) return 0;
  const double share = static_cast<double>(count) / static_cast<double>(limit);
  return std::clamp(static_cast<int>(share * cells), 1, cells);
}

void PutBar(int row, int column, int width, const ReactorRow& values, Grid* grid) {
  const int cells = width - 2;
  const int depth = CellsFor(values.depth, values.limit, cells);
  const int high = CellsFor(values.recent_high, values.limit, cells);
  grid->Put(row, column, "[", Style::kDim);
  const int behind = grid->Put(row, column + 1, std::string(static_cast<std::size_t>(depth), '|'),
                               FillStyle(values.depth, values.limit));
  grid->Put(row, behind, std::string(static_cast<std::size_t>(std::max(high - depth, 0)), '.'),
            FillStyle(values.recent_high, values.limit));
  grid->Put(row, column + width - 1, "]", Style::kDim);
}

// The columns that fit, by rank.
std::array<bool, kColumnCount> Choose(int columns, int* left) {
  std::array<bool, kColumnCount> chosen{};
  *left = columns + 1;  // the first has no space before it
  for (std::size_t rank = 0; rank < kColumnCount; ++rank) {
    const auto* const found = std::find_if(
        std::begin(kColumns), std::end(kColumns),
        [rank](const Column& column) { return column.rank == static_cast<int>(rank); });
    const int width = found->width + 1;
    if (width > *left) break;
    chosen[static_cast<std::size_t>(found - kColumns)] = true;
    *left -= width;
  }
  return chosen;
}

}  // namespace

ReactorColumns::ReactorColumns(int columns) {
  int left = 0;
  const std::array<bool, kColumnCount> chosen = Choose(columns, &left);
  int end = -1;
  for (std::size_t i = 0; i < kColumnCount; ++i) {
    if (!chosen[i]) continue;
    int width = kColumns[i].width;
    if (IsBar(kColumns[i])) width = std::min(width + left, kWidestBar);
    end += 1 + width;
    places_.push_back({i, end, width});
  }
}

void ReactorColumns::PutHeading(int row, Grid* grid) const {
  grid->Paint(row, Style::kHeading);
  for (const Place& place : places_) {
    grid->PutRight(row, place.end, kColumns[place.column].heading, Style::kHeading);
  }
}

void ReactorColumns::PutRow(int row, const ReactorRow& values, Grid* grid) const {
  for (const Place& place : places_) {
    const Column& column = kColumns[place.column];
    if (IsBar(column)) {
      PutBar(row, place.end - place.width, place.width, values, grid);
    } else {
      grid->PutRight(row, place.end, column.text(values), column.style(values));
    }
  }
}

std::string ShortNumber(double value) {
  if (value < 99'999.5) return absl::StrFormat("%.0f", value);
  if (value < 999'500) return absl::StrFormat("%.0fk", value / 1e3);
  if (value < 999.95e6) return absl::StrFormat("%.1fM", value / 1e6);
  return absl::StrFormat("%.1fG", value / 1e9);
}

}  // namespace weir

// A rectangle of styled characters: what a terminal shows, without a terminal.

#ifndef WEIR_CONTROL_WEIRCTL_TOP_GRID_H_
#define WEIR_CONTROL_WEIRCTL_TOP_GRID_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

// What a cell means; how that looks is the terminal's.
enum class Style : std::uint8_t { kPlain, kDim, kTitle, kHeading, kGood, kWarning, kError };
inline constexpr std::size_t kStyleCount = static_cast<std::size_t>(Style::kError) + 1;

struct Cell {
  char character = ' ';  // printable ASCII
  Style style = Style::kPlain;
};

class Grid {
 public:
  // Spaces. A negative size counts as 0.
  Grid(int rows, int columns);

  int rows() const noexcept { return rows_; }
  int columns() const noexcept { return columns_; }

  // Writes from that column on. What lies outside is left out, and what is not printable ASCII
  // becomes '?', so that nothing that a server sends moves the cursor. Returns the column behind
  // it.
  int Put(int row, int column, std::string_view text, Style style = Style::kPlain);

  // The same so that it ends before the column.
  void PutRight(int row, int end, std::string_view text, Style style = Style::kPlain);

  // Gives the whole row a style.
  void Paint(int row, Style style);

  // REQUIRES: it is within.
  const Cell& at(int row, int column) const { return cells_[Index(row, column)]; }

  // The row without spaces at its end.
  std::string Text(int row) const;

 private:
  std::size_t Index(int row, int column) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) +
           static_cast<std::size_t>(column);
  }

  const int rows_;
  const int columns_;
  std::vector<Cell> cells_;
};

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_TOP_GRID_H_

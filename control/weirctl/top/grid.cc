#include "weir/control/weirctl/top/grid.h"

#include <algorithm>

namespace weir {

Grid::Grid(int rows, int columns)
    : rows_(std::max(rows, 0)),
      columns_(std::max(columns, 0)),
      cells_(static_cast<std::size_t>(rows_) * static_cast<std::size_t>(columns_)) {}

int Grid::Put(int row, int column, std::string_view text, Style style) {
  for (const char c : text) {
    if (row >= 0 && row < rows_ && column >= 0 && column < columns_) {
      cells_[Index(row, column)] = {c < ' ' || c > '~' ? '?' : c, style};
    }
    ++column;
  }
  return column;
}

void Grid::PutRight(int row, int end, std::string_view text, Style style) {
  Put(row, end - static_cast<int>(text.size()), text, style);
}

void Grid::Paint(int row, Style style) {
  if (row < 0 || row >= rows_) return;
  for (int column = 0; column < columns_; ++column) cells_[Index(row, column)].style = style;
}

std::string Grid::Text(int row) const {
  std::string text;
  for (int column = 0; column < columns_; ++column) text += at(row, column).character;
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

}  // namespace weir

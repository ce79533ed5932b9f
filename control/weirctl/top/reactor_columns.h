// The table of weirctl top, as wide as the terminal lets it be.

#ifndef WEIR_CONTROL_WEIRCTL_TOP_REACTOR_COLUMNS_H_
#define WEIR_CONTROL_WEIRCTL_TOP_REACTOR_COLUMNS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "weir/control/weirctl/top/grid.h"
#include "weir/control/weirctl/top/reactor_row.h"

namespace weir {

// The columns that fit. In 80 columns all are there but refused connections; in fewer, the less
// important ones are left out, and what is left over is the bar's.
class ReactorColumns {
 public:
  explicit ReactorColumns(int columns);

  void PutHeading(int row, Grid* grid) const;
  // The bar has '|' for what waits now, '.' for the most that did lately.
  void PutRow(int row, const ReactorRow& values, Grid* grid) const;

 private:
  struct Place {
    std::size_t column;  // in the table of columns
    int end;             // on the screen: the first place behind it
    int width;
  };
  std::vector<Place> places_;
};

// "99999", then "123k", "1.2M", "3.4G": at most six characters.
std::string ShortNumber(double value);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_TOP_REACTOR_COLUMNS_H_

// Sampled durations and sizes as tables, for weirctl stats.

#ifndef WEIR_CONTROL_WEIRCTL_HISTOGRAM_TABLE_H_
#define WEIR_CONTROL_WEIRCTL_HISTOGRAM_TABLE_H_

#include <string>
#include <vector>

#include "weir/admin/v1/admin.pb.h"

namespace weir {

// A heading, then a row for each timing that has samples, of all reactors together. A percentile is
// the end of the bucket that it falls into: at most an eighth above the true value.
std::vector<std::vector<std::string>> TimingRows(const admin::v1::Stats& stats);

// The same of the sizes. A percentile is the largest size of its bucket: at most a sixteenth above
// the true value.
std::vector<std::vector<std::string>> SizeRows(const admin::v1::Stats& stats);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_HISTOGRAM_TABLE_H_

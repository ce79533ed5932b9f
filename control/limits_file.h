// Limits in a text file, a line for each: "max_head_bytes = 32768".

#ifndef WEIR_CONTROL_LIMITS_FILE_H_
#define WEIR_CONTROL_LIMITS_FILE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "weir/reactor/limits_store.h"

namespace weir {

inline constexpr std::size_t kMaxLimitsFileBytes = 64 * 1024;

// The lines of `text`. A value is a number in the limit's own unit; what follows '#' is a comment.
// INVALID_ARGUMENT names each line that is wrong, by its number. Ranges are not checked.
absl::StatusOr<std::vector<LimitChange>> ParseLimits(std::string_view text);

// The lines for these values, so that ParseLimits gives them again.
std::string FormatLimits(const std::vector<LayerValue>& values);

// The whole file. NOT_FOUND if there is none; INVALID_ARGUMENT if it is over kMaxLimitsFileBytes.
absl::StatusOr<std::string> ReadLimitsFile(const std::string& path);

// Replaces the file, or leaves it as it was: written beside it, to the disk, then renamed. Mode
// 0600.
absl::Status WriteLimitsFile(const std::string& path, const std::string& text);

}  // namespace weir

#endif  // WEIR_CONTROL_LIMITS_FILE_H_

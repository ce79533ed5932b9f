// Limits in a text file, a line for each: "max_head_bytes = 32768", or of one listener
// "listen_backlog@health = 16".

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

// Whether a line of the file can have the listener's name: not every path of a Unix socket, which
// is the name of one that was given no other.
bool CanNameInFile(std::string_view listener);

// The lines for these values, so that ParseLimits gives them again. REQUIRES: CanNameInFile of all.
std::string FormatLimits(const std::vector<LayerValue>& values);

// The whole file. NOT_FOUND if there is none; INVALID_ARGUMENT if it is over kMaxLimitsFileBytes.
absl::StatusOr<std::string> ReadLimitsFile(const std::string& path);

// Replaces the file, or leaves it as it was: written beside it, to the disk, then renamed. Mode
// 0600.
absl::Status WriteLimitsFile(const std::string& path, const std::string& text);

}  // namespace weir

#endif  // WEIR_CONTROL_LIMITS_FILE_H_

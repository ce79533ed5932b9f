// The layer of limits that a watched file sets.

#ifndef WEIR_CONTROL_FILE_LAYER_H_
#define WEIR_CONTROL_FILE_LAYER_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "weir/reactor/limits_store.h"

namespace weir {

// Keeps LimitLayer::kFile like a file of limits_file.h. A file that can't be read, or that has any
// fault, changes nothing: the last good one stays in force, and status() says what is wrong. Half
// of a file is a good one too, without its other limits: so a changed file counts once two readings
// have found the same. One thread at a time.
class FileLayer {
 public:
  // `limits` is not owned and must outlive this. "" as `path`: no file.
  FileLayer(LimitsStore* limits, std::string path) : limits_(limits), path_(std::move(path)) {}

  // Reads the file: at the first call it counts at once, later once the call before has found the
  // same, so leave as long between two calls as a writer may need. Whether there was anything new,
  // whatever came of it.
  bool Check();

  // What came of the last reading, with the path and the lines at fault.
  const absl::Status& status() const noexcept { return status_; }
  const std::string& path() const noexcept { return path_; }

 private:
  absl::Status Apply(std::string_view text);

  LimitsStore* const limits_;
  const std::string path_;
  bool checked_ = false;
  std::optional<std::string> taken_;    // the text that counts; none if there is no such file
  std::optional<std::string> awaited_;  // another one, which is to be found a second time
  absl::Status status_;
};

}  // namespace weir

#endif  // WEIR_CONTROL_FILE_LAYER_H_

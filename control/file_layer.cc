#include "weir/control/file_layer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "weir/control/limits_file.h"

namespace weir {

// The text itself is compared, not the file's time: two changes may come within one tick of the
// file system's clock, and a few kilobytes a second cost nothing.
bool FileLayer::Check() {
  if (path_.empty()) return false;
  const bool first = !std::exchange(checked_, true);
  absl::StatusOr<std::string> text = ReadLimitsFile(path_);
  const std::optional<std::string> awaited = std::exchange(awaited_, std::nullopt);
  if (!text.ok()) {
    if (text.status() == status_) return false;
    status_ = text.status();
    taken_ = std::nullopt;
    return true;
  }
  if (taken_ == *text) return false;
  if (!first && awaited != *text) {
    awaited_ = *std::move(text);
    return false;
  }
  taken_ = *std::move(text);
  status_ = Apply(*taken_);
  return true;
}

absl::Status FileLayer::Apply(std::string_view text) {
  auto changes = ParseLimits(text);
  absl::Status status = changes.status();
  if (status.ok()) {
    LimitsUpdate update;
    update.layer = LimitLayer::kFile;
    update.changes = *std::move(changes);
    update.replace_layer = true;
    update.author = absl::StrCat("file ", path_);
    status = limits_->Apply(update).status();
  }
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(path_, ": ", std::string(status.message()),
                                                  "; the file's last good values stay in force"));
}

}  // namespace weir

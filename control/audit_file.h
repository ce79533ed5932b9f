// The audit log on the disk: lines in a file that does not grow without end.

#ifndef WEIR_CONTROL_AUDIT_FILE_H_
#define WEIR_CONTROL_AUDIT_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "weir/reactor/unique_fd.h"

namespace weir {

// One thread at a time.
class AuditFile {
 public:
  // Appends to the file `path`, which is made with mode 0600. A file that would grow beyond
  // `max_bytes` is renamed to "PATH.1" first, in the place of the one before: so no more than twice
  // that is on the disk. 0: it grows as it will. Several processes may append to one file. An error
  // of open(2) is NOT_FOUND, PERMISSION_DENIED or INTERNAL, with the path.
  static absl::StatusOr<std::unique_ptr<AuditFile>> Open(const std::string& path,
                                                         std::uint64_t max_bytes);
  AuditFile(const AuditFile&) = delete;
  AuditFile& operator=(const AuditFile&) = delete;

  // Whether the line, which ends with "\n", is in the file whole. One that is not spoils none that
  // follows: they begin on a line of their own.
  bool Write(const std::string& line);

 private:
  AuditFile(std::string path, std::uint64_t max_bytes, UniqueFd fd)
      : path_(std::move(path)), max_bytes_(max_bytes), fd_(std::move(fd)) {}

  void MakeRoom(std::size_t bytes);

  const std::string path_;
  const std::uint64_t max_bytes_;
  UniqueFd fd_;
  bool torn_ = false;  // the file ends within a line
};

}  // namespace weir

#endif  // WEIR_CONTROL_AUDIT_FILE_H_

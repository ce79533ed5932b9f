// The audit log on the disk: lines in a file that does not grow without end.

#ifndef WEIR_CONTROL_AUDIT_FILE_H_
#define WEIR_CONTROL_AUDIT_FILE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "weir/reactor/unique_fd.h"
#include "weir/reactor/watch/watch_thread.h"

namespace weir {

// A thread of its own writes, so that a disk that hangs holds up nobody else. Any thread.
class AuditFile {
 public:
  // Lines that wait for the disk; more are dropped.
  static constexpr std::size_t kMaxWaiting = 256;

  // Appends to the file `path`, which is made with mode 0600. A file that would grow beyond
  // `max_bytes` is renamed to "PATH.1" first, in the place of the one before: so no more than twice
  // that is on the disk. 0: it grows as it will. Several processes may append to one file. An error
  // of open(2) is NOT_FOUND, PERMISSION_DENIED or INTERNAL, with the path; RESOURCE_EXHAUSTED for
  // want of a thread.
  static absl::StatusOr<std::unique_ptr<AuditFile>> Open(const std::string& path,
                                                         std::uint64_t max_bytes);
  // Writes what waits first.
  ~AuditFile() = default;
  AuditFile(const AuditFile&) = delete;
  AuditFile& operator=(const AuditFile&) = delete;

  // Has the line, which ends with "\n", written soon. Does not wait.
  void Append(std::string line);

  // Lines that were dropped, or are not in the file whole. Such a one spoils none that follows:
  // they begin on a line of their own. Does not wait.
  std::uint64_t failures() const noexcept { return failures_.load(std::memory_order_relaxed); }

 private:
  AuditFile(std::string path, std::uint64_t max_bytes, UniqueFd fd)
      : path_(std::move(path)), max_bytes_(max_bytes), fd_(std::move(fd)) {}

  // The thread's.
  void WriteAllThatWaits();
  bool Write(const std::string& line);
  void MakeRoom(std::size_t bytes);

  const std::string path_;
  const std::uint64_t max_bytes_;
  UniqueFd fd_;        // the thread's
  bool torn_ = false;  // the thread's: the file ends within a line
  std::atomic<std::uint64_t> failures_{0};

  std::mutex mutex_;
  std::deque<std::string> waiting_;  // guarded by mutex_
  WatchThread thread_;               // the last member: it uses the others to its end
};

}  // namespace weir

#endif  // WEIR_CONTROL_AUDIT_FILE_H_

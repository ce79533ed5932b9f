// Who asked the control plane to change something, and what came of it.

#ifndef WEIR_CONTROL_AUDIT_LOG_H_
#define WEIR_CONTROL_AUDIT_LOG_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "weir/admin/v1/admin.pb.h"

namespace weir {

// Keeps the last kMaxRecords in memory and, if it has a file, appends each as a line of JSON with
// the names of admin.v1.AuditRecord. Any thread.
class AuditLog {
 public:
  static constexpr std::size_t kMaxRecords = 1024;
  // Of each record, in memory and in the file: what is longer is cut and ends with "...". All
  // records together stay below the 4 MiB that gRPC's clients take in a message.
  static constexpr std::size_t kMaxIdentityBytes = 256;
  static constexpr std::size_t kMaxMethodBytes = 128;
  static constexpr std::size_t kMaxDetailBytes = 2048;
  static constexpr std::size_t kMaxReasonBytes = 1024;

  // Appends to the file `path`, which is made with mode 0600; "" for none. An error of open(2) is
  // NOT_FOUND, PERMISSION_DENIED or INTERNAL, with the path.
  static absl::StatusOr<std::unique_ptr<AuditLog>> Open(const std::string& path);
  ~AuditLog();
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  // A line that can't be written stays in memory and is counted.
  void Add(const admin::v1::AuditRecord& record);

  // Newest first.
  void Fill(admin::v1::ListAuditRecordsResponse* response) const;
  std::uint64_t write_failures() const;

 private:
  explicit AuditLog(int fd) : fd_(fd) {}

  const int fd_;  // -1: none
  mutable std::mutex mutex_;
  std::deque<admin::v1::AuditRecord> records_;  // guarded by mutex_
  std::uint64_t total_ = 0;                     // guarded by mutex_
  std::uint64_t write_failures_ = 0;            // guarded by mutex_
};

}  // namespace weir

#endif  // WEIR_CONTROL_AUDIT_LOG_H_

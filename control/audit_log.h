// Who asked the control plane to change something, and what came of it.

#ifndef WEIR_CONTROL_AUDIT_LOG_H_
#define WEIR_CONTROL_AUDIT_LOG_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "weir/admin/v1/admin.pb.h"
#include "weir/control/audit_file.h"

namespace weir {

// Keeps the last records in memory, those of callers without a role apart, so that a flood of these
// pushes out none of the others. If it has a file, appends each as a line of JSON with the names of
// admin.v1.AuditRecord. Any thread.
class AuditLog {
 public:
  static constexpr std::size_t kMaxRecords = 1024;
  static constexpr std::size_t kMaxDenied = 256;
  // Of each record, in memory and in the file: what is longer is cut and ends with "...". All
  // records together stay below the 4 MiB that gRPC's clients take in a message.
  static constexpr std::size_t kMaxIdentityBytes = 256;
  static constexpr std::size_t kMaxPeerBytes = 128;
  static constexpr std::size_t kMaxMethodBytes = 128;
  static constexpr std::size_t kMaxDetailBytes = 2048;
  static constexpr std::size_t kMaxReasonBytes = 1024;

  // Appends to the file `path`, as AuditFile::Open does, with its errors; "" for none.
  static absl::StatusOr<std::unique_ptr<AuditLog>> Open(const std::string& path,
                                                        std::uint64_t max_file_bytes = 0);
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  // Does not wait for the file: the line is written soon after. One that can't be written stays in
  // memory and is counted.
  void Add(const admin::v1::AuditRecord& record) { Keep(record, &records_, kMaxRecords); }
  // Of a call that was denied.
  void AddDenied(const admin::v1::AuditRecord& record) { Keep(record, &denied_, kMaxDenied); }

  // Newest first.
  void Fill(admin::v1::ListAuditRecordsResponse* response) const;
  // Records that are not in the file. Does not wait.
  std::uint64_t write_failures() const { return file_ == nullptr ? 0 : file_->failures(); }

 private:
  struct Kept {
    std::uint64_t number;  // from 1, of both rings together
    admin::v1::AuditRecord record;
  };
  using Ring = std::deque<Kept>;

  explicit AuditLog(std::unique_ptr<AuditFile> file) : file_(std::move(file)) {}

  void Keep(const admin::v1::AuditRecord& record, Ring* ring, std::size_t most);

  const std::unique_ptr<AuditFile> file_;  // null: none
  mutable std::mutex mutex_;
  Ring records_;             // guarded by mutex_
  Ring denied_;              // guarded by mutex_
  std::uint64_t total_ = 0;  // guarded by mutex_
};

}  // namespace weir

#endif  // WEIR_CONTROL_AUDIT_LOG_H_

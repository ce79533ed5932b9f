#include "weir/control/audit_log.h"

#include <fcntl.h>
#include <google/protobuf/util/json_util.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "weir/control/bounded_text.h"

namespace weir {
namespace {

admin::v1::AuditRecord Bounded(admin::v1::AuditRecord record) {
  record.set_identity(Bounded(record.identity(), AuditLog::kMaxIdentityBytes));
  record.set_method(Bounded(record.method(), AuditLog::kMaxMethodBytes));
  record.set_detail(Bounded(record.detail(), AuditLog::kMaxDetailBytes));
  record.set_reason(Bounded(record.reason(), AuditLog::kMaxReasonBytes));
  return record;
}

std::string LineOf(const admin::v1::AuditRecord& record) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string line;
  // Fails only for messages with Any, of which there are none.
  (void)google::protobuf::util::MessageToJsonString(record, &line, options);
  line += "\n";
  return line;
}

// Whole, in one write(2), so that O_APPEND keeps the lines of several processes apart.
bool WriteLine(int fd, const std::string& line) {
  return ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

}  // namespace

absl::StatusOr<std::unique_ptr<AuditLog>> AuditLog::Open(const std::string& path) {
  if (path.empty()) return std::unique_ptr<AuditLog>(new AuditLog(-1));
  const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd >= 0) return std::unique_ptr<AuditLog>(new AuditLog(fd));
  const std::string text = absl::StrCat("audit file ", path, ": ", std::strerror(errno));
  if (errno == ENOENT || errno == ENOTDIR) return absl::NotFoundError(text);
  if (errno == EACCES || errno == EPERM || errno == EROFS) return absl::PermissionDeniedError(text);
  return absl::InternalError(text);
}

AuditLog::~AuditLog() {
  if (fd_ >= 0) ::close(fd_);
}

void AuditLog::Add(const admin::v1::AuditRecord& whole) {
  admin::v1::AuditRecord record = Bounded(whole);
  const std::string line = fd_ >= 0 ? LineOf(record) : "";
  const std::lock_guard<std::mutex> lock(mutex_);
  if (fd_ >= 0 && !WriteLine(fd_, line)) ++write_failures_;
  if (records_.size() == kMaxRecords) records_.pop_front();
  records_.push_back(std::move(record));
  ++total_;
}

void AuditLog::Fill(admin::v1::ListAuditRecordsResponse* response) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (auto record = records_.rbegin(); record != records_.rend(); ++record) {
    *response->add_records() = *record;
  }
  response->set_total(total_);
}

std::uint64_t AuditLog::write_failures() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return write_failures_;
}

}  // namespace weir

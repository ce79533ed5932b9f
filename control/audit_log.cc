#include "weir/control/audit_log.h"

#include <google/protobuf/util/json_util.h>

#include <utility>

#include "weir/control/bounded_text.h"

namespace weir {
namespace {

admin::v1::AuditRecord Cut(admin::v1::AuditRecord record) {
  record.set_identity(Bounded(record.identity(), AuditLog::kMaxIdentityBytes));
  record.set_peer(Bounded(record.peer(), AuditLog::kMaxPeerBytes));
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

}  // namespace

absl::StatusOr<std::unique_ptr<AuditLog>> AuditLog::Open(const std::string& path,
                                                         std::uint64_t max_file_bytes) {
  if (path.empty()) return std::unique_ptr<AuditLog>(new AuditLog(nullptr));
  auto file = AuditFile::Open(path, max_file_bytes);
  if (!file.ok()) return file.status();
  return std::unique_ptr<AuditLog>(new AuditLog(*std::move(file)));
}

void AuditLog::Keep(const admin::v1::AuditRecord& whole, Ring* ring, std::size_t most) {
  admin::v1::AuditRecord record = Cut(whole);
  std::string line = file_ != nullptr ? LineOf(record) : "";
  const std::lock_guard<std::mutex> lock(mutex_);
  if (file_ != nullptr) file_->Append(std::move(line));  // in the order of the ring
  if (ring->size() == most) ring->pop_front();
  ring->push_back({++total_, std::move(record)});
}

void AuditLog::Fill(admin::v1::ListAuditRecordsResponse* response) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  auto record = records_.rbegin();
  auto denied = denied_.rbegin();
  while (record != records_.rend() || denied != denied_.rend()) {
    const bool next_denied =
        record == records_.rend() || (denied != denied_.rend() && denied->number > record->number);
    *response->add_records() = next_denied ? (denied++)->record : (record++)->record;
  }
  response->set_total(total_);
}

}  // namespace weir

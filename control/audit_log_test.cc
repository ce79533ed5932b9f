// What is written down stays readable, in order and bounded.
#include "weir/control/audit_log.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <string>

namespace weir {
namespace {

admin::v1::AuditRecord RecordOf(const std::string& detail) {
  admin::v1::AuditRecord record;
  record.set_identity("uid 1000");
  record.set_method("UpdateLimits");
  record.set_result("OK");
  record.set_detail(detail);
  return record;
}

TEST(AuditLogTest, KeepsTheNewestInMemory) {
  const auto log = AuditLog::Open("");
  ASSERT_TRUE(log.ok());
  for (std::size_t i = 0; i < AuditLog::kMaxRecords + 3; ++i)
    (*log)->Add(RecordOf(std::to_string(i)));
  admin::v1::ListAuditRecordsResponse response;
  (*log)->Fill(&response);
  EXPECT_EQ(response.total(), AuditLog::kMaxRecords + 3);
  ASSERT_EQ(response.records_size(), static_cast<int>(AuditLog::kMaxRecords));
  EXPECT_EQ(response.records(0).detail(), std::to_string(AuditLog::kMaxRecords + 2));
}

TEST(AuditLogTest, AppendsALineOfJsonForEach) {
  std::string directory = testing::TempDir() + "/weir-XXXXXX";
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  const std::string path = directory + "/audit";
  for (const char* detail : {"one", "two\nlines"}) {
    const auto log = AuditLog::Open(path);
    ASSERT_TRUE(log.ok()) << log.status();
    (*log)->Add(RecordOf(detail));
    EXPECT_EQ((*log)->write_failures(), 0u);
  }
  std::ifstream file(path);
  std::string line;
  for (const char* detail : {"one", "two\nlines"}) {
    ASSERT_TRUE(std::getline(file, line));
    admin::v1::AuditRecord record;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(line, &record).ok()) << line;
    EXPECT_EQ(record.DebugString(), RecordOf(detail).DebugString());
  }
  EXPECT_FALSE(std::getline(file, line));
}

TEST(AuditLogTest, CountsWhatCouldNotBeWritten) {
  const auto log = AuditLog::Open("/dev/full");
  ASSERT_TRUE(log.ok());
  (*log)->Add(RecordOf("lost on the disk"));
  EXPECT_EQ((*log)->write_failures(), 1u);
  admin::v1::ListAuditRecordsResponse response;
  (*log)->Fill(&response);
  EXPECT_EQ(response.records_size(), 1);
}

TEST(AuditLogTest, SaysWhyAFileCannotBeOpened) {
  EXPECT_EQ(AuditLog::Open("/nonexistent/audit").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace weir

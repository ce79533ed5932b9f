// What is written down stays readable, in order and bounded.
#include "weir/control/audit_log.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace weir {
namespace {

using testing::ElementsAre;

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

std::vector<std::string> DetailsOf(const AuditLog& log) {
  admin::v1::ListAuditRecordsResponse response;
  log.Fill(&response);
  std::vector<std::string> details;
  for (const admin::v1::AuditRecord& record : response.records()) {
    details.push_back(record.detail());
  }
  return details;
}

TEST(AuditLogTest, AFloodOfDeniedCallsPushesOutNothingElse) {
  const auto log = AuditLog::Open("");
  ASSERT_TRUE(log.ok());
  (*log)->AddDenied(RecordOf("first"));
  (*log)->Add(RecordOf("granted"));
  (*log)->AddDenied(RecordOf("last"));
  EXPECT_THAT(DetailsOf(**log), ElementsAre("last", "granted", "first"));
  for (std::size_t i = 0; i < 10 * AuditLog::kMaxRecords; ++i) (*log)->AddDenied(RecordOf("flood"));
  const std::vector<std::string> details = DetailsOf(**log);
  ASSERT_EQ(details.size(), 1 + AuditLog::kMaxDenied);
  EXPECT_EQ(details.front(), "flood");
  EXPECT_EQ(details.back(), "granted");
}

// gRPC's clients take messages of 4 MiB unless told otherwise.
TEST(AuditLogTest, AllOfItFitsIntoOneMessage) {
  const auto log = AuditLog::Open("");
  ASSERT_TRUE(log.ok());
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += "\u00fc";  // two bytes each
  admin::v1::AuditRecord record;
  record.mutable_time()->set_seconds(1'800'000'000);
  record.mutable_time()->set_nanos(999'999'999);
  record.set_result("RESOURCE_EXHAUSTED");
  record.set_identity(text);
  record.set_method(text);
  record.set_detail(text);
  record.set_reason(text);
  for (std::size_t i = 0; i < AuditLog::kMaxRecords; ++i) (*log)->Add(record);
  record.clear_detail();  // as AdminService::RecordDenied makes them
  record.clear_reason();
  for (std::size_t i = 0; i < AuditLog::kMaxDenied; ++i) (*log)->AddDenied(record);
  admin::v1::ListAuditRecordsResponse response;
  (*log)->Fill(&response);
  EXPECT_EQ(response.records_size(),
            static_cast<int>(AuditLog::kMaxRecords + AuditLog::kMaxDenied));
  const std::string bytes = response.SerializeAsString();
  EXPECT_LT(bytes.size(), 4u << 20);
  EXPECT_TRUE(response.ParseFromString(bytes)) << "no character is cut in two";
  const std::string& detail = response.records().rbegin()->detail();
  EXPECT_EQ(detail.size(), AuditLog::kMaxDetailBytes - 1);
  EXPECT_EQ(detail.substr(detail.size() - 5), "\u00fc...");
}

TEST(AuditLogTest, AppendsALineOfJsonForEach) {
  std::string directory = testing::TempDir() + "/weir-XXXXXX";
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  const std::string path = directory + "/audit";
  for (const char* detail : {"one", "two\nlines"}) {
    const auto log = AuditLog::Open(path);
    ASSERT_TRUE(log.ok()) << log.status();
    (*log)->Add(RecordOf(detail));
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
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while ((*log)->write_failures() == 0 && std::chrono::steady_clock::now() < end) {
    std::this_thread::yield();
  }
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

// InetDiag when system calls fail or the kernel answers what it seldom does.
#include "weir/reactor/kernel/inet_diag.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/sock_diag.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <string>

#include "weir/reactor/testing/faulty_syscalls.h"

namespace weir {
namespace {

using test::Call;
using test::FaultySyscalls;
using testing::HasSubstr;

std::string Message(std::uint16_t type, const std::string& body, std::uint16_t flags = 0) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(sizeof(header) + body.size());
  header.nlmsg_type = type;
  header.nlmsg_flags = flags;
  return std::string(reinterpret_cast<const char*>(&header), sizeof(header)) + body;
}

std::string Row() { return Message(SOCK_DIAG_BY_FAMILY, std::string(sizeof(inet_diag_msg), 0)); }
std::string Done() { return Message(NLMSG_DONE, std::string(4, '\0')); }
std::string Interrupted() { return Message(SOCK_DIAG_BY_FAMILY, "", NLM_F_DUMP_INTR); }

// Answers with canned datagrams, each of one message, under the sequence number of the request.
// Without any left it fails with EAGAIN, as the kernel does at the end of SO_RCVTIMEO.
class CannedReplies final : public FaultySyscalls {
 public:
  std::deque<std::string> replies;

  ssize_t Send(int, const void* data, std::size_t size, int) override {
    nlmsghdr header;
    std::memcpy(&header, data, sizeof(header));
    sequence_ = header.nlmsg_seq;
    return static_cast<ssize_t>(size);
  }
  ssize_t Recv(int, void* data, std::size_t size, int flags) override {
    EXPECT_EQ(flags, MSG_TRUNC);
    if (replies.empty()) {
      errno = EAGAIN;
      return -1;
    }
    std::string reply = replies.front();
    replies.pop_front();
    if (reply.size() >= sizeof(nlmsghdr)) {
      std::memcpy(&reply[offsetof(nlmsghdr, nlmsg_seq)], &sequence_, sizeof(sequence_));
    }
    std::memcpy(data, reply.data(), std::min(size, reply.size()));
    return static_cast<ssize_t>(reply.size());
  }

 private:
  std::uint32_t sequence_ = 0;
};

constexpr SynQueueFilter kFilter = {80, AF_INET, {}};

TEST(InetDiagTest, SumsUpTheRowsOfAllDatagrams) {
  CannedReplies kernel;
  kernel.replies = {Row(), Row(), Done(), Row(), Done()};
  InetDiag diag(&kernel);
  const auto count = diag.CountSynReceived({80, AF_UNSPEC, {}});
  ASSERT_TRUE(count.ok()) << count.status();
  EXPECT_EQ(*count, 3u);
  EXPECT_EQ(kernel.Count(Call::kSocket), 1u);
}

TEST(InetDiagTest, BeginsAnewWhenTheTableChanged) {
  CannedReplies kernel;
  kernel.replies = {Row(), Interrupted(), Row(), Row(), Done()};
  InetDiag diag(&kernel);
  const auto count = diag.CountSynReceived(kFilter);
  ASSERT_TRUE(count.ok()) << count.status();
  EXPECT_EQ(*count, 2u);

  kernel.replies = {Row(), Interrupted(), Row(), Done(), Done()};
  const auto listeners = diag.Listeners();
  ASSERT_TRUE(listeners.ok()) << listeners.status();
  EXPECT_EQ(listeners->size(), 1u);
}

TEST(InetDiagTest, GivesUpAfterThreeInterruptions) {
  CannedReplies kernel;
  kernel.replies = {Interrupted(), Interrupted(), Interrupted(), Row(), Done()};
  InetDiag diag(&kernel);
  EXPECT_EQ(diag.CountSynReceived(kFilter).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(diag.CountSynReceived(kFilter).value_or(0), 1u);
  EXPECT_EQ(kernel.Count(Call::kSocket), 4u);
  EXPECT_EQ(kernel.Count(Call::kClose), 3u);
}

TEST(InetDiagTest, RefusesWhatMakesNoSense) {
  const std::string cut = Row().substr(0, 20);
  const std::string too_large(32 * 1024 + 1, '\0');
  for (const std::string& reply : {cut, too_large}) {
    CannedReplies kernel;
    kernel.replies = {Row(), reply, Row(), Done()};
    InetDiag diag(&kernel);
    EXPECT_EQ(diag.CountSynReceived(kFilter).status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(diag.CountSynReceived(kFilter).value_or(0), 1u);
  }
}

TEST(InetDiagTest, DoesNotWaitForever) {
  CannedReplies kernel;
  kernel.replies = {Row()};
  InetDiag diag(&kernel);
  EXPECT_EQ(diag.CountSynReceived(kFilter).status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST(InetDiagTest, SaysWhatTheKernelRefused) {
  const int errors[] = {-EPERM, -ENOENT, -EBUSY};
  const absl::StatusCode codes[] = {absl::StatusCode::kPermissionDenied,
                                    absl::StatusCode::kUnimplemented, absl::StatusCode::kInternal};
  for (int i = 0; i < 3; ++i) {
    CannedReplies kernel;
    const std::string error(reinterpret_cast<const char*>(&errors[i]), sizeof(int));
    kernel.replies = {Message(NLMSG_ERROR, error)};
    InetDiag diag(&kernel);
    EXPECT_EQ(diag.Listeners().status().code(), codes[i]);
  }
}

TEST(InetDiagTest, NeedsAPort) {
  CannedReplies kernel;
  InetDiag diag(&kernel);
  EXPECT_EQ(diag.CountSynReceived({}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(kernel.Count(Call::kSocket), 0u);
}

struct Fault {
  Call call;
  int error;
  absl::StatusCode code;
};

class InetDiagFaultTest : public testing::TestWithParam<Fault> {};

TEST_P(InetDiagFaultTest, SaysWhatFailedAndRecovers) {
  FaultySyscalls syscalls;
  InetDiag diag(&syscalls);
  syscalls.Fail(GetParam().call, GetParam().error);
  const auto listeners = diag.Listeners();
  if (GetParam().code == absl::StatusCode::kOk) {
    EXPECT_TRUE(listeners.ok()) << listeners.status();
  } else {
    EXPECT_EQ(listeners.status().code(), GetParam().code) << listeners.status();
    EXPECT_THAT(std::string(listeners.status().message()), HasSubstr("inet_diag: "));
  }
  const auto again = diag.Listeners();
  EXPECT_TRUE(again.ok()) << again.status();
}

INSTANTIATE_TEST_SUITE_P(
    EachCall, InetDiagFaultTest,
    testing::Values(Fault{Call::kSocket, EMFILE, absl::StatusCode::kResourceExhausted},
                    Fault{Call::kSocket, EPROTONOSUPPORT, absl::StatusCode::kUnimplemented},
                    Fault{Call::kSetSockOpt, ENOMEM, absl::StatusCode::kResourceExhausted},
                    Fault{Call::kSend, ENOBUFS, absl::StatusCode::kResourceExhausted},
                    Fault{Call::kSend, EINTR, absl::StatusCode::kOk},
                    Fault{Call::kRecv, EINTR, absl::StatusCode::kOk},
                    Fault{Call::kRecv, ENOBUFS, absl::StatusCode::kOk},
                    Fault{Call::kRecv, EAGAIN, absl::StatusCode::kDeadlineExceeded},
                    Fault{Call::kRecv, ENOMEM, absl::StatusCode::kResourceExhausted}));

TEST(InetDiagTest, LeavesNoDescriptor) {
  FaultySyscalls syscalls;
  {
    InetDiag diag(&syscalls);
    syscalls.Fail(Call::kRecv, ENOMEM);
    EXPECT_FALSE(diag.Listeners().ok());
    EXPECT_TRUE(diag.Listeners().ok());
  }
  EXPECT_EQ(syscalls.Count(Call::kSocket), 2u);
  EXPECT_EQ(syscalls.Count(Call::kClose), 2u);
}

}  // namespace
}  // namespace weir

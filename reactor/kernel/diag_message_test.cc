#include "weir/reactor/kernel/diag_message.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

namespace weir {
namespace {

constexpr std::uint32_t kSequence = 7;

template <typename T>
std::string Bytes(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

std::string Padded(std::string bytes) {
  bytes.resize((bytes.size() + 3) / 4 * 4);
  return bytes;
}

std::string Attribute(std::uint16_t type, const std::string& body) {
  const nlattr header = {static_cast<std::uint16_t>(sizeof(nlattr) + body.size()), type};
  return Padded(Bytes(header) + body);
}

std::string Message(std::uint16_t type, const std::string& body, std::uint16_t flags = NLM_F_MULTI,
                    std::uint32_t sequence = kSequence) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(sizeof(header) + body.size());
  header.nlmsg_type = type;
  header.nlmsg_flags = flags;
  header.nlmsg_seq = sequence;
  return Padded(Bytes(header) + body);
}

std::string Row(int family = AF_INET) {
  inet_diag_msg row{};
  row.idiag_family = static_cast<std::uint8_t>(family);
  row.idiag_state = TCP_LISTEN;
  row.id.idiag_sport = htons(8080);
  const unsigned char loopback[] = {127, 0, 0, 1};
  std::memcpy(row.id.idiag_src, family == AF_INET ? loopback : in6addr_loopback.s6_addr,
              family == AF_INET ? 4 : 16);
  row.idiag_rqueue = 3;
  row.idiag_wqueue = 128;
  row.idiag_uid = 1000;
  row.idiag_inode = 4711;
  return Bytes(row);
}

std::string Memory(std::uint32_t discards) {
  std::uint32_t values[SK_MEMINFO_VARS] = {};
  values[SK_MEMINFO_DROPS] = discards;
  return Attribute(INET_DIAG_SKMEMINFO, Bytes(values));
}

std::string Done(int error = 0) { return Message(NLMSG_DONE, Bytes(error)); }

struct Parsed {
  DiagReplyResult result;
  std::vector<DiagRow> rows;
};

Parsed Parse(const std::string& datagram) {
  Parsed parsed;
  // At an odd address, with nothing behind it: what is read out of turn, the sanitizers see.
  std::vector<char> copy(1 + datagram.size());
  std::memcpy(copy.data() + 1, datagram.data(), datagram.size());
  parsed.result = ParseDiagReply(copy.data() + 1, datagram.size(), kSequence,
                                 [&](const DiagRow& row) { parsed.rows.push_back(row); });
  return parsed;
}

TEST(DiagMessageTest, ReadsARow) {
  const Parsed parsed = Parse(
      Message(SOCK_DIAG_BY_FAMILY, Row() + Memory(42) + Attribute(INET_DIAG_MARK, Bytes(99u))) +
      Message(SOCK_DIAG_BY_FAMILY,
              Row(AF_INET6) + Attribute(INET_DIAG_SKV6ONLY, std::string(1, '\1'))));
  EXPECT_EQ(parsed.result.reply, DiagReply::kMore);
  ASSERT_EQ(parsed.rows.size(), 2u);
  const DiagRow& row = parsed.rows[0];
  EXPECT_EQ(row.address.ToString(), "127.0.0.1:8080");
  EXPECT_EQ(row.state, TCP_LISTEN);
  EXPECT_EQ(row.depth, 3u);
  EXPECT_EQ(row.backlog, 128u);
  EXPECT_EQ(row.uid, 1000u);
  EXPECT_EQ(row.inode, 4711u);
  EXPECT_EQ(row.discards, 42u);
  EXPECT_EQ(row.mark, 99u);
  EXPECT_FALSE(row.ipv6_only.has_value());
  EXPECT_EQ(parsed.rows[1].address.ToString(), "[::1]:8080");
  EXPECT_EQ(parsed.rows[1].ipv6_only, true);
  EXPECT_FALSE(parsed.rows[1].discards.has_value());
}

TEST(DiagMessageTest, WhatAnOlderKernelLeavesOutIsAbsent) {
  const std::string short_memory(SK_MEMINFO_DROPS * sizeof(std::uint32_t), '\0');
  const Parsed parsed = Parse(Message(
      SOCK_DIAG_BY_FAMILY, Row() + Attribute(INET_DIAG_SKMEMINFO, short_memory) +
                               Attribute(INET_DIAG_MARK, "") + Attribute(60000, "unknown")));
  EXPECT_EQ(parsed.result.reply, DiagReply::kMore);
  ASSERT_EQ(parsed.rows.size(), 1u);
  EXPECT_FALSE(parsed.rows[0].discards.has_value());
  EXPECT_FALSE(parsed.rows[0].mark.has_value());
}

TEST(DiagMessageTest, TellsTheEndAndItsError) {
  EXPECT_EQ(Parse(Done()).result.reply, DiagReply::kDone);
  EXPECT_EQ(Parse(Message(NLMSG_DONE, "")).result.reply, DiagReply::kDone);
  for (const std::uint16_t type : {NLMSG_DONE, NLMSG_ERROR}) {
    const Parsed refused = Parse(Message(type, Bytes(-EPERM)));
    EXPECT_EQ(refused.result.reply, DiagReply::kError);
    EXPECT_EQ(refused.result.error, EPERM);
  }
  EXPECT_EQ(Parse(Message(NLMSG_ERROR, Bytes(0))).result.reply, DiagReply::kMore);
  EXPECT_EQ(Parse(Message(NLMSG_ERROR, "")).result.reply, DiagReply::kMalformed);
}

TEST(DiagMessageTest, TellsThatTheTableChanged) {
  for (const std::uint16_t type :
       {static_cast<std::uint16_t>(SOCK_DIAG_BY_FAMILY), static_cast<std::uint16_t>(NLMSG_DONE)}) {
    const Parsed parsed = Parse(Message(type, Row(), NLM_F_MULTI | NLM_F_DUMP_INTR));
    EXPECT_EQ(parsed.result.reply, DiagReply::kInterrupted);
    EXPECT_TRUE(parsed.rows.empty());
  }
}

TEST(DiagMessageTest, PassesOverTheRestOfAnotherDump) {
  const std::string stale = Message(SOCK_DIAG_BY_FAMILY, Row(), NLM_F_MULTI, kSequence - 1) +
                            Message(NLMSG_DONE, Bytes(-EINTR), NLM_F_MULTI, kSequence - 1);
  const Parsed parsed = Parse(stale + Message(SOCK_DIAG_BY_FAMILY, Row()));
  EXPECT_EQ(parsed.result.reply, DiagReply::kMore);
  EXPECT_EQ(parsed.rows.size(), 1u);
}

TEST(DiagMessageTest, EveryTruncationIsMalformedOrEndsAtAMessage) {
  const std::string first = Message(SOCK_DIAG_BY_FAMILY, Row() + Memory(1));
  const std::string datagram = first + Message(SOCK_DIAG_BY_FAMILY, Row()) + Done();
  for (std::size_t size = 0; size < datagram.size(); ++size) {
    const Parsed parsed = Parse(datagram.substr(0, size));
    const bool whole = size == 0 || size == first.size() || size == datagram.size() - Done().size();
    EXPECT_EQ(parsed.result.reply, whole ? DiagReply::kMore : DiagReply::kMalformed) << size;
    EXPECT_EQ(parsed.rows.size(), size < first.size()                      ? 0u
                                  : size + Done().size() < datagram.size() ? 1u
                                                                           : 2u)
        << size;
  }
  EXPECT_EQ(Parse(datagram).result.reply, DiagReply::kDone);
}

TEST(DiagMessageTest, EveryShortRowIsMalformed) {
  for (std::size_t size = 0; size < Row().size(); ++size) {
    EXPECT_EQ(Parse(Message(SOCK_DIAG_BY_FAMILY, Row().substr(0, size))).result.reply,
              DiagReply::kMalformed)
        << size;
  }
}

TEST(DiagMessageTest, LengthsThatDoNotFitAreMalformed) {
  for (const std::uint32_t length : {0u, 1u, 15u, 17u, 0x7fffffffu, 0xffffffffu}) {
    std::string message = Message(NLMSG_DONE, "");
    std::memcpy(&message[0], &length, sizeof(length));
    EXPECT_EQ(Parse(message).result.reply, DiagReply::kMalformed) << length;
  }
  for (const std::uint16_t length : {0, 1, 3, 9, 0xffff}) {
    std::string attribute = Attribute(INET_DIAG_MARK, Bytes(1u));
    std::memcpy(&attribute[0], &length, sizeof(length));
    EXPECT_EQ(Parse(Message(SOCK_DIAG_BY_FAMILY, Row() + attribute)).result.reply,
              DiagReply::kMalformed)
        << length;
  }
  EXPECT_EQ(Parse(Message(SOCK_DIAG_BY_FAMILY, Row() + "abc")).result.reply, DiagReply::kMalformed);
}

}  // namespace
}  // namespace weir

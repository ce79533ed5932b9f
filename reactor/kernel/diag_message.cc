#include "weir/reactor/kernel/diag_message.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>

#include <cstring>

namespace weir {
namespace {

// inet_diag_req_v2::idiag_ext: what rows are to have beyond the fixed fields.
constexpr std::uint8_t kExtensions = 1 << (INET_DIAG_SKMEMINFO - 1);

template <typename T>
T Load(const char* data) noexcept {
  T value;
  std::memcpy(&value, data, sizeof(value));
  return value;
}

SocketAddress AddressOf(const inet_diag_msg& message) noexcept {
  sockaddr_storage storage{};
  if (message.idiag_family == AF_INET) {
    auto* const ipv4 = reinterpret_cast<sockaddr_in*>(&storage);
    ipv4->sin_family = AF_INET;
    ipv4->sin_port = message.id.idiag_sport;
    std::memcpy(&ipv4->sin_addr, message.id.idiag_src, sizeof(ipv4->sin_addr));
  } else if (message.idiag_family == AF_INET6) {
    auto* const ipv6 = reinterpret_cast<sockaddr_in6*>(&storage);
    ipv6->sin6_family = AF_INET6;
    ipv6->sin6_port = message.id.idiag_sport;
    std::memcpy(&ipv6->sin6_addr, message.id.idiag_src, sizeof(ipv6->sin6_addr));
  }
  return SocketAddress::From(storage);
}

// Takes what is known of the attribute's type. One that is too short for its type is left absent:
// older kernels tell less.
void TakeAttribute(std::uint16_t type, const char* data, std::size_t size, DiagRow* row) noexcept {
  if (type == INET_DIAG_SKMEMINFO && size >= (SK_MEMINFO_DROPS + 1) * sizeof(std::uint32_t)) {
    row->discards = Load<std::uint32_t>(data + SK_MEMINFO_DROPS * sizeof(std::uint32_t));
  }
  if (type == INET_DIAG_MARK && size >= sizeof(std::uint32_t)) {
    row->mark = Load<std::uint32_t>(data);
  }
  if (type == INET_DIAG_SKV6ONLY && size >= 1) row->ipv6_only = *data != 0;
}

bool TakeAttributes(const char* data, std::size_t size, DiagRow* row) noexcept {
  while (size >= sizeof(rtattr)) {
    const auto header = Load<rtattr>(data);
    if (header.rta_len < sizeof(rtattr) || header.rta_len > size) return false;
    TakeAttribute(header.rta_type, data + sizeof(rtattr), header.rta_len - sizeof(rtattr), row);
    const std::size_t step = RTA_ALIGN(header.rta_len);
    if (step >= size) return true;
    data += step;
    size -= step;
  }
  return size == 0;
}

bool ReadRow(const char* data, std::size_t size, DiagRow* row) noexcept {
  if (size < sizeof(inet_diag_msg)) return false;
  const auto message = Load<inet_diag_msg>(data);
  row->address = AddressOf(message);
  row->state = message.idiag_state;
  row->depth = message.idiag_rqueue;
  row->backlog = message.idiag_wqueue;
  row->uid = message.idiag_uid;
  row->inode = message.idiag_inode;
  return TakeAttributes(data + sizeof(inet_diag_msg), size - sizeof(inet_diag_msg), row);
}

// NLMSG_ERROR and NLMSG_DONE begin with a negative errno, or 0.
DiagReplyResult ReadEnd(const char* data, std::size_t size, std::uint16_t type) noexcept {
  if (size < sizeof(int)) {
    return {type == NLMSG_DONE ? DiagReply::kDone : DiagReply::kMalformed, 0};
  }
  const int error = Load<int>(data);
  if (error < 0) return {DiagReply::kError, -error};
  return {type == NLMSG_DONE ? DiagReply::kDone : DiagReply::kMore, 0};
}

}  // namespace

DiagRequest::DiagRequest(const DiagQuery& query, std::uint32_t sequence) noexcept : message_{} {
  static_assert(sizeof(message_) == NLMSG_HDRLEN + sizeof(inet_diag_req_v2) + 16, "no padding");
  nlmsghdr& header = message_.header;
  header.nlmsg_len = sizeof(header) + sizeof(message_.body);
  header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  header.nlmsg_seq = sequence;
  message_.body.sdiag_family = static_cast<std::uint8_t>(query.family);
  message_.body.sdiag_protocol = IPPROTO_TCP;
  message_.body.idiag_ext = kExtensions;
  message_.body.idiag_states = query.states;
  message_.body.id.idiag_sport = htons(query.port);  // inet_diag_dump_icsk compares it if not 0
  if (!query.mark) return;
  auto& filter = message_.filter;
  header.nlmsg_len += sizeof(filter);
  filter.header = {sizeof(filter), INET_DIAG_REQ_BYTECODE};
  // "yes" goes to the end, which accepts; "no" goes 4 beyond it, which refuses (inet_diag_bc_run).
  constexpr auto kLength = sizeof(filter.op) + sizeof(filter.condition);
  filter.op = {INET_DIAG_BC_MARK_COND, kLength, kLength + 4};
  filter.condition = {*query.mark, 0xffffffff};
}

DiagReplyResult ParseDiagReply(const char* data, std::size_t size, std::uint32_t sequence,
                               absl::FunctionRef<void(const DiagRow&)> on_row) {
  while (size > 0) {
    if (size < sizeof(nlmsghdr)) return {DiagReply::kMalformed, 0};
    const auto header = Load<nlmsghdr>(data);
    if (header.nlmsg_len < sizeof(nlmsghdr) || header.nlmsg_len > size) {
      return {DiagReply::kMalformed, 0};
    }
    const char* const body = data + sizeof(nlmsghdr);
    const std::size_t body_size = header.nlmsg_len - sizeof(nlmsghdr);
    if (header.nlmsg_seq == sequence) {
      if ((header.nlmsg_flags & NLM_F_DUMP_INTR) != 0) return {DiagReply::kInterrupted, 0};
      if (header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR) {
        const DiagReplyResult end = ReadEnd(body, body_size, header.nlmsg_type);
        if (end.reply != DiagReply::kMore) return end;
      } else if (header.nlmsg_type == SOCK_DIAG_BY_FAMILY) {
        DiagRow row;
        if (!ReadRow(body, body_size, &row)) return {DiagReply::kMalformed, 0};
        on_row(row);
      }
    }
    const std::size_t step = NLMSG_ALIGN(header.nlmsg_len);
    if (step >= size) break;
    data += step;
    size -= step;
  }
  return {DiagReply::kMore, 0};
}

}  // namespace weir

#include "weir/reactor/kernel/inet_diag.h"

#include <linux/netlink.h>
#include <netinet/tcp.h>
#include <sys/time.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace weir {
namespace {

// The kernel fills datagrams of at most this size for a reader who takes as much
// (netlink_dump in net/netlink/af_netlink.c).
constexpr std::size_t kBufferBytes = std::size_t{32} * 1024;
constexpr int kReplyTimeoutSeconds = 1;
constexpr int kMaxTries = 3;
// Bounds a dump: at 64 rows a datagram or more, some four million sockets.
constexpr int kMaxDatagrams = 1 << 16;

absl::Status Failure(const char* what, int error) {
  const std::string text = absl::StrCat("inet_diag: ", what, ": ", std::strerror(error));
  switch (error) {
    case EPERM:
    case EACCES:
      return absl::PermissionDeniedError(
          absl::StrCat(text, "; a filter by SO_MARK needs CAP_NET_ADMIN"));
    case ENOENT:
    case EPROTONOSUPPORT:
    case EAFNOSUPPORT:
      return absl::UnimplementedError(
          absl::StrCat(text, "; the kernel has no tcp_diag (CONFIG_INET_TCP_DIAG): try ",
                       "\"modprobe tcp_diag\""));
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
      return absl::ResourceExhaustedError(text);
    case EAGAIN:
      return absl::DeadlineExceededError(
          absl::StrCat(text, "; no answer within ", kReplyTimeoutSeconds, " s"));
    default:
      return absl::InternalError(text);
  }
}

absl::Status Nonsense(const char* what) {
  return absl::DataLossError(absl::StrCat("inet_diag: ", what));
}

}  // namespace

InetDiag::InetDiag(Syscalls* syscalls) : syscalls_(syscalls), buffer_(new char[kBufferBytes]) {}

InetDiag::~InetDiag() { Close(); }

absl::StatusOr<std::vector<DiagRow>> InetDiag::Listeners(std::uint16_t port) {
  std::vector<DiagRow> rows;
  DiagQuery query;
  query.states = 1u << TCP_LISTEN;
  query.port = port;
  for (const int family : {AF_INET, AF_INET6}) {
    query.family = family;
    const std::size_t kept = rows.size();
    absl::Status status = Dump(
        query, [&] { rows.resize(kept); }, [&](const DiagRow& row) { rows.push_back(row); });
    if (!status.ok()) return status;
  }
  return rows;
}

absl::StatusOr<std::uint32_t> InetDiag::CountSynReceived(const SynQueueFilter& filter) {
  if (filter.port == 0) return absl::InvalidArgumentError("inet_diag: give the listener's port");
  DiagQuery query;
  query.states = 1u << TCP_SYN_RECV;
  query.port = filter.port;
  query.mark = filter.mark;
  std::uint32_t sum = 0;
  for (const int family : {AF_INET, AF_INET6}) {
    if (filter.family != AF_UNSPEC && filter.family != family) continue;
    query.family = family;
    std::uint32_t count = 0;
    absl::Status status = Dump(
        query, [&] { count = 0; }, [&](const DiagRow&) { ++count; });
    if (!status.ok()) return status;
    sum += count;
  }
  return sum;
}

absl::StatusOr<SynQueueCounts> InetDiag::CountSynReceived(const SocketAddress& address,
                                                          std::uint32_t first_mark,
                                                          std::size_t marks) {
  if (address.port() == 0) return absl::InvalidArgumentError("inet_diag: give the listener's port");
  DiagQuery query;
  query.states = 1u << TCP_SYN_RECV;
  query.family = address.family();
  query.port = address.port();
  SynQueueCounts counts;
  const auto on_start = [&counts, marks] { counts = {0, std::vector<std::uint32_t>(marks), true}; };
  const auto on_row = [&](const DiagRow& row) {
    if (!address.is_wildcard() && !row.address.SameHost(address)) return;
    ++counts.total;
    counts.marks_told = counts.marks_told && row.mark.has_value();
    const std::uint32_t offset = row.mark.value_or(first_mark - 1) - first_mark;
    if (offset < marks) ++counts.by_mark[offset];
  };
  if (absl::Status status = Dump(query, on_start, on_row); !status.ok()) return status;
  return counts;
}

absl::Status InetDiag::Dump(const DiagQuery& query, absl::FunctionRef<void()> on_start,
                            OnRow on_row) {
  absl::Status status;
  for (int attempt = 0; attempt < kMaxTries; ++attempt) {
    on_start();
    status = TryDump(query, on_row);
    if (!status.ok()) Close();
    if (!absl::IsAborted(status)) break;
  }
  return status;
}

absl::Status InetDiag::TryDump(const DiagQuery& query, OnRow on_row) {
  if (absl::Status status = EnsureOpen(); !status.ok()) return status;
  if (absl::Status status = Send(query); !status.ok()) return status;
  return ReadReplies(on_row);
}

absl::Status InetDiag::EnsureOpen() {
  if (fd_ >= 0) return absl::OkStatus();
  fd_ = syscalls_->Socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (fd_ < 0) return Failure("socket", errno);
  const timeval timeout = {kReplyTimeoutSeconds, 0};
  if (syscalls_->SetSockOpt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) != 0) {
    return Failure("SO_RCVTIMEO", errno);
  }
  return absl::OkStatus();
}

absl::Status InetDiag::Send(const DiagQuery& query) {
  const DiagRequest request(query, ++sequence_);
  for (int tries = 0; tries < kMaxDatagrams; ++tries) {
    const ssize_t sent = syscalls_->Send(fd_, request.data(), request.size(), 0);
    if (sent == static_cast<ssize_t>(request.size())) return absl::OkStatus();
    if (sent >= 0) return Nonsense("the request was cut short");
    if (errno != EINTR) return Failure("send", errno);
  }
  return Failure("send", EINTR);
}

absl::StatusOr<std::size_t> InetDiag::Receive() {
  for (int tries = 0; tries < kMaxDatagrams; ++tries) {
    // MSG_TRUNC gives the datagram's size even where the buffer is too small (recv(2)).
    const ssize_t size = syscalls_->Recv(fd_, buffer_.get(), kBufferBytes, MSG_TRUNC);
    if (size >= 0) return static_cast<std::size_t>(size);
    // The socket's queue overflowed (netlink(7)): what is lost would be missing.
    if (errno == ENOBUFS) return absl::AbortedError("inet_diag: part of the answer was lost");
    if (errno != EINTR) return Failure("recv", errno);
  }
  return Failure("recv", EINTR);
}

absl::Status InetDiag::ReadReplies(OnRow on_row) {
  for (int datagrams = 0; datagrams < kMaxDatagrams; ++datagrams) {
    const absl::StatusOr<std::size_t> size = Receive();
    if (!size.ok()) return size.status();
    if (*size > kBufferBytes) return Nonsense("a datagram was truncated");
    const DiagReplyResult result = ParseDiagReply(buffer_.get(), *size, sequence_, on_row);
    switch (result.reply) {
      case DiagReply::kMore:
        break;
      case DiagReply::kDone:
        return absl::OkStatus();
      case DiagReply::kInterrupted:
        return absl::AbortedError("inet_diag: the table kept changing under the dump");
      case DiagReply::kMalformed:
        return Nonsense("the kernel's answer is malformed");
      case DiagReply::kError:
        return Failure("dump", result.error);
    }
  }
  return Nonsense("the dump does not end");
}

void InetDiag::Close() {
  if (fd_ >= 0) (void)syscalls_->Close(fd_);
  fd_ = -1;
}

}  // namespace weir

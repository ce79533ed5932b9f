#include "weir/reactor/faults/fault_table.h"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace weir::test {
namespace {

// setsockopt(2); SO_ATTACH_FILTER and the like take memory too (socket(7)).
const std::vector<int>& SetOptionErrors() {
  static const std::vector<int> errors = {EBADF,    EFAULT, EINVAL, ENOPROTOOPT,
                                          ENOTSOCK, EPERM,  ENOMEM, ENOBUFS};
  return errors;
}

const std::vector<int>& GetOptionErrors() {
  static const std::vector<int> errors = {EBADF,    EFAULT, EINVAL, ENOPROTOOPT,
                                          ENOTSOCK, EACCES, ENOBUFS};
  return errors;
}

// send(2), sendmsg(2), tcp(7), and what ICMP says of the way to a client (ip(7)).
const std::vector<int>& SendErrors() {
  static const std::vector<int> errors = {
      EACCES,  EAGAIN,   EBADF,    ECONNRESET, EFAULT, EINTR,     EINVAL,       EISCONN,    ENOMEM,
      ENOBUFS, EMSGSIZE, ENOTCONN, EOPNOTSUPP, EPIPE,  ETIMEDOUT, EHOSTUNREACH, ENETUNREACH};
  return errors;
}

// recv(2), recvmsg(2), tcp(7), and what ICMP says of the way to a client (ip(7)).
const std::vector<int>& ReceiveErrors() {
  static const std::vector<int> errors = {EAGAIN,    EBADF,  ECONNREFUSED, EFAULT,      EINTR,
                                          EINVAL,    ENOMEM, ENOTCONN,     ENOTSOCK,    ECONNRESET,
                                          ETIMEDOUT, EPIPE,  EHOSTUNREACH, ENETUNREACH, EIO};
  return errors;
}

std::vector<FaultRow> OfSockets() {
  return {
      {Call::kSocket,
       0,
       {EACCES, EAFNOSUPPORT, EINVAL, EMFILE, ENFILE, ENOBUFS, ENOMEM, EPROTONOSUPPORT}},
      {Call::kBind,
       0,
       {EACCES, EADDRINUSE, EBADF, EINVAL, ENOTSOCK, EADDRNOTAVAIL, EFAULT, ELOOP, ENAMETOOLONG,
        ENOENT, ENOMEM, ENOTDIR, EROFS}},
      {Call::kListen, 0, {EADDRINUSE, EBADF, ENOTSOCK, EOPNOTSUPP, EINVAL}},
      {Call::kGetSockName, 0, {EBADF, EFAULT, EINVAL, ENOBUFS, ENOTSOCK}},
      {Call::kSetSockOpt, OptionDetail(SOL_SOCKET, SO_REUSEADDR), SetOptionErrors()},
      {Call::kSetSockOpt, OptionDetail(SOL_SOCKET, SO_REUSEPORT), SetOptionErrors()},
      {Call::kSetSockOpt, OptionDetail(SOL_SOCKET, SO_OOBINLINE), SetOptionErrors()},
      {Call::kSetSockOpt, OptionDetail(IPPROTO_IPV6, IPV6_V6ONLY), SetOptionErrors()},
      {Call::kSetSockOpt, OptionDetail(IPPROTO_TCP, TCP_NODELAY), SetOptionErrors()},
      {Call::kSetSockOpt, OptionDetail(SOL_SOCKET, SO_MARK), SetOptionErrors()},
      {Call::kSetSockOpt, OptionDetail(SOL_SOCKET, SO_TIMESTAMPNS), SetOptionErrors()},
      {Call::kSetSockOpt, OptionDetail(SOL_SOCKET, SO_LINGER), SetOptionErrors()},
      {Call::kSetSockOpt, OptionDetail(SOL_SOCKET, SO_RCVTIMEO), SetOptionErrors()},
      {Call::kSetSockOpt, OptionDetail(SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF), SetOptionErrors()},
      {Call::kSetSockOpt, OptionDetail(SOL_SOCKET, SO_DETACH_REUSEPORT_BPF), SetOptionErrors()},
      {Call::kSetSockOpt, OptionDetail(SOL_SOCKET, SO_ATTACH_FILTER), SetOptionErrors()},
      {Call::kGetSockOpt, OptionDetail(IPPROTO_TCP, TCP_INFO), GetOptionErrors()},
      {Call::kGetSockOpt, OptionDetail(SOL_SOCKET, SO_MEMINFO), GetOptionErrors()},
      {Call::kShutdown, SHUT_WR, {EBADF, EINVAL, ENOTCONN, ENOTSOCK, ENOBUFS}},
      {Call::kShutdown, SHUT_RD, {EBADF, EINVAL, ENOTCONN, ENOTSOCK, ENOBUFS}},
  };
}

std::vector<FaultRow> OfConnections() {
  return {
      {Call::kAccept4,
       0,
       {EAGAIN,          EBADF,           ECONNABORTED, EFAULT,       EINTR,
        EINVAL,          EMFILE,          ENFILE,       ENOBUFS,      ENOMEM,
        ENOTSOCK,        EOPNOTSUPP,      EPERM,        EPROTO,       ENETDOWN,
        ENOPROTOOPT,     EHOSTDOWN,       ENONET,       EHOSTUNREACH, ENETUNREACH,
        ESOCKTNOSUPPORT, EPROTONOSUPPORT, ETIMEDOUT,    EACCES,       ENOSYS}},
      {Call::kRecv, 0, ReceiveErrors()},
      {Call::kRecvMsg, 0, ReceiveErrors()},
      {Call::kSend, 0, SendErrors()},
      {Call::kSendMsg, 0, SendErrors()},
      {Call::kSendFile,
       0,
       {EAGAIN, EBADF, EFAULT, EINTR, EINVAL, EIO, ENOMEM, EOVERFLOW, ESPIPE, EPIPE, ECONNRESET,
        ETIMEDOUT, ENOTCONN, EPERM}},
      {Call::kClose, 0, {EBADF, EINTR, EIO, ENOSPC, EDQUOT}},
      {Call::kIoctl, 0, {EBADF, EFAULT, EINVAL, ENOTTY}},
  };
}

std::vector<FaultRow> OfLoops() {
  return {
      {Call::kEpollCreate1, 0, {EINVAL, EMFILE, ENFILE, ENOMEM}},
      {Call::kEpollCtl, EPOLL_CTL_ADD, {EBADF, EEXIST, EINVAL, ELOOP, ENOMEM, ENOSPC, EPERM}},
      // Of a descriptor that is watched, in a loop that is one, neither can go on to fail.
      {Call::kEpollCtl, EPOLL_CTL_MOD, {EBADF, EINVAL, ENOENT, ENOMEM, EPERM}, false},
      {Call::kEpollCtl, EPOLL_CTL_DEL, {EBADF, EINVAL, ENOENT, ENOMEM, EPERM}, false},
      {Call::kEpollWait, 0, {EBADF, EFAULT, EINTR, EINVAL}},
      {Call::kPoll, 0, {EFAULT, EINTR, EINVAL, ENOMEM}, false},
      {Call::kEventFd, 0, {EINVAL, EMFILE, ENFILE, ENODEV, ENOMEM}},
      // One that fails for long wakes nobody: there is no other way to.
      {Call::kWrite, 0, {EAGAIN, EINTR}, false},
  };
}

}  // namespace

const std::vector<FaultRow>& FaultTable() {
  static const std::vector<FaultRow> table = [] {
    std::vector<FaultRow> rows;
    for (const std::vector<FaultRow>& some : {OfSockets(), OfConnections(), OfLoops()}) {
      rows.insert(rows.end(), some.begin(), some.end());
    }
    return rows;
  }();
  return table;
}

const FaultRow* FindFaultRow(const MadeCall& made) {
  const auto& table = FaultTable();
  const auto row = std::find_if(table.begin(), table.end(), [&made](const FaultRow& it) {
    return it.call == made.call && it.detail == made.detail;
  });
  return row == table.end() ? nullptr : &*row;
}

bool MayLast(const FaultRow& row, int error) {
  // That of accept4 is a client's.
  if (!row.lasts || (row.call == Call::kAccept4 && error == ENOPROTOOPT)) return false;
  switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
    case ENOSPC:
    case EPERM:
    case EACCES:
    case EBADF:
    case EINVAL:
    case EFAULT:
    case ENOTSOCK:
    case ENOPROTOOPT:
    case ENOSYS:
    case EIO:
      return true;
    default:
      return false;
  }
}

}  // namespace weir::test

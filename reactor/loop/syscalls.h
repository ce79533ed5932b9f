// Every system call that the reactor makes, behind an interface where tests inject faults.

#ifndef WEIR_REACTOR_LOOP_SYSCALLS_H_
#define WEIR_REACTOR_LOOP_SYSCALLS_H_

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace weir {

// Each method is the call of that name in section 2 of the manual: -1 and errno for an error. The
// implementation that System() gives adds nothing but the call, and is no cancellation point where
// the request path makes it. Any thread.
class Syscalls {
 public:
  virtual ~Syscalls() = default;

  virtual int Socket(int domain, int type, int protocol) = 0;
  virtual int Bind(int fd, const sockaddr* address, socklen_t size) = 0;
  virtual int Listen(int fd, int backlog) = 0;
  virtual int SetSockOpt(int fd, int level, int name, const void* value, socklen_t size) = 0;
  virtual int GetSockOpt(int fd, int level, int name, void* value, socklen_t* size) = 0;
  virtual int GetSockName(int fd, sockaddr* address, socklen_t* size) = 0;
  virtual int Accept4(int fd, sockaddr* address, socklen_t* size, int flags) = 0;
  virtual ssize_t Recv(int fd, void* data, std::size_t size, int flags) = 0;
  virtual ssize_t RecvMsg(int fd, msghdr* message, int flags) = 0;
  virtual ssize_t Send(int fd, const void* data, std::size_t size, int flags) = 0;
  virtual ssize_t SendMsg(int fd, const msghdr* message, int flags) = 0;
  virtual ssize_t SendFile(int out_fd, int in_fd, off_t* offset, std::size_t size) = 0;
  virtual int Shutdown(int fd, int how) = 0;
  virtual int Close(int fd) = 0;
  virtual int EpollCreate1(int flags) = 0;
  virtual int EpollCtl(int epoll, int op, int fd, epoll_event* event) = 0;
  virtual int EpollWait(int epoll, epoll_event* events, int size, int timeout_ms) = 0;
  virtual int Poll(pollfd* waits, nfds_t count, int timeout_ms) = 0;
  virtual int EventFd(unsigned initial, int flags) = 0;
  virtual ssize_t Write(int fd, const void* data, std::size_t size) = 0;

  // ioctl(2) of a request that gives an int.
  virtual int Ioctl(int fd, unsigned long request, int* value) = 0;

  // The kernel. Never destroyed.
  static Syscalls* System();
};

}  // namespace weir

#endif  // WEIR_REACTOR_LOOP_SYSCALLS_H_

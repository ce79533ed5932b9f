#include "weir/reactor/loop/syscalls.h"

#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "weir/reactor/loop/uncancelled.h"

namespace weir {
namespace {

class SystemSyscalls final : public Syscalls {
 public:
  int Socket(int domain, int type, int protocol) override {
    return ::socket(domain, type, protocol);
  }
  int Bind(int fd, const sockaddr* address, socklen_t size) override {
    return ::bind(fd, address, size);
  }
  int Listen(int fd, int backlog) override { return ::listen(fd, backlog); }
  int SetSockOpt(int fd, int level, int name, const void* value, socklen_t size) override {
    return ::setsockopt(fd, level, name, value, size);
  }
  int GetSockOpt(int fd, int level, int name, void* value, socklen_t* size) override {
    return ::getsockopt(fd, level, name, value, size);
  }
  int GetSockName(int fd, sockaddr* address, socklen_t* size) override {
    return ::getsockname(fd, address, size);
  }
  int Accept4(int fd, sockaddr* address, socklen_t* size, int flags) override {
    return uncancelled::Accept4(fd, address, size, flags);
  }
  ssize_t Recv(int fd, void* data, std::size_t size, int flags) override {
    return uncancelled::Recv(fd, data, size, flags);
  }
  ssize_t RecvMsg(int fd, msghdr* message, int flags) override {
    return uncancelled::RecvMsg(fd, message, flags);
  }
  ssize_t Send(int fd, const void* data, std::size_t size, int flags) override {
    return uncancelled::Send(fd, data, size, flags);
  }
  ssize_t SendMsg(int fd, const msghdr* message, int flags) override {
    return uncancelled::SendMsg(fd, message, flags);
  }
  ssize_t SendFile(int out_fd, int in_fd, off_t* offset, std::size_t size) override {
    return ::sendfile(out_fd, in_fd, offset, size);
  }
  int Shutdown(int fd, int how) override { return ::shutdown(fd, how); }
  int Close(int fd) override { return uncancelled::Close(fd); }
  int EpollCreate1(int flags) override { return ::epoll_create1(flags); }
  int EpollCtl(int epoll, int op, int fd, epoll_event* event) override {
    return ::epoll_ctl(epoll, op, fd, event);
  }
  int EpollWait(int epoll, epoll_event* events, int size, int timeout_ms) override {
    return uncancelled::EpollWait(epoll, events, size, timeout_ms);
  }
  int Poll(pollfd* waits, nfds_t count, int timeout_ms) override {
    return ::poll(waits, count, timeout_ms);
  }
  int EventFd(unsigned initial, int flags) override { return ::eventfd(initial, flags); }
  ssize_t Write(int fd, const void* data, std::size_t size) override {
    return ::write(fd, data, size);
  }
  int Ioctl(int fd, unsigned long request, int* value) override {
    return ::ioctl(fd, request, value);
  }
};

}  // namespace

Syscalls* Syscalls::System() {
  static auto* const syscalls = new SystemSyscalls;  // outlives static servers
  return syscalls;
}

}  // namespace weir

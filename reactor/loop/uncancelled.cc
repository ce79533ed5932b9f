#include "weir/reactor/loop/uncancelled.h"

#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WEIR_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define WEIR_SANITIZED 1
#endif
#endif

namespace weir::uncancelled {

#ifdef WEIR_SANITIZED

// Sanitizers learn from libc's functions what the kernel reads and writes.
int Accept4(int fd, sockaddr* address, socklen_t* size, int flags) noexcept {
  return ::accept4(fd, address, size, flags);
}

ssize_t Recv(int fd, void* data, std::size_t size, int flags) noexcept {
  return ::recv(fd, data, size, flags);
}

ssize_t RecvMsg(int fd, msghdr* message, int flags) noexcept {
  return ::recvmsg(fd, message, flags);
}

ssize_t Send(int fd, const void* data, std::size_t size, int flags) noexcept {
  return ::send(fd, data, size, flags);
}

ssize_t SendMsg(int fd, const msghdr* message, int flags) noexcept {
  return ::sendmsg(fd, message, flags);
}

int Close(int fd) noexcept { return ::close(fd); }

int EpollWait(int epoll, epoll_event* events, int size, int timeout_ms) noexcept {
  return ::epoll_wait(epoll, events, size, timeout_ms);
}

#else

int Accept4(int fd, sockaddr* address, socklen_t* size, int flags) noexcept {
  return static_cast<int>(::syscall(SYS_accept4, long{fd}, address, size, long{flags}));
}

ssize_t Recv(int fd, void* data, std::size_t size, int flags) noexcept {
  return ::syscall(SYS_recvfrom, long{fd}, data, size, long{flags}, nullptr, nullptr);
}

ssize_t RecvMsg(int fd, msghdr* message, int flags) noexcept {
  return ::syscall(SYS_recvmsg, long{fd}, message, long{flags});
}

ssize_t Send(int fd, const void* data, std::size_t size, int flags) noexcept {
  return ::syscall(SYS_sendto, long{fd}, data, size, long{flags}, nullptr, 0L);
}

ssize_t SendMsg(int fd, const msghdr* message, int flags) noexcept {
  return ::syscall(SYS_sendmsg, long{fd}, message, long{flags});
}

int Close(int fd) noexcept { return static_cast<int>(::syscall(SYS_close, long{fd})); }

int EpollWait(int epoll, epoll_event* events, int size, int timeout_ms) noexcept {
  // epoll_pwait without a mask is epoll_wait, which AArch64 does not have.
  return static_cast<int>(
      ::syscall(SYS_epoll_pwait, long{epoll}, events, long{size}, long{timeout_ms}, nullptr, 0L));
}

#endif

}  // namespace weir::uncancelled

// The system calls of the request path without thread cancellation.

#ifndef WEIR_REACTOR_LOOP_UNCANCELLED_H_
#define WEIR_REACTOR_LOOP_UNCANCELLED_H_

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <cstddef>

namespace weir::uncancelled {

// Each is the call of that name in section 2 of the manual, but no cancellation point
// (pthreads(7)): in a process of several threads libc has those switch the kind of cancellation
// before and after, which is 3 % of what a request on a keep-alive connection costs (./dev bench
// server). Nobody cancels a reactor.
int Accept4(int fd, sockaddr* address, socklen_t* size, int flags) noexcept;
ssize_t Recv(int fd, void* data, std::size_t size, int flags) noexcept;
ssize_t RecvMsg(int fd, msghdr* message, int flags) noexcept;
ssize_t Send(int fd, const void* data, std::size_t size, int flags) noexcept;
ssize_t SendMsg(int fd, const msghdr* message, int flags) noexcept;
int Close(int fd) noexcept;
int EpollWait(int epoll, epoll_event* events, int size, int timeout_ms) noexcept;

}  // namespace weir::uncancelled

#endif  // WEIR_REACTOR_LOOP_UNCANCELLED_H_

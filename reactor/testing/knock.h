// Clients that begin a handshake and wait for nothing.

#ifndef WEIR_REACTOR_TESTING_KNOCK_H_
#define WEIR_REACTOR_TESTING_KNOCK_H_

#include <netinet/in.h>

#include <cstdint>

namespace weir::test {

// A socket of which nothing waits: the SYN is sent, and whatever follows follows. One thread.
class Knock {
 public:
  // At 127.0.0.1, or at ::1 with AF_INET6.
  explicit Knock(std::uint16_t port, int family = AF_INET) : Knock(port, family, false) {}
  // The same of one whose handshake does not end: it never sees the SYN-ACK, by a socket filter
  // that drops all (SO_ATTACH_FILTER). The listener has a half-open connection as long as it lives.
  static Knock HalfOpen(std::uint16_t port, int family = AF_INET) { return {port, family, true}; }
  ~Knock();
  Knock(Knock&& other) noexcept;
  Knock(const Knock&) = delete;
  Knock& operator=(const Knock&) = delete;

  // Whether the handshake is complete for the client.
  bool connected() const;

 private:
  Knock(std::uint16_t port, int family, bool drops_answers);

  int fd_ = -1;
};

}  // namespace weir::test

#endif  // WEIR_REACTOR_TESTING_KNOCK_H_

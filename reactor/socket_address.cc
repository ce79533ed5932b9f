#include "weir/reactor/socket_address.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace weir {
namespace {

std::optional<std::uint16_t> ParsePort(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return port;
}

absl::Status Malformed(std::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat("address \"", std::string(text),
                   "\" is not a numeric address and port: write \"127.0.0.1:8080\", "
                   "\"[::1]:8080\", or port 0 for one that the kernel chooses"));
}

}  // namespace

absl::StatusOr<SocketAddress> SocketAddress::Parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return Malformed(text);
  const std::optional<std::uint16_t> port = ParsePort(text.substr(colon + 1));
  std::string host(text.substr(0, colon));
  if (!port.has_value() || host.empty()) return Malformed(text);
  SocketAddress address;
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    address.ipv6_.sin6_family = AF_INET6;
    address.ipv6_.sin6_port = htons(*port);
    if (::inet_pton(AF_INET6, host.c_str(), &address.ipv6_.sin6_addr) == 1) return address;
  } else {
    address.ipv4_.sin_family = AF_INET;
    address.ipv4_.sin_port = htons(*port);
    if (::inet_pton(AF_INET, host.c_str(), &address.ipv4_.sin_addr) == 1) return address;
  }
  return Malformed(text);
}

SocketAddress SocketAddress::From(const sockaddr_storage& storage) noexcept {
  SocketAddress address;
  if (storage.ss_family == AF_INET) std::memcpy(&address.ipv4_, &storage, sizeof(sockaddr_in));
  if (storage.ss_family == AF_INET6) std::memcpy(&address.ipv6_, &storage, sizeof(sockaddr_in6));
  if (storage.ss_family == AF_UNIX) address.any_.sa_family = AF_UNIX;
  return address;
}

SocketAddress SocketAddress::FromBytes(int family, const std::uint8_t* bytes,
                                       std::uint16_t port) noexcept {
  SocketAddress address;
  address.any_.sa_family = static_cast<sa_family_t>(family);
  address.ipv4_.sin_port = htons(port);  // both families have it at the same offset
  void* const to = family == AF_INET ? static_cast<void*>(&address.ipv4_.sin_addr)
                                     : static_cast<void*>(&address.ipv6_.sin6_addr);
  std::memcpy(to, bytes, family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr));
  return address;
}

std::string SocketAddress::ToString() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (family() == AF_INET) {
    ::inet_ntop(AF_INET, &ipv4_.sin_addr, text, sizeof(text));
    return absl::StrCat(text, ":", port());
  }
  if (family() == AF_INET6) {
    ::inet_ntop(AF_INET6, &ipv6_.sin6_addr, text, sizeof(text));
    return absl::StrCat("[", text, "]:", port());
  }
  return family() == AF_UNIX ? "unix" : "unknown";
}

std::uint16_t SocketAddress::port() const noexcept {
  // Both families have the port at the same offset (netinet/in.h).
  return family() == AF_INET || family() == AF_INET6 ? ntohs(ipv4_.sin_port) : 0;
}

std::string_view SocketAddress::host_bytes() const noexcept {
  if (family() == AF_INET) {
    return {reinterpret_cast<const char*>(&ipv4_.sin_addr), sizeof(ipv4_.sin_addr)};
  }
  if (family() == AF_INET6) {
    return {reinterpret_cast<const char*>(&ipv6_.sin6_addr), sizeof(ipv6_.sin6_addr)};
  }
  return {};
}

bool SocketAddress::is_wildcard() const noexcept {
  if (family() == AF_INET) return ipv4_.sin_addr.s_addr == htonl(INADDR_ANY);
  return family() == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&ipv6_.sin6_addr);
}

bool SocketAddress::SameHost(const SocketAddress& other) const noexcept {
  if (family() != other.family()) return false;
  if (family() == AF_INET) return ipv4_.sin_addr.s_addr == other.ipv4_.sin_addr.s_addr;
  return IN6_ARE_ADDR_EQUAL(&ipv6_.sin6_addr, &other.ipv6_.sin6_addr);
}

socklen_t SocketAddress::size() const noexcept {
  return family() == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
}

}  // namespace weir

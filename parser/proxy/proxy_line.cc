#include "weir/parser/proxy/proxy_line.h"

#include <algorithm>
#include <optional>

#include "weir/parser/proxy/address_text.h"

namespace weir {
namespace {

ProxyHeader Incomplete() noexcept { return {}; }

ProxyHeader Fail(ProxyError error, std::size_t offset) noexcept {
  ProxyHeader header;
  header.status = ProxyStatus::kError;
  header.version = 1;
  header.error = error;
  header.error_offset = offset;
  return header;
}

// The words of a line, one space between each two.
class Words {
 public:
  Words(std::string_view line, std::size_t begin) noexcept : line_(line), next_(begin) {}

  // The next word; begin() is its offset. Empty at the end, and where there are two spaces.
  std::string_view Take() noexcept {
    begin_ = std::min(next_, line_.size());
    const std::size_t end = std::min(line_.find(' ', begin_), line_.size());
    next_ = end + 1;
    return line_.substr(begin_, end - begin_);
  }
  std::size_t begin() const noexcept { return begin_; }
  std::size_t end() const noexcept { return next_ - 1; }
  // Whether the last word ended the line, rather than a space.
  bool at_end() const noexcept { return next_ > line_.size(); }

 private:
  const std::string_view line_;
  std::size_t begin_ = 0;
  std::size_t next_;
};

// The rest of a line of TCP4 or TCP6. A word that is wrong is told by where it
// begins.
ProxyHeader ReadAddresses(std::string_view line, Words* words, ProxyFamily family) noexcept {
  ProxyHeader header;
  for (ProxyAddress* const address : {&header.source, &header.destination}) {
    const std::string_view word = words->Take();
    const bool good = family == ProxyFamily::kIpv4 ? ReadIpv4(word, address->bytes.data())
                                                   : ReadIpv6(word, address->bytes.data());
    if (!good) return Fail(ProxyError::kAddress, words->begin());
  }
  for (ProxyAddress* const address : {&header.source, &header.destination}) {
    const std::optional<std::uint16_t> port = ReadPort(words->Take());
    if (!port.has_value()) return Fail(ProxyError::kPort, words->begin());
    address->port = *port;
  }
  if (!words->at_end()) return Fail(ProxyError::kTrailing, words->end());
  header.status = ProxyStatus::kComplete;
  header.family = family;
  header.version = 1;
  header.size = line.size() + 2;
  return header;
}

}  // namespace

ProxyHeader ParseProxyLine(std::string_view bytes) noexcept {
  const auto known = std::min(bytes.size(), kProxyLineBegin.size());
  for (std::size_t i = 0; i < known; ++i) {
    if (bytes[i] != kProxyLineBegin[i]) return Fail(ProxyError::kSignature, i);
  }
  const std::string_view most = bytes.substr(0, kMaxProxyLineBytes);
  const std::size_t end = most.find_first_of("\r\n");
  if (end == std::string_view::npos) {
    return most.size() < kMaxProxyLineBytes ? Incomplete()
                                            : Fail(ProxyError::kLineEnd, kMaxProxyLineBytes - 1);
  }
  if (most[end] == '\n') return Fail(ProxyError::kLineEnd, end);
  if (end + 1 == kMaxProxyLineBytes) return Fail(ProxyError::kLineEnd, end);
  if (end + 1 == most.size()) return Incomplete();
  if (most[end + 1] != '\n') return Fail(ProxyError::kLineEnd, end + 1);

  const std::string_view line = most.substr(0, end);
  Words words(line, kProxyLineBegin.size());
  const std::string_view protocol = words.Take();
  if (protocol == "TCP4") return ReadAddresses(line, &words, ProxyFamily::kIpv4);
  if (protocol == "TCP6") return ReadAddresses(line, &words, ProxyFamily::kIpv6);
  if (protocol != "UNKNOWN") return Fail(ProxyError::kProtocol, words.begin());
  ProxyHeader header;
  header.status = ProxyStatus::kComplete;
  header.version = 1;
  header.size = end + 2;
  return header;
}

}  // namespace weir

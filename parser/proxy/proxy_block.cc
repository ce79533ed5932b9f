#include "weir/parser/proxy/proxy_block.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace weir {
namespace {

constexpr char kSignatureBytes[] = "\r\n\r\n\0\r\nQUIT\n";
constexpr std::string_view kSignature(kSignatureBytes, sizeof(kSignatureBytes) - 1);
constexpr std::size_t kVersionAt = 12;
constexpr std::size_t kFamilyAt = 13;
constexpr std::size_t kLengthAt = 14;
constexpr std::size_t kFixedBytes = 16;
constexpr unsigned kLocal = 0;
constexpr unsigned kProxy = 1;
constexpr unsigned kMaxFamily = 3;     // AF_UNSPEC, AF_INET, AF_INET6, AF_UNIX
constexpr unsigned kMaxTransport = 2;  // UNSPEC, STREAM, DGRAM
constexpr std::size_t kAddressBytes[] = {0, 12, 36, 216};
constexpr unsigned kTlvChecksum = 3;
constexpr std::size_t kTlvHeadBytes = 3;
constexpr std::size_t kChecksumBytes = 4;

constexpr std::uint32_t kCrcPolynomial = 0x82f63b78;  // Castagnoli's, reflected

constexpr std::array<std::uint32_t, 256> MakeCrcTable() noexcept {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value >> 1) ^ ((value & 1) != 0 ? kCrcPolynomial : 0);
    }
    table[i] = value;
  }
  return table;
}
constexpr std::array<std::uint32_t, 256> kCrcTable = MakeCrcTable();

unsigned ByteAt(std::string_view bytes, std::size_t offset) noexcept {
  return static_cast<unsigned char>(bytes[offset]);
}

std::size_t Word16At(std::string_view bytes, std::size_t offset) noexcept {
  return ByteAt(bytes, offset) << 8 | ByteAt(bytes, offset + 1);
}

std::uint32_t Word32At(std::string_view bytes, std::size_t offset) noexcept {
  return static_cast<std::uint32_t>(Word16At(bytes, offset) << 16 | Word16At(bytes, offset + 2));
}

ProxyHeader Fail(ProxyError error, std::size_t offset) noexcept {
  ProxyHeader header;
  header.status = ProxyStatus::kError;
  header.version = 2;
  header.error = error;
  header.error_offset = offset;
  return header;
}

// The first 16 bytes, as far as they have come. An error, or nothing wrong so far.
ProxyHeader CheckFixed(std::string_view bytes, std::size_t max_bytes) noexcept {
  const std::size_t known = std::min(bytes.size(), kSignature.size());
  for (std::size_t i = 0; i < known; ++i) {
    if (bytes[i] != kSignature[i]) return Fail(ProxyError::kSignature, i);
  }
  if (bytes.size() <= kVersionAt) return {};
  const unsigned version = ByteAt(bytes, kVersionAt);
  if (version >> 4 != 2) return Fail(ProxyError::kVersion, kVersionAt);
  const unsigned command = version & 15;
  if (command > kProxy) return Fail(ProxyError::kCommand, kVersionAt);
  if (bytes.size() <= kFamilyAt) return {};
  const unsigned family = ByteAt(bytes, kFamilyAt);
  const bool assigned = family >> 4 <= kMaxFamily && (family & 15) <= kMaxTransport;
  if (command != kLocal && !assigned) return Fail(ProxyError::kFamily, kFamilyAt);
  if (bytes.size() < kFixedBytes) return {};
  const std::size_t length = Word16At(bytes, kLengthAt);
  if (kFixedBytes + length > max_bytes) return Fail(ProxyError::kTooLong, kLengthAt);
  if (command != kLocal && length < kAddressBytes[family >> 4]) {
    return Fail(ProxyError::kAddressMissing, kLengthAt);
  }
  return {};
}

// Whether the checksum at `offset` is that of the header with zeros in its place.
bool ChecksumHolds(std::string_view header, std::size_t offset) noexcept {
  constexpr std::string_view kZeros("\0\0\0\0", kChecksumBytes);
  std::uint32_t crc = Crc32c(header.substr(0, offset));
  crc = Crc32c(kZeros, crc);
  crc = Crc32c(header.substr(offset + kChecksumBytes), crc);
  return crc == Word32At(header, offset);
}

// The TLVs from `offset` to the end of the header. kNone, or an error and where.
ProxyHeader CheckTlvs(std::string_view header, std::size_t offset) noexcept {
  bool checked = false;
  while (offset < header.size()) {
    const std::size_t left = header.size() - offset;
    if (left < kTlvHeadBytes) return Fail(ProxyError::kTlv, offset);
    const std::size_t length = Word16At(header, offset + 1);
    if (length > left - kTlvHeadBytes) return Fail(ProxyError::kTlv, offset);
    if (ByteAt(header, offset) == kTlvChecksum) {
      if (checked || length != kChecksumBytes) return Fail(ProxyError::kChecksumInvalid, offset);
      if (!ChecksumHolds(header, offset + kTlvHeadBytes)) {
        return Fail(ProxyError::kChecksum, offset);
      }
      checked = true;
    }
    offset += kTlvHeadBytes + length;
  }
  return {};
}

void TakeAddresses(std::string_view header, std::size_t bytes_each, ProxyHeader* result) noexcept {
  const char* const data = header.data() + kFixedBytes;
  std::memcpy(result->source.bytes.data(), data, bytes_each);
  std::memcpy(result->destination.bytes.data(), data + bytes_each, bytes_each);
  const std::size_t ports = kFixedBytes + 2 * bytes_each;
  result->source.port = static_cast<std::uint16_t>(Word16At(header, ports));
  result->destination.port = static_cast<std::uint16_t>(Word16At(header, ports + 2));
}

}  // namespace

std::uint32_t Crc32c(std::string_view bytes, std::uint32_t before) noexcept {
  std::uint32_t crc = ~before;
  for (const char c : bytes) {
    crc = (crc >> 8) ^ kCrcTable[(crc ^ static_cast<unsigned char>(c)) & 255];
  }
  return ~crc;
}

ProxyHeader ParseProxyBlock(std::string_view bytes, std::size_t max_bytes) noexcept {
  ProxyHeader result = CheckFixed(bytes, max_bytes);
  if (result.status == ProxyStatus::kError || bytes.size() < kFixedBytes) return result;
  const std::size_t size = kFixedBytes + Word16At(bytes, kLengthAt);
  if (bytes.size() < size) return result;
  const std::string_view header = bytes.substr(0, size);
  const unsigned family = ByteAt(header, kFamilyAt) >> 4;
  const bool skipped = (ByteAt(header, kVersionAt) & 15) == kLocal || family == 0;
  if (!skipped) {
    const ProxyHeader tlvs = CheckTlvs(header, kFixedBytes + kAddressBytes[family]);
    if (tlvs.status == ProxyStatus::kError) return tlvs;
  }
  result.status = ProxyStatus::kComplete;
  result.version = 2;
  result.size = size;
  const bool has_transport = (ByteAt(header, kFamilyAt) & 15) != 0;
  if (skipped || !has_transport) return result;
  if (family == 1) {
    result.family = ProxyFamily::kIpv4;
    TakeAddresses(header, 4, &result);
  } else if (family == 2) {
    result.family = ProxyFamily::kIpv6;
    TakeAddresses(header, 16, &result);
  }
  return result;
}

}  // namespace weir

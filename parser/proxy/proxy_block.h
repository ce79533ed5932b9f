// Version 2 of the PROXY protocol: a block of bytes.

#ifndef WEIR_PARSER_PROXY_PROXY_BLOCK_H_
#define WEIR_PARSER_PROXY_PROXY_BLOCK_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "weir/parser/proxy/proxy_header.h"

namespace weir {

// As ParseProxyHeader.
ProxyHeader ParseProxyBlock(std::string_view bytes, std::size_t max_bytes) noexcept;

// CRC-32C (RFC 9260 appendix A), continued from that of the bytes before, or from 0.
std::uint32_t Crc32c(std::string_view bytes, std::uint32_t before = 0) noexcept;

}  // namespace weir

#endif  // WEIR_PARSER_PROXY_PROXY_BLOCK_H_

// Version 1 of the PROXY protocol: a line of text.

#ifndef WEIR_PARSER_PROXY_PROXY_LINE_H_
#define WEIR_PARSER_PROXY_PROXY_LINE_H_

#include <string_view>

#include "weir/parser/proxy/proxy_header.h"

namespace weir {

inline constexpr std::string_view kProxyLineBegin = "PROXY ";

// As ParseProxyHeader.
ProxyHeader ParseProxyLine(std::string_view bytes) noexcept;

}  // namespace weir

#endif  // WEIR_PARSER_PROXY_PROXY_LINE_H_

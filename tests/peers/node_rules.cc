#include "weir/tests/peers/node_view.h"
#include "weir/tests/peers/rule_predicates.h"

namespace weir {
namespace {

// None of those of RFC 9110 and RFC 5789: Node knows more, but never fewer.
bool IsUnknownMethod(const Difference& difference) {
  constexpr std::string_view kKnown[] = {"GET",     "HEAD",    "POST",  "PUT",  "DELETE",
                                         "CONNECT", "OPTIONS", "TRACE", "PATCH"};
  if (difference.our_message().method == "PRI") return true;  // HTTP/2's
  if (difference.theirs->refusal != "HPE_INVALID_METHOD") return false;
  for (const std::string_view known : kKnown) {
    if (difference.our_message().method == known) return false;
  }
  return true;
}

bool RefusesSchemeWithDigits(const Difference& difference) {
  return difference.theirs->refusal == "HPE_INVALID_URL" && HasSchemeWithDigits(difference);
}

bool RefusesTransferEncodingWithTab(const Difference& difference) {
  return difference.theirs->refusal == "HPE_INVALID_TRANSFER_ENCODING" &&
         HasTabInLine(difference, "transfer-encoding");
}

bool HasTabInConnection(const Difference& difference) {
  return HasTabInLine(difference, "connection");
}

bool FollowsOfferedUpgrade(const Difference& difference) {
  return difference.index > 0 &&
         HasField(difference.ours->messages[difference.index - 1], "upgrade");
}

}  // namespace

const std::vector<DifferenceRule>& NodeRules() {
  static const std::vector<DifferenceRule> rules = {
      {"unknown_method",
       "It knows a list of methods; RFC 9110 section 9.1 lets a method be any token.",
       DifferenceKind::kRefusedHead, IsUnknownMethod, "BREW / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"after_connect",
       "It stops after CONNECT. Weir's server never answers 2xx, so RFC 9110 section 9.3.6 makes "
       "no tunnel of the connection.",
       DifferenceKind::kMissing, FollowsConnect,
       "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"keep_alive_of_connect", "It leaves the connection to the program then.",
       DifferenceKind::kKeepAlive, IsConnect,
       "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nConnection: close\r\n\r\n"},
      {"content_of_connect", "It reads none; RFC 9112 section 6.3 frames the request as any other.",
       DifferenceKind::kBody, IsWholeConnect,
       "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nContent-Length: 1\r\n\r\nx"},
      {"content_of_connect_to_come", "As above, of content that has not all arrived.",
       DifferenceKind::kEnd, IsWholeConnect,
       "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nContent-Length: 2\r\n\r\nx"},
      {"a_tab_around_a_length",
       "It does not take the tab for white space; RFC 9110 section 5.5 does.",
       DifferenceKind::kRefusedHead, RefusesLengthWithTab,
       "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\t\r\n\r\nx"},
      {"after_an_offered_upgrade",
       "It stops there unless the program takes the upgrade; RFC 9110 section 7.8 lets a server "
       "ignore the field.",
       DifferenceKind::kMissing, FollowsOfferedUpgrade,
       "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: b\r\n\r\n"
       "GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"a_tab_in_connection",
       "It does not take the tab for white space; RFC 9110 section 5.6.1 does.",
       DifferenceKind::kKeepAlive, HasTabInConnection,
       "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\t\r\n\r\n"},
      {"a_tab_in_transfer_encoding",
       "It does not take the tab for white space; RFC 9110 section 5.5 does.",
       DifferenceKind::kRefusedBody, RefusesTransferEncodingWithTab,
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\t\r\n\r\n"},
      {"close_and_keep_alive",
       "It heeds the one that it knows for the version; RFC 9112 section 9.3: close comes first.",
       DifferenceKind::kKeepAlive, HasCloseAndKeepAlive,
       "GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive, close\r\n\r\n"},
      {"proxy_connection",
       "It takes it for Connection; RFC 9112 appendix C.2.2: it means nothing in requests.",
       DifferenceKind::kKeepAlive, HasProxyConnection,
       "GET / HTTP/1.1\r\nHost: a\r\nProxy-Connection: close\r\n\r\n"},
      {"a_scheme_with_digits",
       "It knows letters only; RFC 3986 section 3.1 allows digits, +, - and . too.",
       DifferenceKind::kRefusedHead, RefusesSchemeWithDigits,
       "GET a1+-.://a/ HTTP/1.1\r\nHost: a\r\n\r\n"},
  };
  return rules;
}

}  // namespace weir

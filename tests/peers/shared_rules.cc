#include "weir/tests/peers/shared_rules.h"

#include "weir/tests/peers/rule_predicates.h"

namespace weir {

std::vector<DifferenceRule> WithSharedRules(std::vector<DifferenceRule> own) {
  const std::vector<DifferenceRule> shared = {
      {"after_connect",
       "It stops after CONNECT. Weir's server never answers 2xx, so RFC 9110 section 9.3.6 makes "
       "no tunnel of the connection.",
       DifferenceKind::kMissing, FollowsConnect,
       "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
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
  own.insert(own.end(), shared.begin(), shared.end());
  return own;
}

}  // namespace weir

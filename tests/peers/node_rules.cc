#include "weir/tests/peers/node_view.h"
#include "weir/tests/peers/rule_predicates.h"
#include "weir/tests/peers/shared_rules.h"

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
  static const std::vector<DifferenceRule> rules = WithSharedRules({
      {"unknown_method",
       "It knows a list of methods; RFC 9110 section 9.1 lets a method be any token.",
       DifferenceKind::kRefusedHead, IsUnknownMethod, "BREW / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"keep_alive_of_connect", "It leaves the connection to the program then.",
       DifferenceKind::kKeepAlive, IsConnect,
       "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nConnection: close\r\n\r\n"},
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
  });
  return rules;
}

}  // namespace weir

#include <http_parser.h>

#include "weir/tests/peers/http_parser_view.h"
#include "weir/tests/peers/rule_predicates.h"
#include "weir/tests/peers/shared_rules.h"

namespace weir {
namespace {

bool IsKnownMethod(std::string_view method) {
#define WEIR_IS_METHOD(number, name, text) \
  if (method == #text) return true;
  HTTP_METHOD_MAP(WEIR_IS_METHOD)
#undef WEIR_IS_METHOD
  return false;
}

bool IsUnknownMethod(const Difference& difference) {
  return difference.theirs->refusal == "HPE_INVALID_METHOD" &&
         !IsKnownMethod(difference.our_message().method);
}

bool DiffersInBlanksAtTheEndOfValues(const Difference& difference) {
  auto fields = difference.their_message().fields;
  for (auto& [name, value] : fields) value.erase(value.find_last_not_of(" \t") + 1);
  return fields == difference.our_message().fields;
}

bool HasLongerNameThanTransferEncoding(const Difference& difference) {
  constexpr std::string_view kName = "transfer-encoding";
  for (const auto& [name, value] : difference.our_message().fields) {
    if (name.size() > kName.size() && EqualIgnoringCase(name.substr(0, kName.size()), kName)) {
      return difference.theirs->refusal == "HPE_INVALID_TRANSFER_ENCODING" ||
             difference.theirs->refusal == "HPE_UNEXPECTED_CONTENT_LENGTH";
    }
  }
  return false;
}

bool HasTabInTransferEncoding(const Difference& difference) {
  return HasField(difference.their_message(), "transfer-encoding", "\t");
}

bool RefusesTransferEncodingWithTab(const Difference& difference) {
  return difference.theirs->refusal == "HPE_INVALID_TRANSFER_ENCODING" &&
         HasTabInTransferEncoding(difference);
}

bool HasTabInConnection(const Difference& difference) {
  return HasField(difference.their_message(), "connection", "\t");
}

}  // namespace

const std::vector<DifferenceRule>& HttpParserRules() {
  static const std::vector<DifferenceRule> rules = WithSharedRules({
      {"unknown_method",
       "It knows a list of methods; RFC 9110 section 9.1 lets a method be any token.",
       DifferenceKind::kRefusedHead, IsUnknownMethod, "BREW / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"blanks_after_a_value",
       "It keeps them; RFC 9110 section 5.5: they are not part of the value.",
       DifferenceKind::kFields, DiffersInBlanksAtTheEndOfValues,
       "GET / HTTP/1.1\r\nHost: a \t\r\n\r\n"},
      {"a_longer_name",
       "It takes a name that only begins with Transfer-Encoding for that one; RFC 9110 section "
       "5.1.",
       DifferenceKind::kRefusedBody, HasLongerNameThanTransferEncoding,
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encodings: gzip\r\n\r\n"},
      {"a_longer_name_and_length",
       "As above: so it finds both Transfer-Encoding and Content-Length.",
       DifferenceKind::kRefusedHead, HasLongerNameThanTransferEncoding,
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encodings: gzip\r\nContent-Length: 1\r\n\r\n"},
      {"a_tab_in_connection",
       "It does not take the tab for white space; RFC 9110 section 5.6.1 does.",
       DifferenceKind::kKeepAlive, HasTabInConnection,
       "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\t\r\n\r\n"},
      {"a_tab_in_transfer_encoding",
       "It does not take the tab for white space; RFC 9110 section 5.5 does.",
       DifferenceKind::kRefusedBody, RefusesTransferEncodingWithTab,
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\t\r\n\r\n"},
      {"a_tab_in_transfer_encoding_beside_an_upgrade",
       "As above: it takes the request for one without content, where RFC 9112 section 6.3 has a "
       "chunked body.",
       DifferenceKind::kFraming, HasTabInTransferEncoding,
       "POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: b\r\n"
       "Transfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n"},
      {"an_unknown_connection_option",
       "One that is empty, or begins like a known one, makes it miss the next; RFC 9110 section "
       "7.6.1 has a list.",
       DifferenceKind::kKeepAlive, HasUnknownConnectionOption,
       "GET / HTTP/1.1\r\nHost: a\r\nConnection: ,close\r\n\r\n"},
  });
  return rules;
}

}  // namespace weir

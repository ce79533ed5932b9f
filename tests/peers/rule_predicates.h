// What the rules of several peers ask of a difference.

#ifndef WEIR_TESTS_PEERS_RULE_PREDICATES_H_
#define WEIR_TESTS_PEERS_RULE_PREDICATES_H_

#include <string>
#include <string_view>

#include "weir/tests/peers/difference.h"

namespace weir {

bool EqualIgnoringCase(std::string_view a, std::string_view b);

// Whether a field of that name has `part` in its value, in any case.
bool HasField(const MessageView& message, std::string_view name, std::string_view part = "");

// Of Weir's request:
bool FollowsConnect(const Difference& difference);  // the one before is CONNECT
bool IsConnect(const Difference& difference);
bool IsWholeConnect(const Difference& difference);  // for the peer, which reads no content of it
bool RefusesLengthWithTab(const Difference& difference);                 // the peer
bool HasTabInLine(const Difference& difference, std::string_view name);  // of that field
bool RefusesSchemeWithDigits(const Difference& difference);              // or with + - . in it
bool HasCloseAndKeepAlive(const Difference& difference);                 // as connection options
bool HasProxyConnection(const Difference& difference);                   // the field
bool HasUnknownConnectionOption(const Difference& difference);           // or an empty one

}  // namespace weir

#endif  // WEIR_TESTS_PEERS_RULE_PREDICATES_H_

// The http_parser library (Debian's libhttp-parser-dev) as a peer to compare with.

#ifndef WEIR_TESTS_PEERS_HTTP_PARSER_VIEW_H_
#define WEIR_TESTS_PEERS_HTTP_PARSER_VIEW_H_

#include <string_view>
#include <vector>

#include "weir/tests/peers/difference.h"
#include "weir/tests/peers/stream_view.h"

namespace weir {

// What http_parser makes of `bytes`, given whole. It is told to go on after an offered upgrade, as
// a server does that declines it, and stops after CONNECT.
StreamView ReadWithHttpParser(std::string_view bytes);

// Why it may differ from Weir's parser.
const std::vector<DifferenceRule>& HttpParserRules();

}  // namespace weir

#endif  // WEIR_TESTS_PEERS_HTTP_PARSER_VIEW_H_

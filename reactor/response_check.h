// Whether an answer is safe to write.

#ifndef WEIR_REACTOR_RESPONSE_CHECK_H_
#define WEIR_REACTOR_RESPONSE_CHECK_H_

#include <string_view>
#include <vector>

#include "weir/reactor/response.h"
#include "weir/reactor/response_stream.h"

namespace weir {

// Whether the answer can't break the framing: its status is 200 to 599, its field names are tokens
// other than Connection, Content-Length, Date, Keep-Alive, Trailer, Transfer-Encoding and Upgrade,
// its values have no control but HTAB (RFC 9110 section 5.5). CR and LF in them would split the
// message. Of its contents at most one is set, and a file region lies within its file. Any thread.
bool MayBeSent(const Response& response) noexcept;

// Whether the region lies within its file, if it has one.
bool IsWithinFile(const FileRegion& region) noexcept;

// The same for the head of a streamed answer, which has no content.
bool MayBeStarted(const Response& head, const StreamOptions& options) noexcept;

// The same for the head of an answer that hands the connection over: 101 with `protocol`, which is
// a token, or two with a slash between them (RFC 9110 section 7.8); or another without one.
bool MayBeHandedOver(const Response& head, std::string_view protocol) noexcept;

// Whether these may be sent behind the content: not Content-Length, Host and what else frames or
// routes a message (RFC 9110 section 6.5.1).
bool MayBeTrailers(const std::vector<ResponseField>& trailers) noexcept;

}  // namespace weir

#endif  // WEIR_REACTOR_RESPONSE_CHECK_H_

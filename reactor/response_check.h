// Whether an answer is safe to write.

#ifndef WEIR_REACTOR_RESPONSE_CHECK_H_
#define WEIR_REACTOR_RESPONSE_CHECK_H_

#include "weir/reactor/response_writer.h"

namespace weir {

// Whether the answer can't break the framing: its status is 200 to 599, its field names are tokens
// other than Connection, Content-Length, Date, Keep-Alive, Trailer, Transfer-Encoding and Upgrade,
// its values have no control but HTAB (RFC 9110 section 5.5). CR and LF in them would split the
// message. Any thread.
bool MayBeSent(const Response& response) noexcept;

}  // namespace weir

#endif  // WEIR_REACTOR_RESPONSE_CHECK_H_

// The Date field's format.

#ifndef WEIR_REACTOR_LOOP_HTTP_DATE_H_
#define WEIR_REACTOR_LOOP_HTTP_DATE_H_

#include <cstdint>
#include <string_view>

namespace weir {

// Formats a time once a second as IMF-fixdate, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section
// 5.6.7). One thread.
class HttpDate {
 public:
  // `seconds` since 1970-01-01 UTC, years 1970 to 9999. The view is valid until the next call.
  std::string_view At(std::int64_t seconds) noexcept;

 private:
  std::int64_t seconds_ = -1;
  char text_[30] = {};
};

}  // namespace weir

#endif  // WEIR_REACTOR_LOOP_HTTP_DATE_H_

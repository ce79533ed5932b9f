#include "weir/reactor/loop/http_date.h"

#include <time.h>

#include <cstring>

namespace weir {
namespace {

constexpr char kDays[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr char kMonths[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void PutTwoDigits(char* to, int number) noexcept {
  to[0] = static_cast<char>('0' + number / 10);
  to[1] = static_cast<char>('0' + number % 10);
}

}  // namespace

std::string_view HttpDate::At(std::int64_t seconds) noexcept {
  constexpr std::size_t kSize = sizeof(text_) - 1;
  if (seconds == seconds_) return {text_, kSize};
  seconds_ = seconds;
  const time_t time = static_cast<time_t>(seconds);
  tm utc{};
  ::gmtime_r(&time, &utc);
  std::memcpy(text_, "Day, 00 Mon 0000 00:00:00 GMT", sizeof(text_));
  std::memcpy(text_, kDays[utc.tm_wday], 3);
  PutTwoDigits(text_ + 5, utc.tm_mday);
  std::memcpy(text_ + 8, kMonths[utc.tm_mon], 3);
  const int year = utc.tm_year + 1900;
  PutTwoDigits(text_ + 12, year / 100);
  PutTwoDigits(text_ + 14, year % 100);
  PutTwoDigits(text_ + 17, utc.tm_hour);
  PutTwoDigits(text_ + 20, utc.tm_min);
  PutTwoDigits(text_ + 23, utc.tm_sec);
  return {text_, kSize};
}

}  // namespace weir

// What weirctl exits with.

#ifndef WEIR_CONTROL_WEIRCTL_EXIT_STATUS_H_
#define WEIR_CONTROL_WEIRCTL_EXIT_STATUS_H_

#include <string_view>

namespace weir {

inline constexpr int kExitOk = 0;
inline constexpr int kExitRefused = 1;      // the server or a check refused: nothing has changed
inline constexpr int kExitUsage = 2;        // what was typed makes no sense
inline constexpr int kExitUnreachable = 3;  // no server answered in time
inline constexpr int kExitIncomplete = 4;   // explain: what was given is no whole request
inline constexpr int kExitWarnings = 5;     // doctor: warnings, no error
inline constexpr int kExitErrors = 6;       // doctor: errors
inline constexpr int kExitNotServing = 7;   // health: the server, or that service, does not serve

// For help and the manual.
struct ExitStatusSpec {
  int value;
  std::string_view text;
};

inline constexpr ExitStatusSpec kExitStatuses[] = {
    {kExitOk, "done; explain: every request is accepted"},
    {kExitRefused,
     "the server refused, or a value is invalid, and nothing has changed; explain: a request is "
     "refused"},
    {kExitUsage, "wrong usage"},
    {kExitUnreachable, "no server answered in time"},
    {kExitIncomplete, "explain: the input ends within a request"},
    {kExitWarnings, "doctor: there are warnings"},
    {kExitErrors, "doctor: there are errors"},
    {kExitNotServing, "health: does not serve, or drains"},
};

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_EXIT_STATUS_H_

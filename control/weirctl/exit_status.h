// What weirctl exits with.

#ifndef WEIR_CONTROL_WEIRCTL_EXIT_STATUS_H_
#define WEIR_CONTROL_WEIRCTL_EXIT_STATUS_H_

namespace weir {

inline constexpr int kExitOk = 0;
inline constexpr int kExitRefused = 1;      // the server or a check refused: nothing has changed
inline constexpr int kExitUsage = 2;        // what was typed makes no sense
inline constexpr int kExitUnreachable = 3;  // no server answered in time
inline constexpr int kExitIncomplete = 4;   // explain: what was given is no whole request

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_EXIT_STATUS_H_

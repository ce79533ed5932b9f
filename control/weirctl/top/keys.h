// The keys of weirctl top, for the screen and the manual.

#ifndef WEIR_CONTROL_WEIRCTL_TOP_KEYS_H_
#define WEIR_CONTROL_WEIRCTL_TOP_KEYS_H_

#include <string_view>

namespace weir {

struct TopKey {
  std::string_view name;
  std::string_view effect;  // in a word
  std::string_view text;    // more of it
};

inline constexpr TopKey kTopKeys[] = {
    {"q", "quit", "Ctrl-C and SIGTERM do the same, with exit status 0"},
    {"p", "pause", "and again to go on; so does the space bar. Samples go on to be taken"},
    {"up/down", "scroll",
     "where not all reactors fit; also k and j, and a page with PgUp and PgDn"},
};

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_TOP_KEYS_H_

// What the clients of the soak do: good, bad, slow and gone.

#ifndef WEIR_TESTS_SOAK_BEHAVIOURS_H_
#define WEIR_TESTS_SOAK_BEHAVIOURS_H_

#include <string>
#include <vector>

namespace weir::soak {

// What a client does once it has sent everything.
enum class Then {
  kReadToEnd,      // reads until the server ends it
  kHalfClose,      // ends its side, and reads until the server ends the other
  kClose,          // closes without a look
  kReset,          // the same with a reset
  kCloseAtAnswer,  // closes when the first bytes come
  kResetAtAnswer,  // resets then
  kTakeNothing,    // leaves what comes in the kernel for a second, then resets
};

struct Behaviour {
  std::string name;
  unsigned weight = 0;             // how often, beside the others
  std::vector<std::string> parts;  // sent one after the other, with a pause between
  Then then = Then::kReadToEnd;
  bool proxied = false;  // to the listener whose clients are balancers
  bool urgent = false;   // the last byte of each part is urgent data
};

std::vector<Behaviour> AllBehaviours();

}  // namespace weir::soak

#endif  // WEIR_TESTS_SOAK_BEHAVIOURS_H_

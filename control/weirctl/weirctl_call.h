// weirctl as a test calls it: no process, and what it wrote as text.

#ifndef WEIR_CONTROL_WEIRCTL_WEIRCTL_CALL_H_
#define WEIR_CONTROL_WEIRCTL_WEIRCTL_CALL_H_

#include <sstream>
#include <string>
#include <vector>

#include "weir/control/weirctl/weirctl.h"

namespace weir::test {

struct Outcome {
  int status;  // as the process would exit with
  std::string out;
  std::string err;
};

inline Outcome Call(const std::vector<std::string>& arguments, const std::string& input = "") {
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  const int status = RunWeirctl(arguments, in, out, err);
  return {status, out.str(), err.str()};
}

}  // namespace weir::test

#endif  // WEIR_CONTROL_WEIRCTL_WEIRCTL_CALL_H_

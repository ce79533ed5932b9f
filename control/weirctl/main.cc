#include <iostream>

#include "weir/control/weirctl/weirctl.h"

int main(int argc, char** argv) {
  return weir::RunWeirctl({argv + 1, argv + argc}, std::cin, std::cout, std::cerr);
}

#include "weir/control/weirctl/text_file.h"

#include <fstream>
#include <sstream>

namespace weir {

bool ReadTextFile(const std::string& path, std::string* text) {
  std::ifstream file(path);
  if (!file.is_open()) return false;
  std::stringstream content;
  // A folder opens, and shows only when it is read; inserting nothing counts as a failure.
  if (file.peek() != std::ifstream::traits_type::eof()) content << file.rdbuf();
  if (file.bad()) return false;
  *text = content.str();
  return true;
}

}  // namespace weir

// Files that a command line names.

#ifndef WEIR_CONTROL_WEIRCTL_TEXT_FILE_H_
#define WEIR_CONTROL_WEIRCTL_TEXT_FILE_H_

#include <string>

namespace weir {

// Reads the whole file. False, with errno set, if it is none that can be read.
bool ReadTextFile(const std::string& path, std::string* text);

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_TEXT_FILE_H_

// A folder with a short path, for Unix sockets.

#ifndef WEIR_REACTOR_TESTING_TEMP_FOLDER_H_
#define WEIR_REACTOR_TESTING_TEMP_FOLDER_H_

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace weir::test {

// Removed with what is in it when this ends.
class TempFolder {
 public:
  TempFolder() { (void)!::mkdtemp(path_.data()); }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_ = "/tmp/weir-test-XXXXXX";
};

}  // namespace weir::test

#endif  // WEIR_REACTOR_TESTING_TEMP_FOLDER_H_

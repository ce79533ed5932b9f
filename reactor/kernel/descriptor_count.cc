#include "weir/reactor/kernel/descriptor_count.h"

#include <dirent.h>
#include <sys/stat.h>

#include <memory>

namespace weir {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

}  // namespace

std::optional<std::uint64_t> CountOpenDescriptors(const std::string& proc) {
  struct stat status {};
  if (::stat((proc + "/self/fd").c_str(), &status) == 0 && status.st_size > 0) {
    return static_cast<std::uint64_t>(status.st_size);
  }
  return CountDescriptorEntries(proc);
}

std::optional<std::uint64_t> CountDescriptorEntries(const std::string& proc) {
  const std::unique_ptr<DIR, CloseFolder> folder(::opendir((proc + "/self/fd").c_str()));
  if (folder == nullptr) return {};
  std::uint64_t count = 0;
  while (const dirent* const entry = ::readdir(folder.get())) {
    if (entry->d_name[0] != '.') ++count;
  }
  return count > 0 ? count - 1 : 0;  // the folder's own
}

}  // namespace weir

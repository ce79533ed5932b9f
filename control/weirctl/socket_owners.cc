#include "weir/control/weirctl/socket_owners.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"

namespace weir {
namespace {

constexpr std::string_view kSocket = "socket:[";

bool ParseWhole(std::string_view text, std::uint64_t* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size();
}

// Names in the folder that are numbers; none if it can't be read.
std::vector<std::uint64_t> NumbersIn(const std::string& folder) {
  std::vector<std::uint64_t> numbers;
  DIR* const entries = ::opendir(folder.c_str());
  if (entries == nullptr) return numbers;
  while (const dirent* const entry = ::readdir(entries)) {
    std::uint64_t number = 0;
    if (ParseWhole(entry->d_name, &number)) numbers.push_back(number);
  }
  ::closedir(entries);
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

bool ReadSocketLink(const std::string& path, std::uint64_t* inode) {
  char target[64];
  const ssize_t size = ::readlink(path.c_str(), target, sizeof(target));
  std::string_view text(target, size < 0 ? 0 : static_cast<std::size_t>(size));
  if (text.substr(0, kSocket.size()) != kSocket || text.back() != ']') return false;
  text.remove_prefix(kSocket.size());
  text.remove_suffix(1);
  return ParseWhole(text, inode);
}

}  // namespace

std::map<std::uint64_t, std::string> FindSocketOwners(const std::string& proc) {
  std::map<std::uint64_t, std::string> owners;
  std::map<std::uint64_t, std::uint64_t> owner_pids;
  for (const std::uint64_t pid : NumbersIn(proc)) {
    const std::string folder = absl::StrCat(proc, "/", pid);
    std::string name;
    std::ifstream comm(folder + "/comm");
    std::getline(comm, name);
    for (const std::uint64_t fd : NumbersIn(folder + "/fd")) {
      std::uint64_t inode = 0;
      if (!ReadSocketLink(absl::StrCat(folder, "/fd/", fd), &inode)) continue;
      const auto [found, fresh] = owner_pids.emplace(inode, pid);
      if (fresh) {
        owners[inode] = absl::StrCat(name, " (", pid, ")");
      } else if (found->second != pid && owners[inode].back() != '+') {
        owners[inode] += "+";
      }
    }
  }
  return owners;
}

}  // namespace weir

#include "weir/control/weirctl/unreachable.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace weir {
namespace {

constexpr char kNameIt[] =
    "start the server, or name its admin endpoint by --target or WEIR_TARGET";
constexpr std::size_t kMaxPathBytes = sizeof(sockaddr_un::sun_path) - 1;

// errno of a connection to the socket, 0 if there is one.
int TryConnect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), std::min(path.size(), kMaxPathBytes));
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return errno;
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
  const int error = ::connect(fd, generic, sizeof(address)) == 0 ? 0 : errno;
  ::close(fd);
  return error;
}

std::string ExplainDenied(const std::string& path) {
  struct stat info {};
  const std::string owner =
      ::stat(path.c_str(), &info) == 0 ? absl::StrCat(", user ", info.st_uid, ",") : std::string();
  return absl::StrCat("permission denied at ", path, ": run weirctl as the user that the server",
                      owner, " runs as; you are user ", ::getuid());
}

}  // namespace

std::optional<std::string> SocketPath(const std::string& target) {
  if (!absl::StartsWith(target, "unix:")) return {};
  const std::string rest = target.substr(std::strlen("unix:"));
  return absl::StartsWith(rest, "///") ? rest.substr(2) : rest;
}

std::string CheckTarget(const std::string& target) {
  if (const auto path = SocketPath(target)) {
    if (path->empty()) return "the target unix: names no socket; write unix:/PATH";
    if (path->size() <= kMaxPathBytes) return "";
    return absl::StrCat("the socket's path has ", path->size(), " bytes, at most ", kMaxPathBytes,
                        " are possible: ", *path);
  }
  if (absl::StartsWith(target, "/")) {
    return absl::StrCat("for a socket write --target=unix:", target);
  }
  if (!absl::StrContains(target, ":")) {
    return absl::StrCat("the target \"", target, "\" is neither unix:/PATH nor 127.0.0.1:PORT");
  }
  return "";
}

std::string ExplainSocket(const std::string& path, int error) {
  struct stat info {};
  switch (error) {
    case 0:
      return absl::StrCat("a server listens at ", path,
                          ", but did not serve this: it drains or is not Weir's; try again");
    case ENOENT:
    case ENOTDIR:
      return absl::StrCat("there is no socket at ", path, ": ", kNameIt);
    case EACCES:
    case EPERM:
      return ExplainDenied(path);
    case ECONNREFUSED:
      if (::stat(path.c_str(), &info) == 0 && !S_ISSOCK(info.st_mode)) {
        return absl::StrCat(path, " is not a socket: name the server's admin endpoint by --target");
      }
      return absl::StrCat("nobody listens at ", path, " any more, the server has ended: start it");
    default:
      return absl::StrCat("cannot connect to ", path, " (", std::strerror(error), "): ", kNameIt);
  }
}

std::string WhyUnreachable(const std::string& target) {
  if (const auto path = SocketPath(target)) return ExplainSocket(*path, TryConnect(*path));
  return absl::StrCat("no server answers at ", target, ": ", kNameIt);
}

}  // namespace weir

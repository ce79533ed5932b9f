#include "weir/control/limits_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "weir/reactor/limit_specs.h"

namespace weir {
namespace {

constexpr char kListenerMark = '@';
constexpr std::string_view kBlank = " \t\r";

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

// "" or what is wrong with the line.
std::string ParseLine(std::string_view line, LimitChange* change) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return "is no \"name = value\"";
  std::string_view name = Trim(line.substr(0, equals));
  const std::string_view text = Trim(line.substr(equals + 1));
  // No name of a limit has the mark; that of a listener may.
  if (const std::size_t mark = name.find(kListenerMark); mark != std::string_view::npos) {
    change->listener = std::string(Trim(name.substr(mark + 1)));
    if (change->listener.empty()) return "names no listener behind the \"@\"";
    name = Trim(name.substr(0, mark));
  }
  change->spec = FindLimitSpec(name);
  if (change->spec == nullptr) return absl::StrCat("\"", std::string(name), "\" is not a limit");
  change->value = ParseLimit(*change->spec, text);
  if (change->value.has_value()) return "";
  return absl::StrCat("\"", std::string(text), "\" is no value of ", std::string(name), ": ",
                      LimitRange(*change->spec));
}

absl::Status Failure(const char* call, const std::string& path) {
  const std::string text = absl::StrCat(call, " ", path, ": ", std::strerror(errno));
  if (errno == ENOENT || errno == ENOTDIR) return absl::NotFoundError(text);
  if (errno == EACCES || errno == EPERM || errno == EROFS) return absl::PermissionDeniedError(text);
  return absl::InternalError(text);
}

bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

}  // namespace

absl::StatusOr<std::vector<LimitChange>> ParseLimits(std::string_view text) {
  std::vector<LimitChange> changes;
  std::vector<std::string> faults;
  for (int number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = Trim(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    LimitChange change;
    const std::string fault = ParseLine(line, &change);
    if (fault.empty()) {
      changes.push_back(change);
    } else {
      faults.push_back(absl::StrCat("line ", number, ": ", fault));
    }
  }
  if (!faults.empty()) return absl::InvalidArgumentError(absl::StrJoin(faults, "; "));
  return changes;
}

bool CanNameInFile(std::string_view listener) {
  return listener.find_first_of("=#\n") == std::string_view::npos && Trim(listener) == listener;
}

std::string FormatLimits(const std::vector<LayerValue>& values) {
  std::string text;
  for (const LayerValue& value : values) {
    const LimitSpec& spec = *value.spec;
    const std::string of = value.listener.empty() ? "" : kListenerMark + value.listener;
    absl::StrAppend(&text, std::string(spec.name), of, " = ", FormatLimit(spec, value.value),
                    "  # ", std::string(spec.unit), "\n");
  }
  return text;
}

absl::StatusOr<std::string> ReadLimitsFile(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return Failure("open", path);
  std::string text(kMaxLimitsFileBytes + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failure("read", path);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kMaxLimitsFileBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " has over ", kMaxLimitsFileBytes, " bytes: is it a file of limits?"));
  }
  text.resize(size);
  return text;
}

absl::Status WriteLimitsFile(const std::string& path, const std::string& text) {
  const std::string beside = path + ".new";
  const Descriptor file(
      ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.get() < 0) return Failure("open", beside);
  if (!WriteAll(file.get(), text) || ::fsync(file.get()) != 0) {
    absl::Status status = Failure("write", beside);
    ::unlink(beside.c_str());
    return status;
  }
  if (std::rename(beside.c_str(), path.c_str()) == 0) return absl::OkStatus();
  absl::Status status = Failure("rename", beside);
  ::unlink(beside.c_str());
  return status;
}

}  // namespace weir

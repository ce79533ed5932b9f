#include "weir/control/audit_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace weir {
namespace {

constexpr std::chrono::hours kIdle{1};  // with nothing to write: Append wakes

UniqueFd OpenToAppend(const std::string& path) {
  return UniqueFd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
}

// How much of it is written. As a rule all, in one write(2), so that O_APPEND keeps the lines of
// several processes apart.
std::size_t WriteAll(int fd, const std::string& text) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = ::write(fd, text.data() + written, text.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    written += static_cast<std::size_t>(count);
  }
  return written;
}

}  // namespace

absl::StatusOr<std::unique_ptr<AuditFile>> AuditFile::Open(const std::string& path,
                                                           std::uint64_t max_bytes) {
  UniqueFd fd = OpenToAppend(path);
  if (fd.valid()) {
    std::unique_ptr<AuditFile> file(new AuditFile(path, max_bytes, std::move(fd)));
    const absl::Status status = file->thread_.Start(
        [it = file.get()] {
          it->WriteAllThatWaits();
          return kIdle;
        },
        "weir-audit");
    if (!status.ok()) return status;
    return file;
  }
  const std::string text = absl::StrCat("audit file ", path, ": ", std::strerror(errno));
  if (errno == ENOENT || errno == ENOTDIR) return absl::NotFoundError(text);
  if (errno == EACCES || errno == EPERM || errno == EROFS) return absl::PermissionDeniedError(text);
  return absl::InternalError(text);
}

void AuditFile::Append(std::string line) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (waiting_.size() == kMaxWaiting) {
      failures_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    waiting_.push_back(std::move(line));
  }
  thread_.Wake();
}

void AuditFile::WriteAllThatWaits() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!waiting_.empty()) {
    const std::string line = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    if (!Write(line)) failures_.fetch_add(1, std::memory_order_relaxed);
    lock.lock();
  }
}

// What can't be renamed or opened anew goes on growing: to lose records would be worse.
void AuditFile::MakeRoom(std::size_t bytes) {
  struct stat own = {};
  if (max_bytes_ == 0 || ::fstat(fd_.get(), &own) != 0 || own.st_size == 0) return;
  if (static_cast<std::uint64_t>(own.st_size) + bytes <= max_bytes_) return;
  struct stat named = {};
  if (::lstat(path_.c_str(), &named) == 0) {
    if (!S_ISREG(named.st_mode)) return;  // a link, to whatever
    // Else another process has made room already.
    const bool same = named.st_dev == own.st_dev && named.st_ino == own.st_ino;
    if (same && std::rename(path_.c_str(), (path_ + ".1").c_str()) != 0) return;
  }
  UniqueFd next = OpenToAppend(path_);
  if (!next.valid()) return;
  fd_ = std::move(next);
  torn_ = false;
}

bool AuditFile::Write(const std::string& line) {
  MakeRoom(line.size());
  const std::string text = torn_ ? "\n" + line : line;
  const std::size_t written = WriteAll(fd_.get(), text);
  if (written > 0) torn_ = text[written - 1] != '\n';
  return written == text.size();
}

}  // namespace weir

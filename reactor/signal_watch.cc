#include "weir/reactor/signal_watch.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <mutex>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace weir {
namespace {

constexpr int kPlaces = 64;
constexpr int kSignals[] = {SIGTERM, SIGINT};

std::atomic<int> watched[kPlaces];  // descriptor + 1; 0 is a free place
static_assert(std::atomic<int>::is_always_lock_free, "the handler may read it");

std::mutex install_mutex;
int installed = 0;             // guarded by install_mutex
struct sigaction previous[2];  // guarded by install_mutex

// Only what signal-safety(7) allows.
void OnSignal(int) {
  const int saved_errno = errno;
  for (const std::atomic<int>& place : watched) {
    const int fd = place.load() - 1;
    const std::uint64_t one = 1;
    if (fd >= 0) (void)!::write(fd, &one, sizeof(one));
  }
  errno = saved_errno;
}

int TakePlace(int fd) {
  for (int place = 0; place < kPlaces; ++place) {
    if (watched[place].load() != 0) continue;
    watched[place].store(fd + 1);
    return place;
  }
  return -1;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SignalWatch>> SignalWatch::Install() {
  const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) return absl::ResourceExhaustedError(absl::StrCat("eventfd: ", std::strerror(errno)));
  const std::lock_guard<std::mutex> lock(install_mutex);
  const int place = TakePlace(fd);
  if (place < 0) {
    ::close(fd);
    return absl::ResourceExhaustedError(
        absl::StrCat("over ", kPlaces, " servers of this process wait with handle_signals"));
  }
  if (installed++ == 0) {
    struct sigaction action {};
    action.sa_handler = OnSignal;
    action.sa_flags = SA_RESTART;
    for (int i = 0; i < 2; ++i) ::sigaction(kSignals[i], &action, &previous[i]);
  }
  return std::unique_ptr<SignalWatch>(new SignalWatch(fd, place));
}

SignalWatch::~SignalWatch() {
  const std::lock_guard<std::mutex> lock(install_mutex);
  if (--installed == 0) {
    for (int i = 0; i < 2; ++i) ::sigaction(kSignals[i], &previous[i], nullptr);
  }
  watched[place_].store(0);
  ::close(fd_);
}

}  // namespace weir

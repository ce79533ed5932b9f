#include "weir/reactor/events/descriptor_sink.h"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace weir {
namespace {

// A pipe that polls as writable takes PIPE_BUF bytes without waiting (pipe(7)).
bool WriteLine(int fd, std::string line) {
  if (line.size() >= PIPE_BUF) line.resize(PIPE_BUF - 1);
  line += '\n';
  pollfd ready{fd, POLLOUT, 0};
  if (::poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) return false;
  return ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

}  // namespace

EventSink DescriptorSink(int fd) {
  return [fd, unwritten = std::uint64_t{0}](const Event& event) mutable {
    std::string line = ToLine(event);
    if (unwritten != 0) absl::StrAppend(&line, " unwritten=", unwritten);
    unwritten = WriteLine(fd, std::move(line)) ? 0 : unwritten + 1;
  };
}

}  // namespace weir

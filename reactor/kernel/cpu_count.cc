#include "weir/reactor/kernel/cpu_count.h"

#include <sched.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <optional>
#include <sstream>
#include <vector>

namespace weir {
namespace {

std::optional<std::string> ReadFile(const std::string& path) {
  std::ifstream in(path);
  if (!in) return {};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

int Cpus(long long quota, long long period) {
  if (quota <= 0 || period <= 0) return 0;
  return static_cast<int>(std::min<long long>((quota + period - 1) / period, 1 << 20));
}

// "200000 100000" or "max 100000".
int FromCpuMax(const std::string& text) {
  std::istringstream in(text);
  long long quota = 0;
  long long period = 0;
  return in >> quota >> period ? Cpus(quota, period) : 0;
}

int FromCfs(const std::string& folder) {
  const auto quota = ReadFile(folder + "/cpu.cfs_quota_us");
  const auto period = ReadFile(folder + "/cpu.cfs_period_us");
  if (!quota || !period) return 0;
  return FromCpuMax(*quota + " " + *period);
}

// The smaller of two counts where 0 means none.
int Tighter(int a, int b) { return a == 0 || b == 0 ? std::max(a, b) : std::min(a, b); }

struct Line {
  std::string controllers;
  std::string path;
};

// "4:cpu,cpuacct:/a/b"; "0::/a/b" is version 2.
std::optional<Line> ParseLine(const std::string& text) {
  const std::size_t first = text.find(':');
  if (first == std::string::npos) return {};
  const std::size_t second = text.find(':', first + 1);
  if (second == std::string::npos) return {};
  return Line{text.substr(first + 1, second - first - 1), text.substr(second + 1)};
}

bool HasCpu(const std::string& controllers) {
  return ("," + controllers + ",").find(",cpu,") != std::string::npos;
}

int VersionTwo(const std::string& root, std::string path) {
  int least = 0;
  while (true) {
    if (const auto text = ReadFile(root + path + "/cpu.max")) {
      least = Tighter(least, FromCpuMax(*text));
    }
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return least;
    path.resize(slash);
  }
}

}  // namespace

int AffinityCpuCount() {
  // The kernel refuses a mask smaller than its own: CPUs beyond 1024 need a larger one.
  for (std::size_t cpus = 1024; cpus <= (std::size_t{1} << 20); cpus *= 2) {
    std::vector<cpu_set_t> mask(CPU_ALLOC_SIZE(cpus) / sizeof(cpu_set_t) + 1);
    const std::size_t size = mask.size() * sizeof(cpu_set_t);
    if (::sched_getaffinity(0, size, mask.data()) == 0) {
      return std::max(1, CPU_COUNT_S(size, mask.data()));
    }
  }
  return 1;
}

int QuotaCpuCount(const std::string& root, const std::string& self) {
  int least = 0;
  std::istringstream lines(self);
  for (std::string text; std::getline(lines, text);) {
    const std::optional<Line> line = ParseLine(text);
    if (!line) continue;
    if (line->controllers.empty()) least = Tighter(least, VersionTwo(root, line->path));
    if (HasCpu(line->controllers)) least = Tighter(least, FromCfs(root + "/cpu" + line->path));
  }
  return least;
}

int QuotaCpuCount() {
  const auto self = ReadFile("/proc/self/cgroup");
  return self ? QuotaCpuCount("/sys/fs/cgroup", *self) : 0;
}

int UsableCpuCount() { return Tighter(AffinityCpuCount(), QuotaCpuCount()); }

}  // namespace weir

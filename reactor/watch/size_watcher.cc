#include "weir/reactor/watch/size_watcher.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace weir {

void SizeWatcher::Step(std::int64_t now_ns, const std::function<SizesOfHeads()>& sizes,
                       const Limits& limits) {
  if (due_ns_ == 0) due_ns_ = now_ns + kWindowNs;
  if (now_ns < due_ns_) return;
  due_ns_ = now_ns + kWindowNs;
  const SizesOfHeads now = sizes();
  SizesOfHeads window{};
  for (std::size_t i = 0; i < kSizeCount; ++i) window[i] = now[i].Since(before_[i]);
  if (window[static_cast<std::size_t>(Size::kHead)].count() < kLeastSamplesOfSizes) return;
  before_ = now;
  Compare(FindNearLimits(window, limits));
}

void SizeWatcher::Compare(const std::vector<NearLimit>& near) {
  for (const LimitSpec* const limit : std::exchange(told_, {})) {
    const auto same = [limit](const NearLimit& it) { return it.limit == limit; };
    if (std::any_of(near.begin(), near.end(), same)) {
      told_.push_back(limit);
      continue;
    }
    Event event;
    event.kind = EventKind::kLimitNearEnded;
    event.text = absl::StrCat("requests are no longer near ", std::string(limit->name));
    log_->Append(std::move(event));
  }
  for (const NearLimit& it : near) {
    if (std::find(told_.begin(), told_.end(), it.limit) != told_.end()) continue;
    told_.push_back(it.limit);
    Event event;
    event.kind = EventKind::kLimitNear;
    event.numbers = {
        {"size", it.size}, {"limit", it.value}, {"percent", it.percent()}, {"samples", it.samples}};
    event.text = it.text;
    event.fix = it.fix;
    log_->Append(std::move(event));
  }
}

}  // namespace weir

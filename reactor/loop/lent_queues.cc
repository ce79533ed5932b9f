#include "weir/reactor/loop/lent_queues.h"

#include <algorithm>

namespace weir {

std::vector<LentQueues::Lent>::iterator LentQueues::Find(const Listener* listener) {
  return std::find_if(lent_.begin(), lent_.end(),
                      [listener](const Lent& it) { return it.listener == listener; });
}

void LentQueues::Add(Listener* listener, std::size_t acceptor) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (Find(listener) != lent_.end()) return;
  lent_.reserve(lent_.size() + 1);  // before anything that would have to be undone
  if (listener->LendTo(epoll_, data_)) lent_.push_back({listener, acceptor});
}

void LentQueues::Remove(Listener* listener) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = Find(listener);
  if (found == lent_.end()) return;
  listener->TakeBackFrom(epoll_);
  lent_.erase(found);
}

void LentQueues::Visit(const std::function<bool(Listener* listener, std::size_t acceptor)>& visit) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto given_up = [&](const Lent& it) {
    if (visit(it.listener, it.acceptor)) return false;
    it.listener->TakeBackFrom(epoll_);
    return true;
  };
  lent_.erase(std::remove_if(lent_.begin(), lent_.end(), given_up), lent_.end());
}

}  // namespace weir

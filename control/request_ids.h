// Calls that may come twice, because the answer to the first was lost (AIP-155).

#ifndef WEIR_CONTROL_REQUEST_IDS_H_
#define WEIR_CONTROL_REQUEST_IDS_H_

#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <utility>

namespace weir {

// Remembers the last kMaxIds calls that had a request_id and were granted. Any thread.
class RequestIds {
 public:
  static constexpr std::size_t kMaxIds = 256;
  static constexpr std::size_t kMaxIdBytes = 128;

  enum class Seen { kNever, kSame, kOther };

  // Whether a call of that id was granted, and asked for the same: `content` is the request, in
  // bytes.
  Seen Find(const std::string& id, const std::string& content) const;
  // Remembers a call that was granted.
  void Add(const std::string& id, const std::string& content);

 private:
  mutable std::mutex mutex_;
  std::deque<std::pair<std::string, std::string>> calls_;  // id, content; guarded by mutex_
};

}  // namespace weir

#endif  // WEIR_CONTROL_REQUEST_IDS_H_

// Events as lines of text.

#ifndef WEIR_CONTROL_WEIRCTL_EVENT_TEXT_H_
#define WEIR_CONTROL_WEIRCTL_EVENT_TEXT_H_

#include <iosfwd>
#include <string>
#include <string_view>

#include "weir/admin/v1/admin.pb.h"

namespace weir {

// "info", "warning", "error".
std::string_view SeverityName(const admin::v1::Event& event);

// Prints messages of one stream or answer: the start of the server that they are of, whenever it is
// another; what is lost; and each event with its fix.
class EventText {
 public:
  explicit EventText(std::ostream& out) : out_(out) {}

  void Print(const admin::v1::Events& events);

 private:
  std::ostream& out_;
  std::string boot_id_;
};

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_EVENT_TEXT_H_

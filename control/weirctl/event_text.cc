#include "weir/control/weirctl/event_text.h"

#include <google/protobuf/util/time_util.h>

#include <ostream>
#include <utility>

namespace weir {
namespace {

using google::protobuf::util::TimeUtil;

// Reasons that callers gave are in the text: nothing but the terminal's own may move its cursor.
std::string Printable(const std::string& text) {
  std::string printable = text;
  for (char& c : printable) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return printable;
}

}  // namespace

std::string_view SeverityName(const admin::v1::Event& event) {
  switch (event.severity()) {
    case admin::v1::Event::INFO:
      return "info";
    case admin::v1::Event::WARNING:
      return "warning";
    case admin::v1::Event::ERROR:
      return "error";
    default:
      return "unknown";
  }
}

void EventText::Print(const admin::v1::Events& events) {
  if (std::exchange(boot_id_, events.boot_id()) != events.boot_id()) {
    out_ << "events of the start " << events.boot_id() << "\n";
  }
  if (events.lost() != 0) {
    out_ << "... " << events.lost() << " events are lost: the server keeps the last ones alone\n";
  }
  for (const admin::v1::Event& event : events.events()) {
    out_ << TimeUtil::ToString(event.time()) << " #" << event.sequence() << " "
         << SeverityName(event) << " " << event.kind();
    if (event.has_reactor()) out_ << " reactor " << event.reactor();
    out_ << ": " << Printable(event.text()) << "\n";
    if (event.suppressed() != 0) {
      out_ << "  before it " << event.suppressed() << " of its kind were left out\n";
    }
    if (!event.fix().empty()) out_ << "  fix: " << Printable(event.fix()) << "\n";
  }
  out_ << std::flush;
}

}  // namespace weir

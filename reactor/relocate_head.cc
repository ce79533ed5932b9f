#include "weir/reactor/relocate_head.h"

namespace weir {

RequestHead RelocateHead(const RequestHead& head, const char* from, const char* to,
                         const FieldRef* refs) noexcept {
  const auto move = [from, to](std::string_view* view) {
    if (!view->empty()) *view = {to + (view->data() - from), view->size()};
  };
  RequestHead moved = head;
  move(&moved.method_text);
  move(&moved.target.text);
  move(&moved.target.scheme);
  move(&moved.target.authority);
  move(&moved.target.path);
  move(&moved.target.query);
  moved.fields = HeaderFields(to, refs, head.fields.size());
  return moved;
}

}  // namespace weir

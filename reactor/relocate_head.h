// Moves the views of a request head to another copy of its bytes.

#ifndef WEIR_REACTOR_RELOCATE_HEAD_H_
#define WEIR_REACTOR_RELOCATE_HEAD_H_

#include "weir/parser/request_head.h"

namespace weir {

// `head` with every view into `from` turned into one into `to`, where the same bytes stand, and
// with `refs` as its field table.
RequestHead RelocateHead(const RequestHead& head, const char* from, const char* to,
                         const FieldRef* refs) noexcept;

}  // namespace weir

#endif  // WEIR_REACTOR_RELOCATE_HEAD_H_
